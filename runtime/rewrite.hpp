// Writes other addresses and ports into a packet. Every checksum that covers them follows incrementally (RFC
// 1624), so that what was right stays right, and what was wrong stays wrong.
#pragma once
#include "runtime/packet.hpp"

#include <optional>

namespace runtime {

enum class End : std::uint8_t { source, destination };

/// What one end of a packet becomes.
struct Endpoint {
    Ipv4Address address;
    std::optional<std::uint16_t> port; ///< of TCP and UDP, or an ICMP query's identifier; none: it stays
};

/// All buffers of a packet; a port only where the protocol has one. The packet remembers what it came with.
void rewrite(Packet& packet, End end, const Endpoint& to);

/// The packet that an ICMP error is about: see quotation_in().
void rewrite_quoted(Packet& packet, End end, const Endpoint& to);

/// The packet as it came in, as far as one buffer tells, but for the checksum of its IP header.
void restore(Packet& packet);

} // namespace runtime
