// The rules that were edited between two lists, one by one, each with what decides in its place where it is not.
#pragma once
#include "compiler/symbolic/edits.hpp"
#include "compiler/symbolic/space.hpp"

#include <deque>

namespace symbolic {

/// A rule that only one list has. A packet about which the lists differ meets one of them first, in the order of
/// both lists together; then the other list decides about it by a rule that comes later in that order.
struct Suspect {
    const RuleList* list = nullptr;
    SomeRules own; ///< just the rule
    const RuleList* other = nullptr;
    RuleList later{}; ///< of the other list, as far as they share packets with the rule
};

/// At places that stay.
std::deque<Suspect> suspects(const Space& space, const RuleList& before, const RuleList& after, const Edits& edits);

} // namespace symbolic
