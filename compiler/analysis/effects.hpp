// Rules that differ only in the order of what they do: the same logs before the same verdict.
#pragma once
#include "compiler/model/appliance.hpp"

namespace analysis {

struct InAnotherOrder {
    model::StatementId statement = 0, first = 0; ///< the verdicts of the later rule, and of the one that does the same before it
};

/// Within each function, in source order. Of rules that do the same in the same order nothing is said.
std::vector<InAnotherOrder> effects_in_another_order(const model::Appliance& appliance);

} // namespace analysis
