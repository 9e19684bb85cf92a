// The Internet checksum (RFC 1071), and its incremental update (RFC 1624).
#pragma once
#include "runtime/bytes.hpp"

namespace runtime {

/// Sum of 16-bit words, not yet folded or complemented. An odd last byte counts as the high one.
constexpr std::uint32_t sum_words(Bytes bytes, std::uint32_t sum = 0) {
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2) sum += std::uint32_t{bytes[i]} << 8 | bytes[i + 1];
    if (i < bytes.size()) sum += std::uint32_t{bytes[i]} << 8;
    return sum;
}

constexpr std::uint16_t fold(std::uint32_t sum) {
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

/// What belongs in a checksum field, whose own bytes counted as zero. Over a right checksum it gives 0.
constexpr std::uint16_t checksum(Bytes bytes, std::uint32_t sum = 0) {
    return static_cast<std::uint16_t>(~fold(sum_words(bytes, sum)));
}

/// Sum of the pseudo-header of TCP and UDP (RFC 9293 3.1, RFC 768).
constexpr std::uint32_t pseudo_header_sum(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                                          std::size_t bytes) {
    return (source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff) + protocol +
           static_cast<std::uint32_t>(bytes);
}

/// The checksum after one 16-bit word under it changed (RFC 1624, equation 3).
constexpr std::uint16_t updated_checksum(std::uint16_t old_checksum, std::uint16_t old_word,
                                         std::uint16_t new_word) {
    const std::uint32_t sum = static_cast<std::uint16_t>(~old_checksum) +
                              std::uint32_t{static_cast<std::uint16_t>(~old_word)} + new_word;
    return static_cast<std::uint16_t>(~fold(sum));
}

} // namespace runtime
