#include "compiler/symbolic/space.hpp"

#include "compiler/symbolic/values.hpp"

#include <algorithm>

namespace symbolic {

namespace {

/// All multiples of its scale.
IntervalSet all_of(const model::FieldInfo& field) {
    if (field.scale == 1) return {{0, field.max()}};
    std::vector<model::Interval> values;
    for (Value value = 0; value <= field.max(); value += field.scale) values.push_back({value, value});
    return IntervalSet(std::move(values));
}

auto at(const Box& box, Variable variable) {
    return std::ranges::lower_bound(box, variable, {}, &Side::variable);
}

} // namespace

Space::Space() {
    for (const auto& field : model::field_table) domains_.push_back(sets.add(all_of(field)));
    domains_.push_back(sets.add({{0, 1}}));
}

Variable Space::fact(Fact fact) {
    const auto next = static_cast<Variable>(domains_.size());
    const auto [known, is_new] = by_name_.try_emplace(fact.name, next);
    if (!is_new) return known->second;
    domains_.push_back(sets.add({{0, fact.max}}));
    facts_.push_back(std::move(fact));
    return next;
}

Variable Space::fact(const Comparison& comparison) {
    auto [left, less, right] = comparison;
    if (!less && left > right) std::swap(left, right);
    return fact({"compare " + std::to_string(left) + (less ? " < " : " = ") + std::to_string(right), 1,
                 Comparison{left, less, right}});
}

Variable Space::fact(const Room& room) {
    auto name = "room for " + std::to_string(room.more);
    for (const auto& [variable, doubled] : room.parts)
        name += " + " + std::to_string(variable) + " * " + std::to_string(1U << doubled);
    return fact({name + " in " + std::to_string(room.within), 1, room});
}

SetRef values_of(const Space& space, const Box& box, Variable variable) {
    const auto found = at(box, variable);
    return found != box.end() && found->variable == variable ? found->values : space.domain(variable);
}

bool narrow(Space& space, Box& box, Variable variable, SetRef values) {
    const auto found = at(box, variable);
    const bool known = found != box.end() && found->variable == variable;
    const auto place = box.begin() + (found - box.begin());
    const auto left = space.sets.both(known ? found->values : space.domain(variable), values);
    if (left == Sets::none) return false;
    if (known)
        place->values = left;
    else if (left != space.domain(variable))
        box.insert(place, {variable, left});
    return true;
}

std::optional<Box> both(Space& space, Box a, const Box& b) {
    for (const auto& [variable, values] : b)
        if (!narrow(space, a, variable, values)) return std::nullopt;
    return a;
}

bool meet(const Space& space, const Box& a, const Box& b) {
    auto side = b.begin();
    return std::ranges::all_of(a, [&](const Side& one) {
        while (side != b.end() && side->variable < one.variable) ++side;
        if (side == b.end() || side->variable != one.variable || side->values == one.values) return true;
        return meet(values_in(space.sets[one.values]), values_in(space.sets[side->values]));
    });
}

std::vector<Box> without(Space& space, Box box, const Box& other) {
    std::vector<Box> pieces;
    if (!both(space, box, other)) return {std::move(box)};
    for (const auto& [variable, values] : other) {
        const auto all = values_of(space, box, variable);
        const auto outside = space.sets.without(all, values);
        if (outside == Sets::none) continue;
        auto piece = box;
        narrow(space, piece, variable, outside);
        pieces.push_back(std::move(piece));
        narrow(space, box, variable, values);
    }
    return pieces;
}

std::vector<Box> without(Space& space, std::vector<Box> boxes, const Box& other) {
    std::vector<Box> rest;
    for (auto& box : boxes)
        for (auto& piece : without(space, std::move(box), other)) rest.push_back(std::move(piece));
    return rest;
}

} // namespace symbolic
