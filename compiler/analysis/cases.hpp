// A way told apart by what is translated on it, so that its functions can be asked what they say: of first
// packets for each thing that its Nats do to them, of packets of known flows for each thing that its Nats may have
// done to their first ones, and once as if nothing had been translated (path.md, Translation).
#pragma once
#include "compiler/analysis/chain.hpp"

namespace analysis {

struct Case {
    ChainRules rules;
    std::vector<symbolic::Box> region;   ///< packets that can come
    std::vector<symbolic::Stage> before; ///< what its Nats decide
    // What stages point at.
    std::deque<symbolic::RuleList> nats{};
    std::deque<symbolic::SomeRules> outcomes{};
};

/// At places that stay. All packets that can come are in some case, taken that those of one direction of a flow come
/// in by one Iface; where there are more than packets can be, a proof holds, and one that is found counts if the
/// interpreter agrees.
std::deque<Case> cases_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way,
                          bool invalid);

} // namespace analysis
