// Conditions as unions of boxes.
#pragma once
#include "compiler/symbolic/rules.hpp"

namespace symbolic {

/// Adds a box to a union; two that differ in one variable become one.
void add_box(Space& space, std::vector<Box>& boxes, Box box);

/// The same packets, as boxes that do not overlap.
std::vector<Box> disjoint(Space& space, const std::vector<Box>& boxes);

/// Whether the protocol number and the completeness of the header say that a packet is of a transport layer.
bool narrow_to(Space& space, Box& box, model::Layer layer);

class Conditions {
public:
    Conditions(const Derivation& derivation, RuleList& list)
        : space_(derivation.space), derivation_(derivation), list_(list) {}

    /// Where the condition is `wanted`. A condition that needs too many boxes is a fact of its own.
    std::vector<Box> where(const model::Condition& condition, bool wanted, model::Layer known,
                           const CallPath& path);
    /// Nothing in place of such a fact.
    std::optional<std::vector<Box>> exactly(const model::Condition& condition, bool wanted,
                                            model::Layer known, const CallPath& path);

private:
    using Boxes = std::optional<std::vector<Box>>;

    Boxes of(const model::Test& test, bool wanted, model::Layer known);
    Boxes of(const model::Compare& compare, bool wanted, model::Layer known);
    Boxes fact(Variable variable, bool wanted);
    Formula formula_of(const model::Condition& condition, bool wanted, model::Layer known,
                       const CallPath& path);
    Boxes existing(std::initializer_list<model::Field> fields, bool wanted, model::Layer known, Side side);
    Boxes every(const std::vector<model::Condition>& operands, bool wanted, model::Layer known,
                const CallPath& path);
    Boxes some(const std::vector<model::Condition>& operands, bool wanted, model::Layer known,
               const CallPath& path);
    Variable name(model::Field field) const;
    std::string text_of(const CallPath& path) const;

    Space& space_;
    const Derivation& derivation_;
    RuleList& list_;
};

} // namespace symbolic
