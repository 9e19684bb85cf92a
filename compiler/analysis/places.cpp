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
constexpr std::size_t rules_before_max = 1 << 12; ///< of the functions before one on a chain
constexpr std::size_t guessed = 4, many = 64; ///< boxes of packets that can come: where there are many, a few are tried first

Coming::Answer answer_of(const symbolic::Answer& answer) {
    if (std::holds_alternative<symbolic::Found>(answer)) return Coming::Answer::some;
    return std::holds_alternative<symbolic::Proved>(answer) ? Coming::Answer::none : Coming::Answer::unknown;
}

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
    : asking_{.space = space_, .appliance = appliance, .prefix = "asked "}, engines_(space_) {
    symbolic::Derivation derivation{.space = space_, .appliance = appliance};
    derivation.meets_steps = true;
    rules_ = symbolic::rules_of(derivation, function);
    for (const auto& use : uses) approach(appliance, use);
    for (const auto& one : approaches_) packets_.insert(packets_.end(), one.packets.begin(), one.packets.end());
    if (packets_.empty()) packets_ = {{}}; // that nothing comes to a chain is no fault of its functions
}

void Listing::approach(const model::Appliance& appliance, const Use& use) {
    const auto& functions = functions_of(appliance, use.chain);
    auto& made = approaches_.emplace_back();
    made.packets = packets_at_function(space_, appliance, use.chain, use.place);
    std::size_t rules = 0;
    for (std::size_t place = 0; place < use.place; ++place) {
        const auto kind = appliance.functions.at(functions[place]).kind;
        if (translates_destinations(use.chain, kind)) break;
        if (kind == model::FunctionKind::nat) continue;
        auto list = symbolic::rules_of({.space = space_,
                                        .appliance = appliance,
                                        .prefix = text_of(appliance, use.chain) + ' ' + std::to_string(place) + ' '},
                                       functions[place]);
        rules += list.rules.size();
        if (!list.whole || rules > rules_before_max) break;
        made.before.push_back(std::move(list));
    }
}

std::optional<std::vector<Box>> Listing::where(const model::Condition& condition, bool holds,
                                               model::Layer layer) {
    return symbolic::Conditions(asking_, asked_).exactly(condition, holds, layer, {});
}

std::vector<Box> Listing::packets_to(StatementId statement) {
    std::vector<const Box*> guards;
    for (const auto& rule : rules_.rules)
        if (rule.statement == statement) guards.push_back(&rule.guard);
    std::vector<Box> coming;
    for (const auto& box : packets_)
        if (std::ranges::any_of(guards, [&](const Box* guard) { return symbolic::meet(space_, box, *guard); })) coming.push_back(box);
    return coming;
}

symbolic::Question Listing::whether(const std::vector<Box>& region, StatementId statement,
                                    const std::deque<symbolic::RuleList>& before) const {
    symbolic::Question question{region, {}};
    for (const auto& list : before) question.stages.push_back({&list, symbolic::wanting(model::Action::accept)});
    question.stages.push_back({&rules_, {.statement = statement}});
    return question;
}

symbolic::Answer Listing::comes(const std::vector<Box>& region, StatementId statement, std::size_t steps_max,
                                const std::deque<symbolic::RuleList>& before) {
    const auto question = whether(region, statement, before);
    return engines_.confirmed(question, engines_.subtraction.find(question, steps_max), {.steps = steps_max});
}

std::set<StatementId> Listing::decided_by(const std::vector<Box>& region, StatementId statement,
                                          const symbolic::Proved& proved, std::size_t steps_max,
                                          const std::deque<symbolic::RuleList>& before) {
    const auto question = whether(region, statement, before);
    std::set<StatementId> by;
    const auto ask_of_some = [&](const auto& some) {
        return engines_.confirmed(question, engines_.subtraction.find(question, steps_max, &some), {.steps = steps_max}, &some);
    };
    for (const auto rule : needed_of(ask_of_some, proved.because))
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
                           std::set<StatementId>& by, bool& by_functions) {
    using Answer = Coming::Answer;
    if (steps_ > steps_max_) return Answer::unknown;
    const auto before = listing.steps();
    const auto number = *listing.rules().rules[met.rule].statement;
    auto answer = listing.comes(region, number, of_a_question);
    if (const auto* found = std::get_if<symbolic::Found>(&answer);
        found != nullptr && packets != Packets::all &&
        !can_come(listing.space(), listing.packets(), found->box)) {
        const auto coming = listing.packets_to(number);
        if (region.size() * coming.size() > boxes_max) return Answer::unknown;
        const auto ask_of = [&](const std::vector<Box>& boxes) {
            auto inside = within(listing.space(), region, boxes);
            answer = listing.comes(inside, number, of_a_question);
            return inside;
        };
        if (coming.size() > many) ask_of({coming.begin(), coming.begin() + guessed});
        if (coming.size() <= many || !std::holds_alternative<symbolic::Found>(answer)) region = ask_of(coming);
    }
    auto result = answer_of(answer);
    if (const auto* proved = std::get_if<symbolic::Proved>(&answer))
        by.merge(listing.decided_by(region, number, *proved, of_a_question));
    if (result == Answer::some && packets == Packets::let_through) {
        result = ask_of_each_chain(listing, number, region, by);
        by_functions = by_functions || result == Answer::none;
    }
    steps_ += listing.steps() - before;
    return result;
}

/// Of what functions before it on its chains let through. What its own function decides about that is in `by`.
Coming::Answer Places::ask_of_each_chain(Listing& listing, StatementId number, const std::vector<Box>& region,
                                         std::set<StatementId>& by) {
    using Answer = Coming::Answer;
    if (std::ranges::all_of(listing.approaches(), [](const auto& one) { return one.before.empty(); })) return Answer::some;
    for (const auto& one : listing.approaches()) {
        if (region.size() * one.packets.size() > boxes_max) return Answer::unknown;
        const auto inside = within(listing.space(), region, one.packets);
        const auto answer = listing.comes(inside, number, of_a_question, one.before);
        const auto* proved = std::get_if<symbolic::Proved>(&answer);
        if (proved == nullptr) return answer_of(answer);
        by.merge(listing.decided_by(inside, number, *proved, of_a_question, one.before));
    }
    return Answer::none;
}

} // namespace analysis
