// Frames for unit tests of the data plane, and how they get in. Two NICs: left has 10.0.0.1/24, right 10.0.1.1/24.
#pragma once
#include "tests/runtime/platform.hpp"

#include "runtime/bytes.hpp"
#include "runtime/dataplane.hpp"

#include <vector>

namespace test_frames {

using Frame = std::vector<std::uint8_t>;

inline constexpr runtime::Mac left_mac{2, 0, 0, 0, 0, 1};
inline constexpr runtime::Mac right_mac{2, 0, 0, 0, 0, 2};
inline constexpr runtime::Mac peer_mac{2, 0, 10, 0, 0, 9};
inline constexpr runtime::Ipv4Address left_address = 0x0a000001;
inline constexpr runtime::Ipv4Address left_peer = 0x0a000009;
inline constexpr runtime::Ipv4Address right_address = 0x0a000101;
inline constexpr runtime::Ipv4Address right_peer = 0x0a000107;
inline constexpr runtime::Time second_ns = 1'000'000'000;

/// Boots the appliance, with nothing sent or said so far.
void boot();

void receive_burst(runtime::NicId nic, const std::vector<Frame>& frames, runtime::Time now = 0);
void receive(runtime::NicId nic, const Frame& frame, runtime::Time now = 0);

std::uint64_t dropped(runtime::Reason reason);

/// An Ethernet header from the peer, and room for `bytes` behind it.
Frame ethernet(const runtime::Mac& to, std::uint16_t type, std::size_t bytes);

/// The IP packet in a frame.
runtime::MutableBytes ip_of(Frame& frame);
runtime::Bytes ip_of(const Frame& frame);
/// Makes the header checksum right.
void seal(Frame& frame);

Frame arp(std::uint16_t op, runtime::Ipv4Address sender, runtime::Ipv4Address target, const runtime::Mac& to);

/// The peer on the right answers ARP.
void right_peer_answers(runtime::Time now = 0);
/// The peer on the left asks for our address, so that we know its own.
void left_peer_asks(runtime::Time now = 0);

} // namespace test_frames
