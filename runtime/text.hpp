// Text in bounded memory: what log statements and statistics are written with. What does not fit is cut off.
#pragma once
#include "runtime/packet.hpp"

#include <algorithm>
#include <string_view>

namespace runtime {

/// An address to be written dotted.
struct Dotted { Ipv4Address address; };
/// A `ct.state`, by name.
struct StateName { std::uint32_t state; };
/// TCP flags by name, from fin up, joined by commas; "none" without any.
struct FlagNames { std::uint32_t flags; };
/// A yes-or-no field.
struct Truth { std::uint32_t value; };

/// The six bytes of a MAC address as one number.
struct MacNumber { std::uint64_t value; };

class Text {
public:
    static constexpr std::size_t capacity =
        1280; ///< of a log statement's text at most 1000, and what syslog puts before it

    std::string_view view() const { return {bytes_.data(), size_}; }

    Text& operator<<(std::string_view text) {
        const std::size_t fits = std::min(text.size(), capacity - size_);
        std::copy_n(text.data(), fits, bytes_.data() + size_);
        size_ += fits;
        return *this;
    }
    Text& operator<<(std::uint64_t number) {
        std::array<char, 20> digits;
        std::size_t first = digits.size();
        do {
            digits[--first] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        return *this << std::string_view{digits.data() + first, digits.size() - first};
    }
    Text& operator<<(std::uint32_t number) { return *this << std::uint64_t{number}; }
    Text& operator<<(Dotted dotted) {
        const Ipv4Address a = dotted.address;
        return *this << (a >> 24) << "." << (a >> 16 & 0xff) << "." << (a >> 8 & 0xff) << "." << (a & 0xff);
    }
    Text& operator<<(StateName state) {
        constexpr std::array<std::string_view, 4> names = {"new", "established", "related", "invalid"};
        return *this << names[state.state & 3];
    }
    Text& operator<<(FlagNames flags) {
        constexpr std::array<std::string_view, 9> names = {"fin", "syn", "rst", "psh", "ack",
                                                           "urg", "ece", "cwr", "ns"};
        std::string_view between;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if ((flags.flags >> i & 1) == 0) continue;
            *this << between << names[i];
            between = ",";
        }
        return between.empty() ? *this << "none" : *this;
    }
    Text& operator<<(Truth truth) { return *this << (truth.value != 0 ? "true" : "false"); }
    Text& operator<<(MacNumber mac) {
        Mac bytes{};
        for (std::size_t i = bytes.size(); i-- > 0; mac.value >>= 8) bytes[i] = static_cast<std::uint8_t>(mac.value);
        return *this << bytes;
    }
    Text& operator<<(const Mac& mac) {
        constexpr std::string_view digits = "0123456789abcdef";
        for (std::size_t i = 0; i < mac.size(); ++i)
            *this << (i == 0 ? "" : ":") << digits.substr(mac[i] >> 4, 1) << digits.substr(mac[i] & 0xf, 1);
        return *this;
    }

private:
    std::array<char, capacity> bytes_;
    std::size_t size_ = 0;
};

} // namespace runtime
