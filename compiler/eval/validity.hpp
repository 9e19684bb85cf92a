// What a frame and its datagram must be like before anything else reads them (RFC 1812 4.2.2, 5.2.2, 5.3).
#pragma once
#include "compiler/eval/datagram.hpp"
#include "compiler/eval/ethernet.hpp"
#include "compiler/model/nics.hpp"

#include <optional>
#include <variant>

namespace eval {

/// The address of a group of stations, broadcast included.
constexpr bool is_group(const model::Mac& mac) { return (mac[0] & 1) != 0; }
/// Of a frame with a whole Ethernet header.
model::Mac destination_mac(View frame);

enum class EtherKind : std::uint8_t { arp, ipv4 };

struct Arrival {
    EtherKind kind{};
    model::IfaceId ingress = 0;
};

/// What a frame that came in by a NIC with that address carries, and to which Iface; or why it is dropped.
std::variant<Arrival, model::Reason> classify(const model::Appliance& appliance, model::NicId nic,
                                              const model::Mac& mac, View frame);

/// Faults of the header's structure and options. Without one, the first `total length` bytes are a Datagram.
std::optional<model::Reason> header_fault(View packet);

/// Whether it is a DHCP server's answer to the client behind a NIC with that address (RFC 2131).
bool is_dhcp_reply(const Datagram& datagram, const model::Mac& nic);

/// Addresses that cannot be on a wire of ours, or not in a frame to a group.
std::optional<model::Reason> address_fault(const model::Appliance& appliance, model::IfaceId ingress,
                                           const Datagram& datagram, bool group_mac);

/// The Iface by which answers to its source leave, if there is one: with `rpf: strict` the one that it came by.
std::optional<model::IfaceId> way_back(const model::Appliance& appliance, const Datagram& datagram);

/// Combinations of flags that only scanners send.
std::optional<model::Reason> tcp_flags_fault(const Datagram& datagram);

/// What is delivered here must have a sound transport header and a right checksum.
std::optional<model::Reason> transport_fault(const Datagram& datagram);

/// Whether it is the directed broadcast address of that Iface's network.
bool is_broadcast_of(const model::Iface& iface, model::Ipv4Address address);
/// Whether it is that Iface's own address.
bool is_address_of(const model::Iface& iface, model::Ipv4Address address);
/// The Iface of ours that has that address.
std::optional<model::IfaceId> iface_with(const model::Appliance& appliance, model::Ipv4Address address);

} // namespace eval
