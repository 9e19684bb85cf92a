// Where a packet leaves, and to whom it is handed there.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/model/reason.hpp"

#include <variant>

namespace eval {

struct Hop {
    model::IfaceId egress = 0;
    model::Ipv4Address next = 0;
};

/// Or why the packet is dropped.
using Routed = std::variant<Hop, model::Reason>;

/// Whether a route names the Iface; others forward nothing.
bool forwards(const model::Appliance& appliance, model::IfaceId iface);

/// For a packet on its way through: the stated routes only.
Routed route_through(const model::Appliance& appliance, model::Ipv4Address destination);

/// For a packet made here: the stated routes, our Ifaces' own networks, else the first gateway there is.
Routed route_from_here(const model::Appliance& appliance, model::Ipv4Address destination);

/// For a packet that has to leave by that Iface: the stated routes by it, its own network, else its gateway.
Routed route_by(const model::Appliance& appliance, model::IfaceId iface, model::Ipv4Address destination);

} // namespace eval
