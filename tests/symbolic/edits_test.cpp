// What was changed between two lists: without it they are the same.
#include "compiler/symbolic/suspects.hpp"
#include "harness/dice.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

using namespace symbolic;
using harness::Dice;

namespace {

Rule random_rule(Space& space, Dice& dice) {
    Rule rule;
    narrow(space, rule.guard, variable(model::Field::ip_ttl), space.one(dice.below(5)));
    rule.action = dice.one_of({model::Action::accept, model::Action::drop});
    return rule;
}

/// Leaves a rule out, or puts one in.
void edit(RuleList& list, Space& space, Dice& dice, Rule (*make)(Space&, Dice&)) {
    const auto place = list.rules.begin() + static_cast<std::ptrdiff_t>(dice.below(list.rules.size() + 1));
    if (place != list.rules.end() && dice.percent(50))
        list.rules.erase(place);
    else
        list.rules.insert(place, make(space, dice));
}

std::string nothing_else(const Rule&) { return {}; }

/// What is left of a list.
std::vector<std::pair<Box, model::Action>> without(const RuleList& list, const SomeRules& gone) {
    std::vector<std::pair<Box, model::Action>> left;
    for (const auto& rule : list.rules)
        if (rule.log == nullptr && !gone.contains(&rule)) left.emplace_back(rule.guard, rule.action);
    return left;
}

constexpr std::array fields = {model::Field::ip_ttl, model::Field::ip_dscp};
constexpr Value values = 6; ///< of each field
using Point = std::array<Value, 2>;

/// Of a small box.
Rule random_boxed_rule(Space& space, Dice& dice) {
    Rule rule;
    for (const auto field : fields) {
        if (dice.percent(20)) continue;
        const auto low = dice.below(values);
        narrow(space, rule.guard, variable(field), space.sets.add({{low, low + dice.below(values - low)}}));
    }
    rule.action = dice.one_of({model::Action::accept, model::Action::drop, model::Action::reject});
    return rule;
}

const Rule* deciding(const Space& space, const RuleList& list, const Point& point) {
    const auto holds = [&](const Side& side) {
        const auto at = side.variable == variable(fields[0]) ? point[0] : point[1];
        return space.sets[side.values].contains(at);
    };
    const auto found = std::ranges::find_if(list.rules, [&](const Rule& rule) {
        return rule.log == nullptr && std::ranges::all_of(rule.guard, holds);
    });
    return found == list.rules.end() ? nullptr : &*found;
}

bool says(const Rule* rule, const Rule* other) {
    if (rule == nullptr || other == nullptr) return rule == other;
    return rule->guard == other->guard && rule->action == other->action;
}

} // namespace

TEST_CASE("about whom two lists differ, an edited rule decides, and in the other list a later one") {
    std::size_t differences = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        INFO("seed " << seed);
        Dice dice(seed);
        Space space;
        RuleList before;
        for (auto count = dice.below(20); count > 0; --count) before.rules.push_back(random_boxed_rule(space, dice));
        auto after = before;
        for (auto count = dice.below(5); count > 0; --count) {
            edit(after, space, dice, random_boxed_rule);
        }
        const auto found = edits(before, nothing_else, after, nothing_else);
        REQUIRE(found);
        const auto suspected = suspects(space, before, after, *found);
        for (Value a = 0; a < values; ++a)
            for (Value b = 0; b < values; ++b) {
                const Point point = {a, b};
                const auto *was = deciding(space, before, point), *is = deciding(space, after, point);
                if (says(was, is)) continue;
                ++differences;
                CHECK(std::ranges::any_of(suspected, [&](const Suspect& suspect) {
                    const auto* own = suspect.list == &before ? was : is;
                    const auto* other = suspect.list == &before ? is : was;
                    return own != nullptr && suspect.own.contains(own) &&
                           says(deciding(space, suspect.later, point), other);
                }));
            }
    }
    CHECK(differences > 500);
}

TEST_CASE("edits are few, and without them two lists are one") {
    const model::Log log;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        INFO("seed " << seed);
        Dice dice(seed);
        Space space;
        RuleList before;
        for (auto count = dice.below(40); count > 0; --count) before.rules.push_back(random_rule(space, dice));
        auto after = before;
        const auto made = dice.below(6);
        for (std::uint64_t i = 0; i < made; ++i) {
            edit(after, space, dice, random_rule);
        }
        Rule logs;
        logs.log = &log; // decides nothing, hence changes nothing
        after.rules.insert(after.rules.begin(), logs);
        const auto found = edits(before, nothing_else, after, nothing_else);
        REQUIRE(found);
        CHECK(found->removed.size() + found->added.size() <= made);
        CHECK(without(before, found->removed) == without(after, found->added));
    }
}

TEST_CASE("rules that mean something else are edited; very many edits are not told") {
    Space space;
    RuleList list, others;
    list.rules.resize(3);
    const auto found = edits(list, nothing_else, list, [](const Rule&) { return std::string("10.0.0.1"); });
    REQUIRE(found);
    CHECK(found->removed.size() == 3);
    CHECK(found->added.size() == 3);
    others.rules.resize(1000);
    CHECK_FALSE(edits(list, nothing_else, others, nothing_else));
    list.whole = false;
    CHECK_FALSE(edits(list, nothing_else, list, nothing_else));
}
