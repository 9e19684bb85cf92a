// Conditions that are true of all packets that are left: verdicts before them have decided about the others,
// or these cannot come. To write down what is left is no mistake, but one may want to know it.
#pragma once
#include "compiler/analysis/foregone.hpp"

namespace analysis {

/// Whole conditions of the policy's own file, in their order; none with a part about which something else was
/// found.
std::vector<const model::Condition*> leftover_conditions(const model::Appliance& appliance, Places& places,
                                                         const std::vector<Foregone>& found);

} // namespace analysis
