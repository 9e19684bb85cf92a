// Which ways conditions come out by what stands around them: no verdicts are looked at.
#pragma once
#include "compiler/analysis/walk.hpp"
#include "compiler/analysis/places.hpp"

#include <array>

namespace analysis {

/// Whether a condition can be false, and true, where packets come to it.
using Outcomes = std::array<bool, 2>;

class OutcomesOf {
public:
    OutcomesOf(const model::Appliance& appliance, Places& places);

    /// Nothing for one that no packet comes to.
    std::optional<Outcomes> of(const model::Condition& condition) const;
    /// Whether packets come to the step, and none of them is of the layer that its body is for.
    bool none_gets_into(const model::Step& step) const;
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
    std::map<const model::Step*, bool> entered_; ///< bodies for packets of one layer
    std::map<const model::Condition*, bool> matters_; ///< of operands
};

} // namespace analysis
