// What leaves: its Ethernet header, and its way into the ring.
#pragma once
#include "runtime/appliance.hpp"
#include "runtime/ethernet.hpp"

namespace runtime {

inline constexpr Mac broadcast_mac{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// Writes the header right before what the packet carries, with the tag of the egress Iface if it has one;
/// the source is the egress NIC's own address. Once, when the packet leaves.
void write_ethernet(const Appliance& appliance, Packet& packet, const Mac& destination, std::uint16_t type);

/// Gives frames to the NIC, and drops what its ring has no place for. They are its own, or free, from then on. Returns how
/// many it took.
std::size_t hand_over(Appliance& appliance, NicId nic, std::span<Packet* const> packets);

/// Hands one frame that is complete, and counted as made, to the NIC of its egress Iface. False when its ring was full.
bool send_frame(Appliance& appliance, Packet& packet);

} // namespace runtime
