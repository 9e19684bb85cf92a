// Walks through the steps of blocks and the parts of conditions, to read them or to change them. Calls are not
// followed.
#pragma once
#include "compiler/model/appliance.hpp"

#include <set>
#include <span>

namespace analysis {

/// Calls `visit` with each step of a block, wherever it stands in it, what holds others before these.
template <typename Steps, typename Visit>
void each_step(Steps&& steps, const Visit& visit) {
    for (auto& step : steps) {
        visit(step);
        if (auto* enter = std::get_if<model::Enter>(&step.is)) each_step(enter->body, visit);
        auto* branch = std::get_if<model::Branch>(&step.is);
        if (branch == nullptr) continue;
        each_step(branch->then, visit);
        each_step(branch->otherwise, visit);
    }
}

/// Calls `visit` with each part of a condition, the whole one first.
template <typename Condition, typename Visit>
void each_part(Condition& condition, const Visit& visit) {
    visit(condition);
    const auto each = [&](auto& operands) {
        for (auto& operand : operands) each_part(operand, visit);
    };
    if (auto* negation = std::get_if<model::Not>(&condition.is)) each(negation->operand);
    if (auto* all = std::get_if<model::All>(&condition.is)) each(all->operands);
    if (auto* any = std::get_if<model::Any>(&condition.is)) each(any->operands);
}

/// Calls `visit` with each part of each condition in a block.
template <typename Steps, typename Visit>
void each_condition(Steps&& steps, const Visit& visit) {
    each_step(steps, [&](auto& step) {
        if (auto* branch = std::get_if<model::Branch>(&step.is)) each_part(branch->condition, visit);
    });
}

/// Whether a part of a condition asks a Limit, or one of the conditions in a block.
bool asks_limits(const model::Condition& condition);
bool asks_limits(std::span<const model::Step> steps);

/// The verdict statements in some steps, and in the functions that they call.
std::set<model::StatementId> statements_in(const model::Appliance& appliance, std::span<const model::Step> steps);

} // namespace analysis
