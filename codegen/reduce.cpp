#include "codegen/reduce.hpp"

#include "codegen/guards.hpp"

#include <algorithm>

namespace codegen {

namespace {

using symbolic::Box;
using symbolic::Rule;
using symbolic::RuleList;
using symbolic::Side;

constexpr std::size_t steps_for_a_proof = 20'000;
/// Of longer lists single tests are not worth a proof each: they are no branches.
constexpr std::size_t tested_rules_max = 32;

/// Rules by their place in the list, in place of the statement: what is asked is asked of single rules.
RuleList numbered(std::vector<Rule> rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) rules[i].statement = static_cast<model::StatementId>(i);
    RuleList list;
    list.rules = std::move(rules);
    return list;
}

/// Fields of the transport header are read only where these say that it is there.
bool guards_reading(symbolic::Variable variable) {
    return variable == symbolic::variable(model::Field::ip_protocol) || variable == symbolic::header_complete;
}

} // namespace

std::vector<Rule> Reducer::reduced(const RuleList& list, const Box& context) {
    const bool is_layer_known = layer_of(space_, context) != model::Layer::meta;
    std::vector<Rule> rules;
    for (const auto& rule : list.rules) {
        if (!both(space_, context, rule.guard)) continue;
        auto left = rule;
        std::erase_if(left.guard, [&](const Side& side) {
            return (is_layer_known || !guards_reading(side.variable)) &&
                   space_.sets.covers(side.values, values_of(space_, context, side.variable));
        });
        rules.push_back(std::move(left));
        if (rules.back().guard.empty()) break;
    }
    leave_out_dead(rules, context);
    if (rules.size() <= tested_rules_max) leave_out_tests(rules, context);
    const auto last = std::ranges::find_if(rules, [](const Rule& rule) { return rule.guard.empty(); });
    if (last != rules.end()) rules.erase(last + 1, rules.end());
    return rules;
}

bool Reducer::is_possible(symbolic::Subtraction& engine, const RuleList& list, Box region,
                          model::StatementId wanted) {
    const symbolic::Question question{{std::move(region)}, {{&list, {.statement = wanted}}}};
    const auto before = engine.steps();
    const auto answer = engine.find(question, std::min(steps_for_a_proof, steps_left_));
    steps_left_ -= std::min(steps_left_, engine.steps() - before);
    return !std::holds_alternative<symbolic::Proved>(answer);
}

void Reducer::leave_out_dead(std::vector<Rule>& rules, const Box& context) {
    const auto list = numbered(rules);
    symbolic::Subtraction engine(space_);
    std::size_t at = 0;
    std::erase_if(rules, [&](const Rule&) {
        return !is_possible(engine, list, context, static_cast<model::StatementId>(at++));
    });
}

void Reducer::leave_out_tests(std::vector<Rule>& rules, const Box& context) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto sides = rules[i].guard;
        for (const auto& side : sides)
            if (!guards_reading(side.variable) && holds_always(rules, i, side, context))
                std::erase(rules[i].guard, side);
    }
}

/// No packet that gets as far as the rule, and passes its other tests, is outside of the side.
bool Reducer::holds_always(const std::vector<Rule>& rules, std::size_t rule, const Side& side,
                           const Box& context) {
    std::vector<Rule> before(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(rule) + 1);
    auto& asked = before.back().guard;
    std::erase(asked, side);
    auto outside = context;
    const auto others = space_.sets.without(space_.domain(side.variable), side.values);
    if (!narrow(space_, outside, side.variable, others)) return true;
    symbolic::Subtraction engine(space_);
    return !is_possible(engine, numbered(std::move(before)), std::move(outside),
                        static_cast<model::StatementId>(rule));
}

} // namespace codegen
