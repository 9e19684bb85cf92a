// Writes other addresses and ports into a datagram, with every checksum that covers them following as RFC
// 1624 says: what was right stays right, what was wrong stays wrong.
#pragma once
#include "compiler/eval/datagram.hpp"

#include <optional>

namespace eval {

enum class End : std::uint8_t { source, destination };

/// What one end of a datagram becomes.
struct Endpoint {
    model::Ipv4Address address = 0;
    std::optional<std::uint16_t> port; ///< of TCP and UDP, or an ICMP query's identifier; none: it stays
};

/// Where a dnat sends a datagram.
Endpoint destination_said(const Datagram& datagram, const model::Statement& dnat);

/// Of a datagram with a sound transport header. A port is only for protocols that have one.
void rewrite(Bytes& datagram, End end, const Endpoint& to);

/// The same for the datagram that an ICMP error quotes: as far as it is quoted, eight bytes of transport
/// header at least. Its lengths are sane.
void rewrite_quoted(Bytes& error, End end, const Endpoint& to);

/// Only the address, only in the IP header: for fragments.
void rewrite_address(Bytes& fragment, End end, model::Ipv4Address address);

} // namespace eval
