// Big-endian numbers in packets. Every access is checked against the bytes that are there.
#pragma once
#include "runtime/platform.hpp"

namespace runtime {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline std::uint8_t get8(Bytes bytes, std::size_t at) {
    check(at < bytes.size(), "read inside the packet");
    return bytes[at];
}

inline std::uint16_t get16(Bytes bytes, std::size_t at) {
    check(at + 2 <= bytes.size(), "read inside the packet");
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

inline std::uint32_t get32(Bytes bytes, std::size_t at) {
    check(at + 4 <= bytes.size(), "read inside the packet");
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
           std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

inline std::uint64_t get48(Bytes bytes, std::size_t at) {
    return std::uint64_t{get16(bytes, at)} << 32 | get32(bytes, at + 2);
}

inline void put8(MutableBytes bytes, std::size_t at, std::uint8_t value) {
    check(at < bytes.size(), "write inside the packet");
    bytes[at] = value;
}

inline void put16(MutableBytes bytes, std::size_t at, std::uint16_t value) {
    check(at + 2 <= bytes.size(), "write inside the packet");
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

inline void put32(MutableBytes bytes, std::size_t at, std::uint32_t value) {
    put16(bytes, at, static_cast<std::uint16_t>(value >> 16));
    put16(bytes, at + 2, static_cast<std::uint16_t>(value));
}

inline void put_mac(MutableBytes bytes, std::size_t at, const Mac& mac) {
    check(at + mac.size() <= bytes.size(), "write inside the packet");
    for (std::size_t i = 0; i < mac.size(); ++i) bytes[at + i] = mac[i];
}

inline Mac get_mac(Bytes bytes, std::size_t at) {
    check(at + 6 <= bytes.size(), "read inside the packet");
    Mac mac;
    for (std::size_t i = 0; i < mac.size(); ++i) mac[i] = bytes[at + i];
    return mac;
}

} // namespace runtime
