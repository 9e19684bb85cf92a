#include "compiler/analysis/outcomes.hpp"

#include <algorithm>

namespace analysis {

namespace {

constexpr std::size_t operands_max = 64; ///< of one condition whose parts are looked at
constexpr std::size_t compared_max = 8;  ///< each with all others
constexpr std::size_t boxes_max = 64;

bool takes_tokens(const std::vector<model::Condition>& operands) {
    return std::ranges::any_of(operands, [](const model::Condition& operand) { return asks_limits(operand); });
}

} // namespace

OutcomesOf::OutcomesOf(const model::Appliance& appliance, Places& places) {
    for (auto& listing : places.listings())
        for (const auto& met : listing.rules().met) {
            if (const auto* branch = std::get_if<model::Branch>(&met.step->is)) {
                ask(listing, branch->condition, {listing.guard(met)}, met.layer);
                continue;
            }
            auto inside = listing.guard(met);
            const bool is_entered =
                narrow_to(listing.space(), inside, *symbolic::layer_of_body(appliance, *met.step));
            auto& entered = entered_[met.step];
            entered = entered || is_entered;
        }
}

bool OutcomesOf::none_gets_into(const model::Step& step) const {
    const auto found = entered_.find(&step);
    return found != entered_.end() && !found->second;
}

std::optional<Outcomes> OutcomesOf::of(const model::Condition& condition) const {
    const auto found = outcomes_.find(&condition);
    return found == outcomes_.end() ? std::nullopt : std::optional(found->second);
}

bool OutcomesOf::is_said_by_others(const model::Condition& operand) const {
    const auto found = matters_.find(&operand);
    return found != matters_.end() && !found->second;
}

void OutcomesOf::give_up(const model::Condition& condition) {
    each_part(condition, [&](const model::Condition& part) {
        outcomes_[&part] = {true, true};
        matters_[&part] = true;
    });
}

/// What was found possible once stays so.
void OutcomesOf::ask(Listing& listing, const model::Condition& condition, const Boxes& packets,
                     model::Layer layer) {
    auto& outcomes = outcomes_[&condition];
    for (const bool holds : {false, true}) {
        if (outcomes[holds]) continue;
        const auto boxes = listing.where(condition, holds, layer);
        outcomes[holds] = !boxes || !within(listing.space(), packets, *boxes).empty();
    }
    if (const auto* negation = std::get_if<model::Not>(&condition.is))
        ask(listing, negation->operand.front(), packets, layer);
    if (const auto* all = std::get_if<model::All>(&condition.is))
        ask_operands(listing, all->operands, true, packets, layer);
    if (const auto* any = std::get_if<model::Any>(&condition.is))
        ask_operands(listing, any->operands, false, packets, layer);
}

/// From left to right; what comes to one has come past those before it.
void OutcomesOf::ask_operands(Listing& listing, const std::vector<model::Condition>& operands, bool joined_by,
                              const Boxes& packets, model::Layer layer) {
    auto left = packets;
    for (const auto& operand : operands) {
        if (left.empty()) break;
        const bool is_too_much = operands.size() > operands_max || left.size() > boxes_max;
        const auto boxes = is_too_much ? std::nullopt : listing.where(operand, joined_by, layer);
        if (!boxes) {
            // The others are not looked at either.
            for (const auto& other : operands) give_up(other);
            return;
        }
        ask(listing, operand, left, layer);
        left = within(listing.space(), left, *boxes);
    }
    ask_alone(listing, operands, joined_by, packets, layer);
}

/// Whether each operand decides when all others do not. Where a Limit is asked, others decide about its tokens.
void OutcomesOf::ask_alone(Listing& listing, const std::vector<model::Condition>& operands, bool joined_by,
                           const Boxes& packets, model::Layer layer) {
    if (operands.size() > compared_max || takes_tokens(operands)) {
        for (const auto& operand : operands) matters_[&operand] = true;
        return;
    }
    for (const auto& operand : operands) {
        auto& matters = matters_[&operand];
        if (matters) continue;
        auto left = packets;
        for (const auto& other : operands) {
            const auto boxes = listing.where(other, (&other == &operand) != joined_by, layer);
            if (boxes) left = within(listing.space(), left, *boxes);
            if (left.size() <= boxes_max) continue;
            matters = true;
            break;
        }
        matters = matters || !left.empty();
    }
}

} // namespace analysis
