#include "runtime/text.hpp"

#include <algorithm>

namespace runtime {

Text& Text::operator<<(std::string_view text) {
    const std::size_t fits = std::min(text.size(), capacity - size_);
    std::copy_n(text.data(), fits, bytes_.data() + size_);
    size_ += fits;
    return *this;
}

Text& Text::operator<<(std::uint64_t number) {
    std::array<char, 20> digits;
    std::size_t first = digits.size();
    do {
        digits[--first] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return *this << std::string_view{digits.data() + first, digits.size() - first};
}

Text& Text::operator<<(Dotted dotted) {
    const Ipv4Address a = dotted.address;
    return *this << (a >> 24) << "." << (a >> 16 & 0xff) << "." << (a >> 8 & 0xff) << "." << (a & 0xff);
}

Text& Text::operator<<(StateName state) {
    constexpr std::array<std::string_view, 4> names = {"new", "established", "related", "invalid"};
    return *this << names[state.state & 3];
}

Text& Text::operator<<(FlagNames flags) {
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

Text& Text::operator<<(MacNumber mac) {
    Mac bytes{};
    for (std::size_t i = bytes.size(); i-- > 0; mac.value >>= 8) bytes[i] = static_cast<std::uint8_t>(mac.value);
    return *this << bytes;
}

Text& Text::operator<<(const Mac& mac) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < mac.size(); ++i)
        *this << (i == 0 ? "" : ":") << digits.substr(mac[i] >> 4, 1) << digits.substr(mac[i] & 0xf, 1);
    return *this;
}

} // namespace runtime
