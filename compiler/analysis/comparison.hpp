// One chain of two policies: which packets end otherwise than before, or are sent elsewhere.
#pragma once
#include "compiler/analysis/diff.hpp"

namespace analysis {

/// Fills in what there is to say of a chain that both policies have.
void compare(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
             ChainDiff& chain);

} // namespace analysis
