// Whether two policies send packets on the same ways: whatever the functions of their chains are.
#pragma once
#include "compiler/model/appliance.hpp"

namespace analysis {

/// Ifaces, routes and flows are the same, each with the same number in both.
bool have_same_ways(const model::Appliance& before, const model::Appliance& after);

} // namespace analysis
