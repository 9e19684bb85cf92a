// TCP, UDP and ICMP headers as far as the data plane itself looks at them.
#pragma once
#include "runtime/counters.hpp"
#include "runtime/flow_table.hpp"

#include <optional>

namespace runtime {

namespace icmp {
inline constexpr std::uint8_t echo_reply = 0, unreachable = 3, source_quench = 4, redirect = 5, echo_request = 8,
                              time_exceeded = 11, parameter_problem = 12, timestamp = 13, timestamp_reply = 14;
} // namespace icmp

/// Of the fixed part of its header; 0 for protocols of which we know none.
std::size_t transport_header_bytes(std::uint8_t protocol);

/// Whether the fixed part of its TCP, UDP or ICMP header is there, and can be one: the packet is no fragment.
bool has_transport_header(const Packet& packet);

/// Whether the header is complete and its own length fields hold inside the payload. True for other protocols.
bool transport_sound(const Packet& packet);

/// Why a packet for ourselves cannot be delivered: an unsound header or a wrong checksum.
std::optional<Reason> transport_fault(const Packet& packet);

/// SYN without ACK, RST and FIN: a segment that opens a connection.
bool opens_connection(const Packet& packet);

/// The tuple by which a packet's flow is found; nothing when it is of no kind that has flows.
std::optional<Ipv4Tuple> tuple_of(const Packet& packet);

/// Whether a packet without a flow may open one.
bool may_open_flow(const Packet& packet);

/// What an ICMP error quotes of the packet that it is about.
struct Quotation {
    Ipv4Tuple tuple;
    std::uint32_t tcp_sequence = 0; ///< of a segment
};
/// Nothing for everything else.
std::optional<Quotation> quotation_in(const Packet& packet);

/// Whether the checksum of an ICMP error, and that of the header in it, is right. Only where it has a quotation.
bool error_intact(const Packet& packet);

} // namespace runtime
