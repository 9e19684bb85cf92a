// What the Load_balancer does to a packet on its way: "balance" in docs/internals/path.md.
#pragma once
#include "runtime/report.hpp"
#include "runtime/rewrite.hpp"

namespace runtime {

/// Of a balanced flow, or an error about one, or about to open one.
inline bool is_balanced(const Appliance& appliance, const Packet& packet) {
    const Balancing* const balancing = appliance.policy.parts.balancing;
    return balancing != nullptr && balancing->is_balanced(appliance, packet);
}

/// A first packet to where clients connect to.
inline bool asks_for_server(const Appliance& appliance, const Packet& packet) {
    const Balancing* const balancing = appliance.policy.parts.balancing;
    return balancing != nullptr && balancing->asks_for_server(appliance, packet);
}

void report_balancer(Appliance& appliance, Reader tell);

} // namespace runtime
