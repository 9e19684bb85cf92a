// What a proof needs: as few rules as suffice.
#pragma once
#include "compiler/symbolic/find.hpp"

#include <functional>

namespace analysis {

/// What is said of the question when of its last stage only some rules take packets away.
using AskOfSome = std::function<symbolic::Answer(const std::vector<symbolic::RuleIndex>&)>;

/// Leaves out of the rules behind a proof what it does not need; of few, each without which there is still
/// one.
std::vector<symbolic::RuleIndex> needed_of(const AskOfSome& ask, std::vector<symbolic::RuleIndex> rules);

} // namespace analysis
