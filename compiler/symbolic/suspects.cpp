#include "compiler/symbolic/suspects.hpp"

#include "compiler/symbolic/values.hpp"

#include <algorithm>

namespace symbolic {

namespace {

bool share_packets(const Space& space, const Box& a, const Box& b) {
    return std::ranges::all_of(a, [&](const Side& side) {
        return std::ranges::all_of(b, [&](const Side& other) {
            return side.variable != other.variable ||
                   meet(values_in(space.sets[side.values]), values_in(space.sets[other.values]));
        });
    });
}

/// From that rule on; logs decide nothing.
RuleList later(const Space& space, const RuleList& list, std::size_t from, const Rule& rule) {
    RuleList result;
    for (; from < list.rules.size(); ++from) {
        const auto& other = list.rules[from];
        if (other.log == nullptr && share_packets(space, rule.guard, other.guard)) result.rules.push_back(other);
    }
    return result;
}

} // namespace

std::deque<Suspect> suspects(const Space& space, const RuleList& before, const RuleList& after,
                             const Edits& edits) {
    std::deque<Suspect> result;
    std::size_t old_one = 0, new_one = 0;
    const auto is_next = [](const RuleList& list, std::size_t at, const SomeRules& rules) {
        return at < list.rules.size() && rules.contains(&list.rules[at]);
    };
    const auto skip_logs = [](const RuleList& list, std::size_t& at) {
        while (at < list.rules.size() && list.rules[at].log != nullptr) ++at;
    };
    while (old_one < before.rules.size() || new_one < after.rules.size()) {
        skip_logs(before, old_one);
        skip_logs(after, new_one);
        if (is_next(before, old_one, edits.removed)) {
            const auto& rule = before.rules[old_one++];
            result.push_back({&before, {&rule}, &after, later(space, after, new_one, rule)});
        } else if (is_next(after, new_one, edits.added)) {
            const auto& rule = after.rules[new_one++];
            result.push_back({&after, {&rule}, &before, later(space, before, old_one, rule)});
        } else {
            ++old_one;
            ++new_one;
        }
    }
    return result;
}

} // namespace symbolic
