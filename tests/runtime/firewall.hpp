// What the policy of firewall_policy.cpp does, as the test says, and what its functions saw.
#pragma once
#include "runtime/packet.hpp"

#include <cstdint>
#include <vector>

namespace test_firewall {

/// Numbers of its verdict statements.
inline constexpr std::uint32_t accept = 0, drop = 1, reject = 2;

struct Seen {
    std::uint32_t length;
    std::uint32_t fragment_offset;
    std::uint32_t ttl;
    runtime::State state;
    std::uint32_t udp_dport; ///< 0 for other protocols
};

struct Behaviour {
    std::uint32_t forward = accept;
    std::uint32_t output = accept;
    std::vector<Seen> seen_by_forward;
    std::vector<Seen> seen_by_output;
};
Behaviour& behaviour();

} // namespace test_firewall
