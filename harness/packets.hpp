// Makes frames from what a Test says of a packet.
//
// Unsaid fields (language.md 7): TTL 64, flags syn, source port 49152, ICMP echo request with id 1, sequence
// 1 and code 0, no payload, right lengths and checksums (in a UDP fragment none),
// sequence numbers as the peers of the conversation would continue them (the acknowledgement number only where ACK is set). Where the language says nothing: a
// destination port is 0; the packet goes to the ingress Iface's address and comes from the first other host
// of its network; without transport object and ip.protocol it is an echo request, since that is whole without
// anything being said. The frame goes to the ingress NIC's MAC, and comes from its sender's as every
// neighbour has it; with the tag of the ingress Iface's VLAN, if it has one.
#pragma once
#include "harness/conversations.hpp"

#include "compiler/model/scenario.hpp"

namespace harness {

/// Where a packet is sent in.
struct Wire {
    model::Mac mac{};                   ///< of the NIC
    std::uint16_t vlan = 0;             ///< of the Iface, the tag of packets that say none; 0: none
    model::Ipv4Address source = 0;      ///< of packets that say none
    model::Ipv4Address destination = 0; ///< of packets that say none
};

Wire wire_of(const model::Appliance& appliance, model::IfaceId iface);

/// The addresses of the NICs in all backends, by NicId: what the policy says, else 52:54:00:6e:61:NN.
std::vector<model::Mac> nic_macs(const model::Appliance& appliance);

eval::Bytes craft(const model::PacketSpec& spec, const Wire& wire, const Conversations& conversations = {});

/// Writes the checksum that the receiver of the frame, lies about its lengths included, computes for the IP
/// header.
void fix_ip_checksum(eval::Bytes& frame);

} // namespace harness
