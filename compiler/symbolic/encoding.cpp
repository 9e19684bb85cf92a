#include "compiler/symbolic/encoding.hpp"

namespace symbolic {

Bits Encoding::bits(Variable variable) {
    const auto [known, is_new] = numbers_.try_emplace(variable);
    auto& number = known->second;
    if (!is_new) return number;
    const auto& domain = space_.sets[space_.domain(variable)];
    for (auto rest = domain.intervals().back().high; rest > 0; rest >>= 1) number.push_back(circuit_.input());
    circuit_.require(of(Side{variable, space_.domain(variable)}));
    if (const auto* fact = space_.fact(variable); fact != nullptr && fact->has_meaning())
        circuit_.require(circuit_.same(number.front(), of(*fact)));
    return number;
}

Literal Encoding::of(const Fact& fact) {
    if (const auto* formula = std::get_if<Formula>(&fact.meaning)) return of(*formula);
    if (const auto* room = std::get_if<Room>(&fact.meaning)) return of(*room);
    const auto [left, less, right] = std::get<Comparison>(fact.meaning);
    const auto a = bits(left), b = bits(right);
    return less ? circuit_.less(a, b) : circuit_.equal(a, b);
}

Literal Encoding::of(const Room& room) {
    std::vector<Literal> sum;
    for (auto rest = room.more; rest > 0; rest >>= 1) sum.insert(sum.begin(), (rest & 1) != 0 ? Circuit::yes : Circuit::no);
    for (const auto& [variable, doubled] : room.parts) {
        auto part = bits(variable);
        std::vector<Literal> shifted(part.begin(), part.end());
        shifted.insert(shifted.end(), doubled, Circuit::no);
        sum = circuit_.sum(sum, shifted);
    }
    return -circuit_.less(bits(room.within), sum);
}

Literal Encoding::of(const Formula& formula) {
    if (formula.operands.empty()) return in_one_of(formula.boxes);
    std::vector<Literal> operands;
    for (const auto& operand : formula.operands) operands.push_back(of(operand));
    return formula.all ? circuit_.all(std::move(operands)) : circuit_.any(std::move(operands));
}

Literal Encoding::of(const Side& side) {
    const auto number = bits(side.variable);
    const auto [known, is_new] = sides_.try_emplace({side.variable, side.values}, 0);
    if (!is_new) return known->second;
    std::vector<Literal> intervals;
    for (const auto& [low, high] : space_.sets[side.values].intervals()) {
        if (!circuit_.fits()) break;
        intervals.push_back(circuit_.is_in(number, low, high));
    }
    return known->second = circuit_.any(std::move(intervals));
}

Literal Encoding::of(const Box& box) {
    std::vector<Literal> sides;
    for (const auto& side : box) sides.push_back(of(side));
    return circuit_.all(std::move(sides));
}

Literal Encoding::in_one_of(const std::vector<Box>& boxes) {
    std::vector<Literal> each;
    for (const auto& box : boxes) each.push_back(of(box));
    return circuit_.any(std::move(each));
}

/// Backwards: what is wanted holds where a wanted rule does, or where an unwanted one does not and it holds
/// behind that. Which one of several wanted rules decides is nothing to the question.
Literal Encoding::of(const Stage& stage, const Counting* counting) {
    const auto& rules = stage.rules->rules;
    auto behind = Circuit::no;
    for (auto rule = rules.size(); rule-- > 0 && circuit_.fits();) {
        const auto& one = rules[rule];
        if (stage.wanted(one)) {
            behind = circuit_.either(of(one.guard), behind);
            continue;
        }
        if (one.log != nullptr || behind == Circuit::no) continue;
        auto counts = Circuit::yes;
        if (counting != nullptr) {
            const auto known = counting->find(static_cast<RuleIndex>(rule));
            counts = known == counting->end() ? Circuit::no : known->second;
        }
        behind = circuit_.both(-circuit_.both(of(one.guard), counts), behind);
    }
    return behind;
}

Literal Encoding::of(const Question& question, const Counting* last) {
    std::vector<Literal> parts = {in_one_of(question.region)};
    for (const auto& stage : question.stages)
        parts.push_back(of(stage, &stage == &question.stages.back() ? last : nullptr));
    return circuit_.all(std::move(parts));
}

} // namespace symbolic
