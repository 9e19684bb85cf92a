// What was changed from one list of rules to another, rule by rule. A packet about which no changed rule
// decides meets the same rule in both: what stays is in the same order.
#pragma once
#include "compiler/symbolic/rules.hpp"

#include <functional>
#include <set>

namespace symbolic {

using SomeRules = std::set<const Rule*>;

struct Edits {
    SomeRules removed, added;

    bool none() const { return removed.empty() && added.empty(); }
};

/// What a rule does beyond its action: where a dnat sends packets to.
using Meaning = std::function<std::string(const Rule&)>;

/// The fewest. Nothing when there are more than a few hundred.
std::optional<Edits> edits(const RulesInOrder& before, const Meaning& in_before, const RulesInOrder& after,
                           const Meaning& in_after);

/// The fewest, of rules that decide. Nothing when there are more than a few hundred, or a list is not whole.
std::optional<Edits> edits(const RuleList& before, const Meaning& in_before, const RuleList& after,
                           const Meaning& in_after);

} // namespace symbolic
