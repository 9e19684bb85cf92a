// Verdict statements that decide about no packet: others before them have decided about all of theirs, or no packet
// that can come to their chains meets their conditions.
#pragma once
#include "compiler/model/appliance.hpp"

namespace analysis {

struct Shadowed {
    model::StatementId statement = 0;
    enum class Because : std::uint8_t {
        verdicts,  ///< of its chain's function
        functions, ///< earlier ones on the chain
        chains,    ///< earlier ones on each way to it
        nobody,    ///< can come there
    } because{};
    /// The statements that cover it, of its chain's functions or of earlier chains, as few as suffice.
    std::vector<model::StatementId> by{};
    bool is_by_chains = false; ///< among others: on the chain alone it may decide
};

/// Of the policy's own statements that stand in a condition, in the order of their numbers.
struct Shadows {
    std::vector<Shadowed> dead;                   ///< proved
    std::vector<model::StatementId> undecided{}; ///< there is neither a proof nor a packet
};

Shadows shadowed_statements(const model::Appliance& appliance);

} // namespace analysis
