// Which ways conditions come out by what stands around them: no verdicts are looked at.
#pragma once
#include "compiler/analysis/places.hpp"

#include <array>

namespace analysis {

/// Whether a condition can be false, and true, where packets come to it.
using Outcomes = std::array<bool, 2>;

class OutcomesOf {
public:
    explicit OutcomesOf(Places& places);

    /// Nothing for one that no packet comes to.
    std::optional<Outcomes> of(const model::Condition& condition) const;
    /// Whether an operand of `and` and `or` can be left out, since the others say it.
    bool is_said_by_others(const model::Condition& operand) const;

private:
    using Boxes = std::vector<symbolic::Box>;

    void ask(Listing& listing, const model::Condition& condition, const Boxes& packets, model::Layer layer);
    void ask_operands(Listing& listing, const std::vector<model::Condition>& operands, bool joined_by,
                      const Boxes& packets, model::Layer layer);
    void ask_alone(Listing& listing, const std::vector<model::Condition>& operands, bool joined_by,
                   const Boxes& packets, model::Layer layer);
    void give_up(const model::Condition& condition);

    std::map<const model::Condition*, Outcomes> outcomes_;
    std::map<const model::Condition*, bool> matters_; ///< of operands
};

/// Calls `visit` with each part of a condition, the whole one first.
template <typename Visit>
void each_part(const model::Condition& condition, const Visit& visit) {
    visit(condition);
    const auto each = [&](const std::vector<model::Condition>& operands) {
        for (const auto& operand : operands) each_part(operand, visit);
    };
    if (const auto* negation = std::get_if<model::Not>(&condition.is)) each(negation->operand);
    if (const auto* all = std::get_if<model::All>(&condition.is)) each(all->operands);
    if (const auto* any = std::get_if<model::Any>(&condition.is)) each(any->operands);
}

} // namespace analysis
