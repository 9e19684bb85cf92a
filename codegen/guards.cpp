#include "codegen/guards.hpp"

#include "codegen/names.hpp"

#include <algorithm>
#include <bit>

namespace codegen {

namespace {

using model::Field;
using model::Layer;

bool is_field(symbolic::Variable variable) { return variable < symbolic::header_complete; }

/// Nothing where a variable is none of two fields.
const symbolic::Comparison* comparison_of(const symbolic::Space& space, symbolic::Variable variable) {
    const auto* fact = space.fact(variable);
    return fact == nullptr ? nullptr : std::get_if<symbolic::Comparison>(&fact->meaning);
}

std::string text_of(const symbolic::Comparison& comparison, bool holds) {
    const auto value = [](symbolic::Variable variable) { return accessor(static_cast<Field>(variable)); };
    return fmt::format("field::{}(packet) {} field::{}(packet)", value(comparison.left),
                       comparison.less ? (holds ? "<" : ">=") : (holds ? "==" : "!="), value(comparison.right));
}

} // namespace

std::string_view layer_test(Layer layer) {
    switch (layer) {
    case Layer::tcp:
        return "is_tcp(packet)";
    case Layer::udp:
        return "is_udp(packet)";
    case Layer::icmp:
        return "is_icmp(packet)";
    default:
        return "true";
    }
}

bool Guards::can_say(const symbolic::Box& guard) const {
    return std::ranges::all_of(guard, [&](const symbolic::Side& side) {
        return side.variable <= symbolic::header_complete || comparison_of(space_, side.variable) != nullptr;
    });
}

Layer layer_of(const symbolic::Space& space, const symbolic::Box& box) {
    if (!space.sets[values_of(space, box, symbolic::header_complete)].contains(0)) {
        const auto& protocols = space.sets[values_of(space, box, symbolic::variable(Field::ip_protocol))];
        for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp})
            if (protocols.size() == 1 && protocols.contains(model::protocol_number(layer))) return layer;
    }
    return Layer::meta;
}

std::vector<std::string> Guards::tests(const symbolic::Box& guard) {
    std::vector<std::string> result;
    const auto layer = layer_of(space_, guard);
    const auto first = [](symbolic::Variable variable) {
        return variable == symbolic::variable(Field::ip_protocol) || variable == symbolic::header_complete;
    };
    if (layer != Layer::meta) result.emplace_back(layer_test(layer));
    for (const auto& side : guard)
        if (first(side.variable) && layer == Layer::meta) result.push_back(test(side));
    for (const auto& side : guard)
        if (!first(side.variable)) result.push_back(test(side));
    return result;
}

std::string Guards::test(const symbolic::Side& side) {
    const auto& values = space_.sets[side.values];
    if (is_field(side.variable)) return sets_.fitting_test(static_cast<Field>(side.variable), values);
    const bool holds = values.contains(1);
    if (side.variable == symbolic::header_complete)
        return holds ? "packet.transport_complete" : "!packet.transport_complete";
    return text_of(*comparison_of(space_, side.variable), holds);
}

std::string Guards::reading(symbolic::Variable variable) const {
    if (is_field(variable)) return fmt::format("field::{}(packet)", accessor(static_cast<Field>(variable)));
    if (variable == symbolic::header_complete) return "packet.transport_complete";
    return text_of(*comparison_of(space_, variable), true);
}

unsigned Guards::bits(symbolic::Variable variable) const {
    return is_field(variable)
               ? static_cast<unsigned>(std::bit_width(model::info(static_cast<Field>(variable)).max()))
               : 1;
}

} // namespace codegen
