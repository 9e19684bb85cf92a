// A packet as a Test writes it: its bytes, and its text.
#pragma once
#include "compiler/eval/bytes.hpp"
#include "compiler/model/appliance.hpp"

namespace analysis {

std::optional<model::Value> value_in(const model::PacketSpec& packet, model::Field field);

/// Whether it has ports: it is of TCP or UDP.
bool has_ports(const model::PacketSpec& packet);

/// The IPv4 datagram, with right lengths where it says none. Checksums are as it says, else 0: nothing that
/// runs functions looks at them.
eval::Bytes datagram_of(const model::PacketSpec& packet);

/// The header of the frame that it comes in, as far as it says anything of that.
eval::Bytes ethernet_of(const model::PacketSpec& packet);

/// A string of a policy that has these bytes.
std::string quoted_bytes(std::string_view bytes);

/// As it is written in a policy: "{ ip: { saddr: 10.0.0.1 }, tcp: { dport: 80 } }".
std::string literal_of(const model::PacketSpec& packet);

} // namespace analysis
