// What leaves: its Ethernet header, and frames that are handed over one by one.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime {

inline constexpr std::uint16_t ethertype_ipv4 = 0x0800;
inline constexpr std::uint16_t ethertype_arp = 0x0806;
inline constexpr Mac broadcast_mac{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// Writes the header; the source is the egress NIC's own address.
void write_ethernet(const Appliance& appliance, Packet& packet, const Mac& destination, std::uint16_t ethertype);

/// Hands one frame that is complete, and counted as made, to the NIC of its egress Iface.
void send_frame(Appliance& appliance, Packet& packet);

} // namespace runtime
