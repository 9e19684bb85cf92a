#include "compiler/analysis/places.hpp"

#include "compiler/analysis/needed.hpp"
#include "compiler/analysis/region.hpp"

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
constexpr std::size_t boxes_max = 1 << 16; ///< of a region among the packets that can come

std::map<model::FunctionId, std::vector<Use>> uses_of_functions(const model::Appliance& appliance) {
    std::map<model::FunctionId, std::vector<Use>> uses;
    for (const auto& chain : chains_of(appliance)) {
        const auto& functions = functions_of(appliance, chain);
        for (std::size_t place = 0; place < functions.size(); ++place) uses[functions[place]].push_back({chain, place});
    }
    return uses;
}

} // namespace

Listing::Listing(const model::Appliance& appliance, model::FunctionId function, const std::vector<Use>& uses)
    : asking_{.space = space_, .appliance = appliance, .prefix = "asked "}, engine_(space_) {
    symbolic::Derivation derivation{.space = space_, .appliance = appliance};
    derivation.meets_steps = true;
    rules_ = symbolic::rules_of(derivation, function);
    for (const auto& [chain, place] : uses)
        for (auto& box : packets_at_function(space_, appliance, chain, place)) packets_.push_back(std::move(box));
    if (packets_.empty()) packets_ = {{}}; // that nothing comes to a chain is no fault of its functions
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
    for (const auto& [function, uses] : uses_of_functions(appliance)) {
        auto& listing = listings_.emplace_back(appliance, function, uses);
        rules += listing.rules().rules.size();
        whole_ = listing.rules().whole && rules <= rules_max;
        if (!whole_) return;
        for (const auto& met : listing.rules().met) {
            auto& places = met_[met.step];
            // All rules of one number are asked about at once.
            if (places.empty() || places.back().first != &listing) places.emplace_back(&listing, &met);
        }
    }
}

Coming::Answer Places::ask(Listing& listing, const symbolic::Met& met, Packets packets, std::vector<Box> region,
                           std::set<StatementId>& by) {
    using Answer = Coming::Answer;
    if (steps_ > steps_max_) return Answer::unknown;
    const auto before = listing.steps();
    const auto number = *listing.rules().rules[met.rule].statement;
    auto answer = listing.comes(region, number, of_a_question);
    if (const auto* found = std::get_if<symbolic::Found>(&answer);
        found != nullptr && packets == Packets::that_can_come &&
        !can_come(listing.space(), listing.packets(), found->box)) {
        if (region.size() * listing.packets().size() > boxes_max) return Answer::unknown;
        region = within(listing.space(), region, listing.packets());
        answer = listing.comes(region, number, of_a_question);
    }
    if (const auto* proved = std::get_if<symbolic::Proved>(&answer))
        by.merge(listing.decided_by(region, number, *proved, of_a_question));
    steps_ += listing.steps() - before;
    if (std::holds_alternative<symbolic::Found>(answer)) return Answer::some;
    return std::holds_alternative<symbolic::Proved>(answer) ? Answer::none : Answer::unknown;
}

} // namespace analysis
