// Destination translations of which nothing arrives: later functions drop all that they have translated.
#pragma once
#include "compiler/analysis/shadows.hpp"

namespace analysis {

struct Lost {
    model::StatementId translation = 0;
    std::optional<model::StatementId> by; ///< drops some of it, the last of those that do
};

/// Those of the policy's own file that packets come to, on every chain that they stand on. A new address of ours, of
/// a leased network or without a route is not followed, nor a port alone, nor what a later Nat of the chain translates
/// again.
std::vector<Lost> lost_translations(const model::Appliance& appliance, const std::vector<Shadowed>& shadowed);

} // namespace analysis
