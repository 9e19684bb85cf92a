// The Internet checksum (RFC 1071), computed afresh each time: the plain way to be right.
#pragma once
#include "compiler/eval/bytes.hpp"

namespace eval {

/// Sums 16-bit words; an odd last byte counts as the upper half of a word.
inline std::uint64_t word_sum(View bytes) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) sum += get16(bytes, at);
    if (bytes.size() % 2 == 1) sum += std::uint64_t{bytes.back()} << 8;
    return sum;
}

inline std::uint16_t checksum(std::uint64_t sum) {
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

/// 0 for bytes that hold their own right checksum.
inline std::uint16_t checksum(View bytes) { return checksum(word_sum(bytes)); }

/// Of a TCP segment or UDP datagram, with the pseudo header of RFC 9293 3.1 and RFC 768.
inline std::uint16_t transport_checksum(std::uint32_t source, std::uint32_t destination,
                                        std::uint8_t protocol, View segment) {
    std::uint64_t pseudo = protocol + segment.size();
    for (const auto address : {source, destination}) pseudo += (address >> 16) + (address & 0xffff);
    return checksum(pseudo + word_sum(segment));
}

} // namespace eval
