#include "compiler/symbolic/conditions.hpp"

#include <algorithm>

namespace symbolic {

namespace {

using model::Field;
using model::Layer;
using model::Relation;

constexpr std::size_t boxes_max = 256; ///< of one condition
constexpr Value enumerable_max = 4096;

constexpr bool is_transport(Layer layer) {
    return layer == Layer::tcp || layer == Layer::udp || layer == Layer::icmp;
}

/// A relation as one of two, of these operands or of the swapped ones, or the contrary of it.
struct Normal {
    bool swapped = false;
    bool less = false; ///< else: equal
    bool negated = false;
};

constexpr Normal normal(Relation relation) {
    switch (relation) {
    case Relation::equal:
        return {};
    case Relation::not_equal:
        return {.negated = true};
    case Relation::less:
        return {.less = true};
    case Relation::greater:
        return {.swapped = true, .less = true};
    case Relation::less_equal:
        return {.swapped = true, .less = true, .negated = true};
    case Relation::greater_equal:
        return {.less = true, .negated = true};
    }
    return {};
}

/// The values of a field whose masked bits are in a set; nothing when it has too many values to try.
std::optional<IntervalSet> unmasked(const model::Test& test, const IntervalSet& wanted) {
    const auto max = model::info(test.field).max();
    if ((test.mask & max) == max) return wanted;
    if (max > enumerable_max) return std::nullopt;
    std::vector<model::Interval> values;
    for (Value value = 0; value <= max; ++value)
        if (wanted.contains(value & test.mask)) values.push_back({value, value});
    return IntervalSet(std::move(values));
}

IntervalSet raised(const IntervalSet& values, Value by) {
    auto intervals = values.intervals();
    for (auto& [low, high] : intervals) {
        low += by;
        high += by;
    }
    return IntervalSet(std::move(intervals));
}

/// Ifaces by other numbers. What is no Iface stays.
IntervalSet renumbered(const IntervalSet& ifaces, const std::vector<model::IfaceId>& ids) {
    std::vector<model::Interval> values;
    for (const auto& [low, high] : ifaces.intervals())
        for (auto iface = low; iface <= high; ++iface) {
            const Value id = iface < ids.size() ? ids[iface] : iface;
            values.push_back({id, id});
        }
    return IntervalSet(std::move(values));
}

/// Two Limits of one text are one to the rules of two policies.
std::string limit_text(const model::Limit& limit) {
    return "limit " + limit.name + ' ' + std::to_string(limit.rate) + '/' + std::to_string(limit.period_s) +
           ' ' + std::to_string(limit.burst) + ' ' + std::to_string(limit.size) + ' ' +
           (limit.key ? std::string(model::info(*limit.key).name) : "");
}

/// Of two boxes that differ in one variable, or of which one holds the other: the one box that they make.
std::optional<Box> joined(Space& space, const Box& a, const Box& b) {
    std::optional<Variable> differs;
    bool a_in_b = true, b_in_a = true;
    auto x = a.begin(), y = b.begin();
    while (x != a.end() || y != b.end()) {
        const auto next = x == a.end()   ? y->variable
                          : y == b.end() ? x->variable
                                         : std::min(x->variable, y->variable);
        const auto in_a = x != a.end() && x->variable == next ? (x++)->values : space.domain(next);
        const auto in_b = y != b.end() && y->variable == next ? (y++)->values : space.domain(next);
        if (in_a == in_b) continue;
        a_in_b = a_in_b && space.sets.covers(in_b, in_a);
        b_in_a = b_in_a && space.sets.covers(in_a, in_b);
        if (differs && !a_in_b && !b_in_a) return std::nullopt;
        differs = differs ? space.variables() : next; // one behind the last: several
    }
    if (a_in_b) return b;
    if (b_in_a) return a;
    if (*differs == space.variables()) return std::nullopt;
    auto result = a;
    const auto values = space.sets.either(values_of(space, a, *differs), values_of(space, b, *differs));
    std::erase_if(result, [&](const Side& side) { return side.variable == *differs; });
    narrow(space, result, *differs, values);
    return result;
}

} // namespace

void add_box(Space& space, std::vector<Box>& boxes, Box box) {
    for (auto& known : boxes)
        if (auto made = joined(space, known, box)) {
            known = std::move(*made);
            return;
        }
    boxes.push_back(std::move(box));
}

std::vector<Box> disjoint(Space& space, const std::vector<Box>& boxes) {
    std::vector<Box> result;
    for (const auto& box : boxes) {
        std::vector<Box> left = {box};
        const auto earlier = result;
        for (const auto& other : earlier) left = without(space, std::move(left), other);
        result.insert(result.end(), left.begin(), left.end());
    }
    return result;
}

bool narrow_to(Space& space, Box& box, Layer layer) {
    return !is_transport(layer) ||
           (narrow(space, box, variable(Field::ip_protocol), space.one(model::protocol_number(layer))) &&
            narrow(space, box, header_complete, space.one(1)));
}

std::vector<Box> Conditions::where(const model::Condition& condition, bool wanted, Layer known,
                                   const CallPath& path) {
    if (auto boxes = exactly(condition, wanted, known, path)) return std::move(*boxes);
    const auto& [file, line, column] = condition.place;
    auto name = "condition " + std::to_string(file) + ':' + std::to_string(line) + ':' +
                std::to_string(column) + text_of(path);
    const auto formula = formula_of(condition, true, known, path);
    auto made = space_.fact({name, 1, formula});
    // Two policies may say different things at one place.
    while (std::get<Formula>(space_.fact(made)->meaning) != formula)
        made = space_.fact({name += '\'', 1, formula});
    return {{{made, space_.one(wanted ? 1 : 0)}}};
}

Formula Conditions::formula_of(const model::Condition& condition, bool wanted, Layer known,
                               const CallPath& path) {
    const auto* all = std::get_if<model::All>(&condition.is);
    const auto* any = std::get_if<model::Any>(&condition.is);
    if (const auto* negation = std::get_if<model::Not>(&condition.is))
        return formula_of(negation->operand.front(), !wanted, known, path);
    if (all == nullptr && any == nullptr) return {{}, false, where(condition, wanted, known, path)};
    Formula result{{}, (all != nullptr) == wanted};
    for (const auto& operand : all != nullptr ? all->operands : any->operands)
        result.operands.push_back(formula_of(operand, wanted, known, path));
    return result;
}

std::optional<std::vector<Box>> Conditions::exactly(const model::Condition& condition, bool wanted,
                                                    Layer known, const CallPath& path) {
    if (const auto* constant = std::get_if<model::Constant>(&condition.is))
        return constant->value == wanted ? std::vector<Box>{{}} : std::vector<Box>{};
    if (const auto* test = std::get_if<model::Test>(&condition.is)) return of(*test, wanted, known);
    if (const auto* compare = std::get_if<model::Compare>(&condition.is)) return of(*compare, wanted, known);
    if (const auto* lease = std::get_if<model::CompareLease>(&condition.is)) {
        const auto [swapped, less, negated] = normal(lease->relation);
        const auto& iface = derivation_.appliance.ifaces.at(lease->iface).name;
        const auto made =
            space_.fact({"lease " + iface + '.' + std::to_string(static_cast<int>(lease->member)) +
                         (less ? swapped ? " < " : " > " : " = ") + std::to_string(name(lease->field))});
        list_.leases[lease] = made;
        return fact(made, wanted != negated);
    }
    if (const auto* exceeded = std::get_if<model::Exceeded>(&condition.is)) {
        const auto key = std::pair(path, exceeded);
        const auto [known_one, is_new] = list_.evaluations.try_emplace(key, 0);
        if (is_new) {
            const auto& limit = derivation_.appliance.limits.at(exceeded->limit);
            known_one->second = space_.fact(
                {derivation_.prefix + limit_text(limit) + ' ' + std::to_string(list_.evaluations.size())});
        }
        return fact(known_one->second, wanted);
    }
    if (const auto* negation = std::get_if<model::Not>(&condition.is))
        return exactly(negation->operand.front(), !wanted, known, path);
    if (const auto* all = std::get_if<model::All>(&condition.is))
        return wanted ? every(all->operands, true, known, path) : some(all->operands, false, known, path);
    const auto& any = std::get<model::Any>(condition.is);
    return wanted ? some(any.operands, true, known, path) : every(any.operands, false, known, path);
}

Conditions::Boxes Conditions::fact(Variable variable, bool wanted) {
    return std::vector<Box>{{{variable, space_.one(wanted ? 1 : 0)}}};
}

/// What holds of packets that have the headers of some fields, and are on one side of a variable.
Conditions::Boxes Conditions::existing(std::initializer_list<Field> fields, bool wanted, Layer known,
                                       Side side) {
    std::vector<Box> boxes;
    Box there;
    bool possible = true;
    for (const auto field : fields) {
        const auto layer = model::info(field).layer;
        if (!is_transport(layer) || layer == known) continue;
        possible = possible && narrow_to(space_, there, layer);
        if (wanted) continue;
        Box other, incomplete;
        const auto number = space_.one(model::protocol_number(layer));
        const auto protocols = space_.domain(variable(Field::ip_protocol));
        narrow(space_, other, variable(Field::ip_protocol), space_.sets.without(protocols, number));
        narrow(space_, incomplete, header_complete, space_.one(0));
        add_box(space_, boxes, std::move(other));
        add_box(space_, boxes, std::move(incomplete));
    }
    const auto values = wanted ? side.values : space_.sets.without(space_.domain(side.variable), side.values);
    if (possible && narrow(space_, there, side.variable, values)) add_box(space_, boxes, std::move(there));
    return boxes;
}

Conditions::Boxes Conditions::of(const model::Test& test, bool wanted, Layer known) {
    auto values = unmasked(test, derivation_.appliance.sets.at(test.set).values);
    if (!values) return std::nullopt;
    if (model::info(test.field).kind == model::FieldKind::iface)
        values = renumbered(*values, derivation_.iface_ids);
    if (test.field == Field::ip_ttl) values = raised(*values, derivation_.ttl_spent);
    return existing({test.field}, wanted, known, {name(test.field), space_.sets.add(*values)});
}

Conditions::Boxes Conditions::of(const model::Compare& compare, bool wanted, Layer known) {
    const auto [swapped, less, negated] = normal(compare.relation);
    const auto a = swapped ? compare.right : compare.left, b = swapped ? compare.left : compare.right;
    if (a == b)
        return existing({a}, wanted, known, {name(a), less == negated ? space_.domain(name(a)) : Sets::none});
    const bool routed = derivation_.ttl_spent > 0 && (a == Field::ip_ttl || b == Field::ip_ttl);
    const Comparison comparison{name(a), less, name(b)};
    const auto made = routed ? space_.fact({"routed " + std::to_string(comparison.left) +
                                            (less ? " < " : " = ") + std::to_string(comparison.right)})
                             : space_.fact(comparison);
    return existing({a, b}, wanted, known, {made, space_.one(negated ? 0 : 1)});
}

Conditions::Boxes Conditions::every(const std::vector<model::Condition>& operands, bool wanted, Layer known,
                                    const CallPath& path) {
    std::vector<Box> result = {{}};
    for (const auto& operand : operands) {
        const auto boxes = exactly(operand, wanted, known, path);
        if (!boxes) return std::nullopt;
        std::vector<Box> next;
        for (const auto& box : result)
            for (const auto& other : *boxes) {
                if (auto made = both(space_, box, other)) add_box(space_, next, std::move(*made));
                if (next.size() > boxes_max) return std::nullopt;
            }
        result = std::move(next);
    }
    return result;
}

Conditions::Boxes Conditions::some(const std::vector<model::Condition>& operands, bool wanted, Layer known,
                                   const CallPath& path) {
    std::vector<Box> result;
    for (const auto& operand : operands) {
        auto boxes = exactly(operand, wanted, known, path);
        if (!boxes) return std::nullopt;
        for (auto& box : *boxes) add_box(space_, result, std::move(box));
        if (result.size() > boxes_max) return std::nullopt;
    }
    return result;
}

Variable Conditions::name(Field field) const {
    const auto named = derivation_.names.find(field);
    return named == derivation_.names.end() ? variable(field) : named->second;
}

std::string Conditions::text_of(const CallPath& path) const {
    std::string text = ' ' + derivation_.prefix;
    for (const auto* call : path) text += ' ' + std::to_string(reinterpret_cast<std::uintptr_t>(call));
    return text;
}

std::optional<std::vector<Box>> boxes_of(const Derivation& derivation, const model::Condition& condition,
                                         Layer known) {
    RuleList list;
    return Conditions(derivation, list).exactly(condition, true, known, {});
}

} // namespace symbolic
