// The functions that the compiler and string_view call on their own. Eight bytes a step: short moves are the
// usual ones.
#include <cstddef>
#include <cstdint>

namespace {

struct [[gnu::packed, gnu::may_alias]] Word {
    std::uint64_t value;
};

} // namespace

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t bytes) {
    auto* out = static_cast<std::uint8_t*>(to);
    const auto* in = static_cast<const std::uint8_t*>(from);
    for (; bytes >= 8; bytes -= 8, out += 8, in += 8)
        reinterpret_cast<Word*>(out)->value = reinterpret_cast<const Word*>(in)->value;
    for (; bytes > 0; --bytes) *out++ = *in++;
    return to;
}

void* memmove(void* to, const void* from, std::size_t bytes) {
    auto* out = static_cast<std::uint8_t*>(to);
    const auto* in = static_cast<const std::uint8_t*>(from);
    if (out <= in || out >= in + bytes) {
        // Each step reads before it writes, and writes only below what is still to be read.
        for (; bytes >= 8; bytes -= 8, out += 8, in += 8)
            reinterpret_cast<Word*>(out)->value = reinterpret_cast<const Word*>(in)->value;
        for (; bytes > 0; --bytes) *out++ = *in++;
        return to;
    }
    // The other way round for the other overlap.
    while (bytes >= 8) {
        bytes -= 8;
        reinterpret_cast<Word*>(out + bytes)->value = reinterpret_cast<const Word*>(in + bytes)->value;
    }
    while (bytes > 0) {
        --bytes;
        out[bytes] = in[bytes];
    }
    return to;
}

void* memset(void* to, int value, std::size_t bytes) {
    auto* out = static_cast<std::uint8_t*>(to);
    const std::uint64_t pattern = static_cast<std::uint8_t>(value) * std::uint64_t{0x0101'0101'0101'0101};
    for (; bytes >= 8; bytes -= 8, out += 8) reinterpret_cast<Word*>(out)->value = pattern;
    for (; bytes > 0; --bytes) *out++ = static_cast<std::uint8_t>(value);
    return to;
}

int memcmp(const void* left, const void* right, std::size_t bytes) {
    const auto* a = static_cast<const std::uint8_t*>(left);
    const auto* b = static_cast<const std::uint8_t*>(right);
    for (; bytes > 0; --bytes, ++a, ++b)
        if (*a != *b) return *a - *b;
    return 0;
}

std::size_t strlen(const char* text) {
    std::size_t bytes = 0;
    while (text[bytes] != 0) ++bytes;
    return bytes;
}

void* memchr(const void* in, int value, std::size_t bytes) {
    for (const auto* at = static_cast<const std::uint8_t*>(in); bytes > 0; --bytes, ++at)
        if (*at == static_cast<std::uint8_t>(value)) return const_cast<std::uint8_t*>(at);
    return nullptr;
}

} // extern "C"
