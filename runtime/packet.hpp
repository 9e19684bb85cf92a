// A packet: one frame in one buffer, with what the stages have learnt about it. Never copied on its way.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace runtime {

using Mac = std::array<std::uint8_t, 6>;
using Ipv4Address = std::uint32_t; ///< host order
using Time = std::uint64_t;        ///< nanoseconds since some fixed moment before boot
using IfaceId = std::uint8_t;      ///< indexes Policy::ifaces
inline constexpr IfaceId no_iface = 255; ///< what `iface.in` reads in packets made here
using NicId = std::uint8_t;        ///< indexes Policy::nics; several Ifaces may share a NIC by their VLAN ids
using VlanId = std::uint16_t;      ///< 1 to 4094 (IEEE 802.1Q 9.6), or 0: no VLAN

inline constexpr std::size_t ethernet_header_bytes = 14;
inline constexpr std::size_t vlan_tag_bytes = 4; ///< of IEEE 802.1Q, before the EtherType
inline constexpr std::size_t mtu_bytes = 1500;
inline constexpr std::size_t frame_max_bytes = ethernet_header_bytes + mtu_bytes; ///< without a tag
inline constexpr std::size_t ip_max_bytes = 65535;
/// Those of a datagram of full length, each as long as the MTU allows, are 45.
inline constexpr std::size_t fragments_per_datagram = 64;

inline constexpr std::size_t packet_bytes = 2048;
/// Room kept free before the frame: a tag goes there that the frame did not come with, and the NIC driver's
/// own header.
inline constexpr std::size_t headroom_bytes = 64;
inline constexpr std::size_t burst_packets = 32;

inline constexpr std::size_t nics_max = 16; ///< that a policy may name
/// As many packets each NIC may hold each way: the pool must be larger than what all of them hold together.
inline constexpr std::size_t ring_packets = 256;

/// How far a packet has come: the next stage that may concern it. Stages run in this order, and a stage handles
/// the packets that have not gone past it; so a stage that a policy does without is simply not in its list.
enum class At : std::uint8_t {
#define STAGE(name, text) name,
#include "runtime/stages.def"
    settled, ///< dropped or delivered; its buffer is free at the end of the burst
};

/// Values of `ct.state`, in the order of the language's registry.
enum class State : std::uint8_t { fresh, established, related, invalid };

struct Flow;
struct Packet;

/// What is known of a packet besides its bytes. All zero is a frame that has just come in; the type stays trivial, so
/// that a pool is plain memory.
struct PacketInfo {
    // Set by whoever receives the frame.
    std::uint16_t frame_bytes; ///< length of the frame from its Ethernet header on; from receive to transmit
                               ///< without tag
    NicId nic;                 ///< the NIC it came in by

    // Where things lie. The datagram stays where it came in, and what leaves gets its Ethernet header right
    // before it.
    std::uint8_t tag_bytes; ///< of the tag that it came with
    std::int8_t begin;      ///< where the frame begins that leaves, from `frame` on

    // Set by the stages.
    IfaceId ingress;
    At at;
    State state;
    IfaceId egress;              ///< from forward or output on
    IfaceId local;               ///< the Iface whose address it is for, from input on
    bool transport_complete : 1; ///< the fixed part of its TCP, UDP or ICMP header is there
    bool group_mac : 1;          ///< came in a broadcast or multicast frame
    bool made_here : 1;
    bool reply : 1;            ///< goes against its flow's first packet
    bool translated : 1;       ///< its addresses are no longer those it came with; see received_source
    std::uint8_t received_ttl; ///< with which it came in
    std::uint8_t ip_header_bytes;
    IfaceId entrance;          ///< the Iface on whose chain destinations were translated
    std::uint16_t ip_bytes;    ///< header and payload in this buffer; total length, but for datagrams in several
    std::uint8_t fragments;    ///< as how many frames the datagram came in; 0: as one that is no fragment
    std::uint8_t arrival;      ///< a fragment's place in the order in which those of its datagram came
    Ipv4Address nexthop;       ///< from forward or output on
    Flow* flow;            ///< its live flow, or the one that it is an error about, if there is one
    Packet* next;          ///< for whoever holds the packet: the pool, a neighbour's queue, a ring
    Packet* next_fragment; ///< the buffer that the payload goes on in; see datagram.hpp

    // Of a packet that has been translated, as it came: see rewrite.hpp.
    Ipv4Address received_source;
    Ipv4Address received_destination;
    std::uint16_t received_a; ///< as in Ipv4Tuple
    std::uint16_t received_b;
    std::uint16_t received_checksum; ///< of its transport header
    std::uint16_t pool; ///< from which the port of its source was chosen, number + 1; 0: it was not
};

inline constexpr std::size_t packet_info_bytes = 64;
static_assert(sizeof(PacketInfo) <= packet_info_bytes);

/// Sized and aligned so that an array of them is a pool and no frame crosses a page.
struct alignas(packet_bytes) Packet : PacketInfo {
    alignas(packet_info_bytes) std::array<std::uint8_t, headroom_bytes> headroom;
    std::array<std::uint8_t, packet_bytes - packet_info_bytes - headroom_bytes> frame;

    /// Where the datagram begins, or whatever the frame carries.
    std::uint8_t* carried() { return frame.data() + ethernet_header_bytes + tag_bytes; }
    const std::uint8_t* carried() const { return frame.data() + ethernet_header_bytes + tag_bytes; }
    std::span<std::uint8_t> ip() { return {carried(), ip_bytes}; }
    std::span<const std::uint8_t> ip() const { return {carried(), ip_bytes}; }
    /// What follows the IP header in this buffer.
    std::span<std::uint8_t> payload() { return ip().subspan(ip_header_bytes); }
    std::span<const std::uint8_t> payload() const { return ip().subspan(ip_header_bytes); }
    /// The frame as it leaves.
    std::span<const std::uint8_t> wire() const { return {frame.data() + begin, frame_bytes}; }
};

// The driver's header ends where the frame begins, and the headroom lies right before `frame`: nothing is
// between the two, and nothing before them but the info.
static_assert(sizeof(Packet::headroom) + sizeof(Packet::frame) + packet_info_bytes == sizeof(Packet));

} // namespace runtime
