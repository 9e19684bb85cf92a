// ICMP errors and TCP resets: what the appliance answers to packets it does not take. Made in the packet's own
// buffer, limited in rate, past every chain and the flow table.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime {

struct IcmpError {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
};

/// Counts the drop, then answers with the error unless RFC 1812 4.3.2.7 or the rate limit forbids it.
void drop_with_error(Appliance& appliance, Packet& packet, Reason reason, IcmpError error, Time now);

/// The same for a `reject` statement: a reset for TCP, else administratively prohibited (RFC 1812 5.2.7.1).
void drop_with_rejection(Appliance& appliance, Packet& packet, Time now);

/// The same, where a connection is refused.
void drop_with_reset(Appliance& appliance, Packet& packet, Reason reason, Time now);

/// The packet's flow cannot be told from another once it is translated: its sender learns it (RFC 5508 REQ-8).
void drop_untranslatable(Appliance& appliance, Packet& packet, Time now);

/// A packet was delivered here and nobody serves it: reset, port unreachable or protocol unreachable.
void answer_unserved(Appliance& appliance, Packet& packet, Time now);

/// What a header made here needs to say; the rest is the same for all: TTL 64, DF, identification 0 (RFC 6864 4.1).
struct OwnHeader {
    std::uint8_t tos = 0;
    std::uint8_t protocol = 0;
    Ipv4Address source = 0;
    Ipv4Address destination = 0;
    std::size_t payload_bytes = 0;
    std::uint16_t identification = 0; ///< of a packet longer than the MTU, which leaves in fragments, without DF
};

/// Turns the packet into one made here: writes a fresh 20-byte header. The payload must be in place behind it; what
/// the MTU does not allow for, in further buffers.
void make_own(Appliance& appliance, Packet& packet, const OwnHeader& header);

/// Of a UDP packet made here, in one buffer, when its data is in place behind the header.
void write_udp_header(Packet& packet, std::uint16_t source_port, std::uint16_t destination_port);

} // namespace runtime
