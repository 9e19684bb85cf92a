// The Ethernet header of what leaves.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime {

/// Writes the header; the source is the egress NIC's own address.
void write_ethernet(const Appliance& appliance, Packet& packet, const Mac& destination, std::uint16_t ethertype);

} // namespace runtime
