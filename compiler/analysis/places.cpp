#include "compiler/analysis/places.hpp"

#include "compiler/analysis/needed.hpp"

#include <algorithm>

namespace analysis {

namespace {

using model::StatementId;
using symbolic::Box;

// Most questions are answered by a guess. What more is spent on them all is about a second.
constexpr std::size_t steps_for_each_statement = 2'000;
constexpr std::size_t steps_for_all = 20'000'000;
constexpr std::size_t of_a_question = 1'000'000;
constexpr std::size_t rules_max = 1 << 19; ///< of all functions

std::set<model::FunctionId> functions_of_chains(const model::Appliance& appliance) {
    std::set<model::FunctionId> functions;
    for (const auto& iface : appliance.ifaces)
        for (const auto& chain : iface.chains) functions.insert(chain.begin(), chain.end());
    if (appliance.gateway) functions.insert(appliance.gateway->forward.begin(), appliance.gateway->forward.end());
    return functions;
}

} // namespace

Listing::Listing(const model::Appliance& appliance, model::FunctionId function)
    : asking_{.space = space_, .appliance = appliance, .prefix = "asked "}, engine_(space_) {
    symbolic::Derivation derivation{.space = space_, .appliance = appliance};
    derivation.meets_branches = true;
    rules_ = symbolic::rules_of(derivation, function);
}

std::optional<std::vector<Box>> Listing::where(const model::Condition& condition, bool holds,
                                               model::Layer layer) {
    return symbolic::Conditions(asking_, asked_).exactly(condition, holds, layer, {});
}

symbolic::Answer Listing::comes(const std::vector<Box>& region, StatementId statement, std::size_t steps_max) {
    return engine_.find({region, {{&rules_, {.statement = statement}}}}, steps_max);
}

std::set<StatementId> Listing::decided_by(const std::vector<Box>& region, StatementId statement,
                                          const symbolic::Proved& proved, std::size_t steps_max) {
    const symbolic::Question question{region, {{&rules_, {.statement = statement}}}};
    std::set<StatementId> by;
    for (const auto rule : needed_of(engine_, question, proved.because, steps_max))
        by.insert(*rules_.rules[rule].statement);
    return by;
}

std::vector<Box> within(symbolic::Space& space, const std::vector<Box>& region, const std::vector<Box>& boxes) {
    std::vector<Box> result;
    for (const auto& box : region)
        for (const auto& other : boxes)
            if (auto made = both(space, box, other)) result.push_back(std::move(*made));
    return result;
}

Places::Places(const model::Appliance& appliance)
    : steps_max_(std::min(steps_for_each_statement * (appliance.statements.size() + 1'000), steps_for_all)) {
    std::size_t rules = 0;
    for (const auto function : functions_of_chains(appliance)) {
        auto& listing = listings_.emplace_back(appliance, function);
        rules += listing.rules().rules.size();
        whole_ = listing.rules().whole && rules <= rules_max;
        if (!whole_) return;
        for (const auto& met : listing.rules().met) {
            auto& places = met_[met.branch];
            // All rules of one number are asked about at once.
            if (places.empty() || places.back().first != &listing) places.emplace_back(&listing, &met);
        }
    }
}

Coming::Answer Places::ask(Listing& listing, const symbolic::Met& met, const std::vector<Box>& region,
                           std::set<StatementId>& by) {
    if (steps_ > steps_max_) return Coming::Answer::unknown;
    const auto before = listing.steps();
    const auto number = *listing.rules().rules[met.rule].statement;
    const auto answer = listing.comes(region, number, of_a_question);
    if (const auto* proved = std::get_if<symbolic::Proved>(&answer))
        by.merge(listing.decided_by(region, number, *proved, of_a_question));
    steps_ += listing.steps() - before;
    if (std::holds_alternative<symbolic::Found>(answer)) return Coming::Answer::some;
    return std::holds_alternative<symbolic::Proved>(answer) ? Coming::Answer::none : Coming::Answer::unknown;
}

} // namespace analysis
