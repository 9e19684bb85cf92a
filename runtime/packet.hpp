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
using NicId = std::uint8_t;        ///< indexes Policy::nics; several Ifaces may share a NIC by their VLAN ids

inline constexpr std::size_t ethernet_header_bytes = 14;
inline constexpr std::size_t mtu_bytes = 1500;
inline constexpr std::size_t frame_max_bytes = ethernet_header_bytes + mtu_bytes;

inline constexpr std::size_t packet_bytes = 2048;
/// Room kept free before the frame: the NIC driver's own header goes there.
inline constexpr std::size_t headroom_bytes = 64;
inline constexpr std::size_t burst_packets = 32;

/// How far a packet has come. A stage works on the packets that stand at it and moves them on.
enum class At : std::uint8_t {
    receive,
    prerouting,  ///< validated, its flow looked up
    route,       ///< not for its ingress Iface
    forward,     ///< has an egress Iface and a next hop
    input,       ///< for one of our addresses
    output,      ///< made here, routed
    postrouting, ///< leaves by its egress Iface
    transmit,    ///< needs only the next hop's MAC
    settled,     ///< consumed, dropped or handed over: no stage may touch it
};

/// Values of `ct.state`, in the order of the language's registry.
enum class State : std::uint8_t { fresh, established, related, invalid };

struct Flow;

/// Sized and aligned so that an array of them is a pool and no frame crosses a page.
struct alignas(packet_bytes) Packet {
    // Set by whoever receives the frame.
    std::uint16_t frame_bytes = 0; ///< length of the frame from its Ethernet header on
    NicId nic = 0;                 ///< the NIC it came in by

    // Set by the stages.
    IfaceId ingress = 0;
    At at = At::receive;
    State state = State::fresh;
    IfaceId egress = 0;         ///< valid from At::forward or At::output on
    IfaceId local = 0;          ///< the Iface whose address it is for, at At::input
    bool transport_ok = false;  ///< the fixed part of its TCP, UDP or ICMP header is complete
    bool made_here = false;
    bool to_broadcast = false;  ///< link-layer or IP broadcast: never answered
    std::uint8_t ip_header_bytes = 0;
    std::uint16_t ip_bytes = 0; ///< total length
    Ipv4Address nexthop = 0;
    std::uint32_t flow_hash = 0;
    Flow* flow = nullptr;       ///< its live flow, if there is one
    bool reply = false;         ///< goes against its flow's first packet
    Packet* next = nullptr;     ///< of whoever holds the packet: pool, neighbour queue, ring

    std::array<std::uint8_t, headroom_bytes> headroom;
    std::array<std::uint8_t, packet_bytes - 64 - headroom_bytes> frame;

    std::span<std::uint8_t> ip() { return {frame.data() + ethernet_header_bytes, ip_bytes}; }
    std::span<const std::uint8_t> ip() const { return {frame.data() + ethernet_header_bytes, ip_bytes}; }
    /// What follows the IP header.
    std::span<std::uint8_t> payload() { return ip().subspan(ip_header_bytes); }
    std::span<const std::uint8_t> payload() const { return ip().subspan(ip_header_bytes); }
};

static_assert(sizeof(Packet) == packet_bytes);

} // namespace runtime
