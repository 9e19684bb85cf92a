// What the Load_balancer does to a packet on its way: "balance" in docs/internals/path.md.
#pragma once
#include "runtime/report.hpp"
#include "runtime/rewrite.hpp"

namespace runtime {

/// Of a balanced flow, or an error about one, or about to open one.
bool is_balanced(const Appliance& appliance, const Packet& packet);

/// Where clients connect to.
Endpoint front_of(const Appliance& appliance);
/// A first packet to there.
bool asks_for_server(const Appliance& appliance, const Packet& packet);

/// The flow's first packet has been accepted: the server that was chosen is its server.
void keep_server(Appliance& appliance, const Flow& flow, Time now);
/// A later packet of a flow has been accepted; the flow does not know of it yet.
void note_answers(Appliance& appliance, const Packet& packet, Time now);

void report_balancer(Appliance& appliance, Reader tell);

} // namespace runtime
