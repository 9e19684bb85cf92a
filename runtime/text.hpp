// Text in bounded memory: what log statements and statistics are written with. What does not fit is cut off.
#pragma once
#include "runtime/packet.hpp"

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

    Text& operator<<(std::string_view text);
    Text& operator<<(std::uint64_t number);
    Text& operator<<(std::uint32_t number) { return *this << std::uint64_t{number}; }
    Text& operator<<(Dotted dotted);
    Text& operator<<(StateName state);
    Text& operator<<(FlagNames flags);
    Text& operator<<(Truth truth) { return *this << std::string_view{truth.value != 0 ? "true" : "false"}; }
    Text& operator<<(MacNumber mac);
    Text& operator<<(const Mac& mac);

private:
    std::array<char, capacity> bytes_;
    std::size_t size_ = 0;
};

} // namespace runtime
