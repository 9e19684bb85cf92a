// Verdict statements that decide about no packet, since others before them have decided about all of theirs.
#pragma once
#include "compiler/model/appliance.hpp"

namespace analysis {

struct Shadowed {
    model::StatementId statement = 0;
    /// The statements of its chain's function that cover it, as few as suffice; none where earlier functions
    /// do.
    std::vector<model::StatementId> by;
};

/// Those of the policy's own file that stand in a condition, in the order of their numbers. Nothing is said
/// that is not proved.
std::vector<Shadowed> shadowed_statements(const model::Appliance& appliance);

} // namespace analysis
