// Datagrams for tests of reassembly: whole ones, cut into fragments, and put together again.
#pragma once
#include "tests/runtime/frames.hpp"

#include <optional>

namespace test_frames {

struct Whole {
    std::uint8_t protocol = 17;
    runtime::Ipv4Address source = left_peer;
    runtime::Ipv4Address destination = right_peer;
    runtime::Mac to = left_mac;
    std::uint16_t identification = 7;
    std::uint8_t ttl = 64;
    std::uint8_t tos = 0;
    std::size_t options_bytes = 0; ///< no-operations, in the fragment at offset 0 only (RFC 791 3.1)
    std::vector<std::uint8_t> payload{};
};

/// Header and data with right checksums. The data counts up, so that no byte could stand for its neighbour.
Whole udp(std::size_t data_bytes);
Whole tcp(std::size_t data_bytes, unsigned flags);
Whole ping(std::size_t data_bytes, runtime::Ipv4Address destination);

/// Bytes [offset, end) of the payload.
Frame fragment(const Whole& whole, std::size_t offset, std::size_t end);
/// The same, with any more-fragments bit, and bytes beyond the payload zero.
Frame fragment(const Whole& whole, std::size_t offset, std::size_t end, bool more);
/// All of it, cut every `bytes` bytes.
std::vector<Frame> cut(const Whole& whole, std::size_t bytes = 1480);

/// What a receiver gets from those frames: nothing unless they make up one datagram, without gap or overlap,
/// with right header checksums.
std::optional<std::vector<std::uint8_t>> joined(const std::vector<Frame>& frames);

} // namespace test_frames
