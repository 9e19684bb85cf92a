// What connection tracking does with one packet, for the stages that need it besides track and confirm.
#pragma once
#include "runtime/appliance.hpp"

#include <optional>

namespace runtime {

/// Sets the packet's flow, direction and state from the table. Returns the flow that this depends on: its own, or
/// that of which it is no valid segment.
const Flow* classify(const Appliance& appliance, Packet& packet, const std::optional<Ipv4Tuple>& tuple,
                     Time now);

/// The packet was let through: makes or refreshes its flow. False when there was no room and it was dropped.
bool confirm_flow(Appliance& appliance, Packet& packet, Time now);

} // namespace runtime
