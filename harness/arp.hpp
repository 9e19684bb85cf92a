// The neighbours of the appliance: each a.b.c.d answers ARP (RFC 826) with the MAC 02:00:a:b:c:d.
#pragma once
#include "harness/outcome.hpp"

#include <optional>

namespace harness {

bool is_arp(View frame);

/// The answer to a request, in the same VLAN; none to any other frame.
std::optional<Bytes> answer_arp(View frame);

} // namespace harness
