// Reads frames back: field values for comparing, one line of text for people.
#pragma once
#include "compiler/eval/datagram.hpp"
#include "compiler/model/scenario.hpp"

#include <optional>
#include <string>

namespace harness {

/// The IPv4 datagram in a frame; none when it has none with sane lengths. The frame must outlive it.
std::optional<eval::Datagram> datagram_in(eval::View frame);

/// A field's value; none when the frame has not the header that it stands in. Never for what no frame holds.
std::optional<model::Value> field_of(eval::View frame, model::Field field);

/// What follows the transport header, or the IP header where there is no TCP, UDP or ICMP one.
std::optional<std::string> payload_of(eval::View frame);

/// The first thing in which the frame differs from what is said of it: "tcp.dport is 80, not 443". None: it
/// matches.
std::optional<std::string> difference(eval::View frame, const model::PacketSpec& said);

/// One short line: "tcp 10.55.7.8:40000 > 192.168.0.10:80 syn", "icmp 10.0.0.1 > 10.0.0.2 type 8".
std::string summary(eval::View frame);

/// Every field of the registry that the frame has, then its bytes in hexadecimal.
std::string describe_frame(eval::View frame);

} // namespace harness
