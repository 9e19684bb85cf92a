#include "codegen/rule_lists.hpp"

#include "codegen/branches.hpp"
#include "codegen/functions.hpp"
#include "codegen/names.hpp"
#include "codegen/reduce.hpp"
#include "codegen/vectors.hpp"

#include <algorithm>

namespace codegen {

namespace {

using model::Layer;
using symbolic::Rule;

constexpr std::size_t branches_max = 32; ///< rules of a list that is written as branches
constexpr std::size_t ends_max = 8;      ///< rules at either end of a longer list that stay branches
/// Of one lookup's tables: what a processor's second cache holds, and some more. A longer list is cut in two,
/// whose tables have half as many ranges with half as many bits each.
constexpr std::size_t vectors_bytes_max = std::size_t{4} << 20;

/// The variables that at least half of the rules ask for.
std::set<symbolic::Variable> main_variables(std::span<const Rule> rules) {
    std::map<symbolic::Variable, std::size_t> uses;
    for (const auto& rule : rules)
        for (const auto& side : rule.guard) ++uses[side.variable];
    std::set<symbolic::Variable> result;
    for (const auto& [variable, count] : uses)
        if (2 * count >= rules.size()) result.insert(variable);
    result.erase(symbolic::variable(model::Field::ip_protocol));
    result.erase(symbolic::header_complete);
    return result;
}

std::size_t statements_of(std::span<const Rule> rules) {
    std::set<model::StatementId> found;
    for (const auto& rule : rules) found.insert(*rule.statement);
    return found.size();
}

} // namespace

void RuleLists::begin(symbolic::Space& space, model::FunctionId function) {
    space_ = &space;
    function_ = function;
    plans_[function];
}

std::size_t RuleLists::run_end(const model::Block& steps, std::size_t begin) {
    std::size_t end = begin;
    while (end < steps.size() && runs_.can_say(steps[end]) && !opaque_.contains(&steps[end])) ++end;
    return end;
}

/// Nothing when some condition is more than guards can say.
std::optional<symbolic::RuleList> RuleLists::rules_of(const model::Block& steps, std::size_t begin,
                                                      std::size_t end, Layer layer) {
    const auto at = [&](std::size_t i) { return steps.begin() + static_cast<std::ptrdiff_t>(i); };
    auto list = symbolic::rules_of({.space = *space_, .appliance = appliance_}, layer, {at(begin), at(end)});
    const Guards guards(*space_, sets_);
    const auto can_say = [&](const Rule& rule) { return guards.can_say(rule.guard); };
    if (!list.whole || !std::ranges::all_of(list.rules, can_say)) return std::nullopt;
    return list;
}

RuleLists::Run RuleLists::write(Writer& out, const model::Block& steps, std::size_t begin,
                                const Context& context) {
    auto end = run_end(steps, begin);
    auto list = rules_of(steps, begin, end, context.layer);
    if (!list) {
        for (auto i = begin; i < end; ++i)
            if (!rules_of(steps, i, i + 1, context.layer)) opaque_.insert(&steps[i]);
        end = run_end(steps, begin);
        list = rules_of(steps, begin, end, context.layer);
    }
    if (end == begin) return {1, {}};
    if (!list) return {end - begin, {}};
    const auto rules = Reducer(*space_, steps_left_).reduced(*list, context.box);
    // `or` and `not` can make many rules of few statements, which are shorter as they stand.
    if (rules.size() > branches_max && statements_of(rules) <= branches_max) return {end - begin, {}};
    plans_[function_].left_out += list->rules.size() - rules.size();
    return {end - begin, write_list(out, rules, context)};
}

bool RuleLists::write_list(Writer& out, Rules rules, const Context& context) {
    if (rules.size() <= branches_max) return write_branches(out, rules);
    if (rules.back().guard.empty()) {
        write_list(out, rules.first(rules.size() - 1), context);
        return write_branches(out, rules.last(1));
    }
    return write_ends(out, rules, context);
}

/// Rules at the ends that are about other fields than the rest are no part of its tables.
bool RuleLists::write_ends(Writer& out, Rules rules, const Context& context) {
    const auto main = main_variables(rules);
    const auto is_like_the_rest = [&](const Rule& rule) {
        return std::ranges::any_of(rule.guard,
                                   [&](const symbolic::Side& side) { return main.contains(side.variable); });
    };
    std::size_t head = 0, tail = 0;
    while (head < ends_max && !is_like_the_rest(rules[head])) ++head;
    while (tail < ends_max && !is_like_the_rest(rules[rules.size() - 1 - tail])) ++tail;
    if (main.empty()) head = tail = 0;
    if (head > 0) write_branches(out, rules.first(head));
    const auto middle = rules.subspan(head, rules.size() - head - tail);
    if (layer_of(*space_, context.box) == Layer::meta)
        write_layers(out, middle);
    else
        write_vectors(out, middle);
    return tail > 0 && write_branches(out, rules.last(tail));
}

/// A packet is looked up among the rules for its own layer. Rules of different layers have no packet in
/// common, so their order does not matter.
void RuleLists::write_layers(Writer& out, Rules rules) {
    std::set<Layer> layers;
    std::vector<Rule> others;
    for (const auto& rule : rules) {
        if (const auto layer = layer_of(*space_, rule.guard); layer != Layer::meta)
            layers.insert(layer);
        else
            others.push_back(rule);
    }
    if (layers.empty()) {
        write_vectors(out, rules);
        return;
    }
    bool is_first = true;
    for (const auto layer : layers) {
        const auto test = fmt::format("if ({}) {{", layer_test(layer));
        if (is_first)
            out.open("{}", test);
        else
            out.close_and_open("} else " + test);
        is_first = false;
        Context inside{layer, {}};
        narrow(*space_, inside.box, symbolic::variable(model::Field::ip_protocol),
               space_->one(model::protocol_number(layer)));
        narrow(*space_, inside.box, symbolic::header_complete, space_->one(1));
        write_list(out, within(rules, inside.box), inside);
    }
    if (!others.empty()) {
        out.close_and_open("} else {");
        write_vectors(out, others);
    }
    out.close();
}

/// The rules that meet packets of the box, without what holds of all of them.
std::vector<Rule> RuleLists::within(Rules rules, const symbolic::Box& box) {
    std::vector<Rule> result;
    for (const auto& rule : rules) {
        if (!both(*space_, box, rule.guard)) continue;
        result.push_back(rule);
        std::erase_if(result.back().guard, [&](const symbolic::Side& side) {
            return space_->sets.covers(side.values, values_of(*space_, box, side.variable));
        });
        if (result.back().guard.empty()) break;
    }
    return result;
}

bool RuleLists::write_branches(Writer& out, Rules rules) {
    Guards guards(*space_, sets_);
    std::vector<BranchRule> branches;
    std::size_t tests = 0;
    for (const auto& rule : rules) {
        branches.push_back({guards.tests(rule.guard), verdict_line(appliance_, *rule.statement, rule.place)});
        tests += branches.back().tests.size();
    }
    plans_[function_].runs.push_back(
        {.form = Plan::Form::branches, .rules = rules.size(), .steps = (tests + 1) / 2});
    return codegen::write_branches(out, std::move(branches));
}

void RuleLists::write_vectors(Writer& out, Rules rules) {
    if (rules.size() <= branches_max) {
        write_branches(out, rules);
        return;
    }
    const Guards guards(*space_, sets_);
    const auto vectors = vectors_of(*space_, guards, rules, vectors_bytes_max);
    if (!vectors) {
        write_vectors(out, rules.first(rules.size() / 2));
        write_vectors(out, rules.subspan(rules.size() / 2));
        return;
    }
    plans_[function_].runs.push_back({.form = Plan::Form::vectors,
                                      .rules = rules.size(),
                                      .steps = vectors->steps(),
                                      .bytes = vectors->bytes()});
    const auto name = fmt::format("{}list_{}", function_name(appliance_, function_), ++lists_);
    tables_.line("/// {} rules of {}", rules.size(), appliance_.functions.at(function_).name);
    write_columns(tables_, data_, name, *vectors);
    tables_.open("constexpr std::array<std::uint32_t, {}> {}_verdicts = {{{{", rules.size(), name);
    for (const auto& rule : rules)
        tables_.line("{}, // {}", *rule.statement, verdict_comment(appliance_, *rule.statement, rule.place));
    tables_.close("}};");
    tables_.blank();
    std::vector<std::string> rows;
    for (const auto& column : vectors->columns)
        rows.push_back(fmt::format("{}_{}.row({})", name, column_name(column.variable),
                                   guards.reading(column.variable)));
    out.open("if (const auto rule = first_rule<{}>(std::array{{{}}}); rule != no_rule) {{", rules.size(),
             fmt::join(rows, ", "));
    out.line("return Verdict{{{}_verdicts[rule]}};", name);
    out.close();
}

} // namespace codegen
