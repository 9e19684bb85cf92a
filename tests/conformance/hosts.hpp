// The hosts round the appliance of home.nacl.
#pragma once
#include "tests/conformance/scene.hpp"

namespace conformance {

constexpr Ipv4Address public_address = ip(203, 0, 113, 1), router = ip(203, 0, 113, 254);
constexpr Ipv4Address second_address = ip(203, 0, 113, 2); // of two_addresses.nacl
constexpr Ipv4Address alice = ip(10, 0, 0, 2), bob = ip(10, 0, 0, 3), server = ip(10, 0, 0, 5);
constexpr Ipv4Address inner_router = ip(10, 0, 0, 9);
constexpr Ipv4Address peer = ip(198, 51, 100, 7), other_peer = ip(198, 51, 100, 8);

namespace flag {
using namespace eval::tcp_flag;
}

} // namespace conformance
