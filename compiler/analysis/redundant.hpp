// Verdict statements that decide about packets, and without which the same would come of all of these: statements
// behind them say the same.
#pragma once
#include "compiler/analysis/places.hpp"

namespace analysis {

struct Redundant {
    model::StatementId statement = 0;
    /// Those that decide in its place, as few as suffice.
    std::vector<model::StatementId> by{};
    bool is_by_last = false; ///< one of them decides about all that nothing before it has decided about
};

/// Of the policy's own statements that stand in a condition without a Limit, in the order of their numbers. All of them can
/// be left out together, whether those go or stay that never decide. `silent`: statements about which something else is
/// to be said.
std::vector<Redundant> redundant_verdicts(const model::Appliance& appliance, Places& places,
                                          const std::set<model::StatementId>& dead,
                                          const std::set<model::StatementId>& silent);

} // namespace analysis
