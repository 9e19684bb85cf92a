// What a proof needs: as few rules as suffice.
#pragma once
#include "compiler/symbolic/find.hpp"

namespace analysis {

/// Leaves out of the rules behind a proof what it does not need; of few, each without which there is still
/// one.
std::vector<symbolic::RuleIndex> needed_of(symbolic::Subtraction& engine, const symbolic::Question& question,
                                           std::vector<symbolic::RuleIndex> rules, std::size_t steps_max);

} // namespace analysis
