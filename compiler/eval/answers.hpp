// The datagrams that are made here: echo replies, ICMP errors, resets.
#pragma once
#include "compiler/eval/datagram.hpp"
#include "compiler/eval/flows.hpp"

#include <optional>

namespace eval {

inline constexpr std::uint32_t answers_per_second = 100; ///< RFC 1812 4.3.2.8

enum class AnswerKind : std::uint8_t {
    reset,
    time_exceeded,
    net_unreachable,
    protocol_unreachable,
    port_unreachable,
    prohibited
};

/// What a `reject` answers.
AnswerKind reject_answer(const Datagram& about);

/// Whether such an answer may ever be about such a datagram (RFC 1122 3.2.2, RFC 9293 3.10.7.1).
bool may_be_answered(AnswerKind kind, const Datagram& about);

/// From the datagram's destination to its source. Needs a sound TCP header.
Bytes make_reset(const Datagram& about);

/// `source` is our address; `received` is the datagram as it came in.
Bytes make_icmp_error(AnswerKind kind, model::Ipv4Address source, const Datagram& received);

/// To an echo request with a complete header. One longer than the MTU may be fragmented: it has the request's
/// identification, and not the bit that forbids it.
Bytes make_echo_reply(const Datagram& request, std::size_t mtu_bytes);

/// With its checksum.
Bytes make_udp(model::Ipv4Address source, std::uint16_t source_port, model::Ipv4Address destination,
               std::uint16_t destination_port, View data);

/// A datagram without options in as many fragments as the MTU wants; itself when it fits.
std::vector<Bytes> split(const Bytes& datagram, std::size_t mtu_bytes);

} // namespace eval
