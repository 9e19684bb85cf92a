// Members of sets, and sides of an `or`, that can never matter: all packets that they are about are decided
// before, or excluded by what stands around them.
#pragma once
#include "compiler/analysis/places.hpp"
#include "compiler/analysis/foregone.hpp"

namespace analysis {

struct Idle {
    model::Place place, end;
    std::vector<model::StatementId> by{}; ///< the verdicts before it; none where the conditions exclude it
};

/// Those of the policy's own file, by their places; not in conditions that something has been found about. A member of a named list only if it matters nowhere that
/// the list is used. In a negated condition nothing is idle: to name what has been decided anyway is no mistake
/// in a list of exceptions.
std::vector<Idle> idle_members(const model::Appliance& appliance, Places& places,
                               const std::vector<Foregone>& found);

} // namespace analysis
