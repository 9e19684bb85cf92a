// The whole ways through an appliance, from where packets come to where they end.
#pragma once
#include "compiler/analysis/chain.hpp"
#include "compiler/eval/datagram.hpp"

namespace analysis {

/// Those on which something may come through, or be answered. What a Load_balancer takes goes other ways.
std::vector<Way> ways_through(const model::Appliance& appliance);

/// The way by which packets from an Iface are dropped that are neither forwarded nor delivered.
DeadEnd end_of(const model::Appliance& appliance, model::IfaceId from);

/// The way that a packet takes that comes in by an Iface, if nothing is translated further.
Way way_from(const model::Appliance& appliance, model::IfaceId from, const eval::Datagram& datagram);

/// What is made here may be sent by another Iface then, whose postrouting it meets.
bool translates_output(const model::Appliance& appliance);

} // namespace analysis
