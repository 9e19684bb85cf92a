// Which port a translated source gets on its outside address.
#pragma once
#include "runtime/appliance.hpp"

#include <optional>

namespace runtime {

/// For the first packet of a flow that leaves with `leaving`, but for its port (or identifier), on an address that has
/// that pool. Nothing: exhausted. Takes back the memory of every flow that has expired, so that mappings are exact.
std::optional<std::uint16_t> choose_port(Appliance& appliance, const Ipv4Tuple& first, Ipv4Tuple leaving,
                                         std::uint16_t pool, Time now);

/// Whether somebody inside has that port of that address.
bool is_mapped(Appliance& appliance, Ipv4Address outside, std::uint8_t protocol, std::uint16_t port, Time now);

} // namespace runtime
