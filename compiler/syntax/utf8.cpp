#include "compiler/syntax/utf8.hpp"

namespace syntax {

namespace {

unsigned char byte(std::string_view text, std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

bool continues(unsigned char b) { return (b & 0xc0u) == 0x80; }

} // namespace

std::size_t character_bytes(std::string_view text) {
    if (text.empty()) return 0;
    const auto first = byte(text, 0);
    const auto second = byte(text, 1);
    if (first < 0x80) return 1;
    // The table of RFC 3629, section 4: no overlong forms, no surrogates, nothing past U+10FFFF.
    if (first >= 0xc2 && first <= 0xdf) return continues(second) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const unsigned char low = first == 0xe0 ? 0xa0 : 0x80;
        const unsigned char high = first == 0xed ? 0x9f : 0xbf;
        return second >= low && second <= high && continues(byte(text, 2)) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const unsigned char low = first == 0xf0 ? 0x90 : 0x80;
        const unsigned char high = first == 0xf4 ? 0x8f : 0xbf;
        return second >= low && second <= high && continues(byte(text, 2)) && continues(byte(text, 3)) ? 4
                                                                                                       : 0;
    }
    return 0;
}

std::size_t first_character_bytes(std::string_view text) {
    if (text.empty()) return 0;
    const auto bytes = character_bytes(text);
    return bytes == 0 ? 1 : bytes;
}

std::uint32_t characters_in(std::string_view text) {
    std::uint32_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(first_character_bytes(text));
        ++count;
    }
    return count;
}

} // namespace syntax
