// Which port a translated source gets on its outside address. See "Choosing a port" in path.md.
#pragma once
#include "compiler/eval/flows.hpp"

namespace eval {

/// For the first packet of a flow that leaves with `leaving`, but for its port (or identifier). None: exhausted.
std::optional<std::uint16_t> choose_port(const FlowTable& flows, const Tuple& first, Tuple leaving, std::uint64_t seed);

} // namespace eval
