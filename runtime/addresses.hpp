// The special IPv4 addresses (RFC 6890).
#pragma once
#include "runtime/packet.hpp"

namespace runtime {

inline constexpr Ipv4Address limited_broadcast = 0xffffffff;

constexpr bool this_network(Ipv4Address a) { return a >> 24 == 0; }
constexpr bool loopback(Ipv4Address a) { return a >> 24 == 127; }
constexpr bool is_multicast(Ipv4Address a) { return a >> 28 == 0xe; }
constexpr bool reserved(Ipv4Address a) { return a >> 28 == 0xf; } ///< 240/4, the limited broadcast included

} // namespace runtime
