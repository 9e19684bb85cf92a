// What nat_policy.cpp is about, and what its Filters saw.
#pragma once
#include "runtime/packet.hpp"

#include <vector>

namespace test_nat {

inline constexpr runtime::Ipv4Address address = 0x0a000001;
inline constexpr std::array<runtime::Ipv4Address, 3> hosts = {0x0a000009, 0x0a00000a, 0x0a00000b};

/// The destinations that the Filters between the Nats and after them saw.
inline std::vector<runtime::Ipv4Address>& seen() {
    static std::vector<runtime::Ipv4Address> destinations;
    return destinations;
}

} // namespace test_nat
