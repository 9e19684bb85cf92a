#include "compiler/symbolic/overlaps.hpp"

#include <algorithm>
#include <bit>

namespace symbolic {

namespace {

constexpr std::size_t word_bits = 64;

void set_bit(std::vector<std::uint64_t>& bits, std::size_t bit) {
    bits[bit / word_bits] |= std::uint64_t{1} << bit % word_bits;
}

} // namespace

Overlaps::Overlaps(const Space& space, const RuleList& list)
    : space_(space), decide_((list.rules.size() + word_bits - 1) / word_bits) {
    std::map<Variable, std::map<SetRef, std::vector<std::uint32_t>>> guarded;
    for (std::uint32_t i = 0; i < list.rules.size(); ++i) {
        const auto& rule = list.rules[i];
        if (rule.log == nullptr) set_bit(decide_, i);
        if (rule.statement) by_statement_[*rule.statement].push_back(i);
        for (const auto& side : rule.guard) guarded[side.variable][side.values].push_back(i);
    }
    for (const auto& [variable, rules] : guarded) group(columns_[variable], rules);
}

void Overlaps::group(Column& column, const std::map<SetRef, std::vector<std::uint32_t>>& rules) {
    column.unguarded.assign(decide_.size(), ~std::uint64_t{0});
    for (const auto& [set, indices] : rules) {
        const auto& intervals = space_.sets[set].intervals();
        column.groups.push_back({set, intervals.front().low, intervals.back().high, indices});
        for (const auto rule : indices)
            column.unguarded[rule / word_bits] &= ~(std::uint64_t{1} << rule % word_bits);
        bytes_ += sizeof(Group) + indices.size() * sizeof(std::uint32_t);
    }
    std::ranges::sort(column.groups, {}, &Group::low);
}

const Overlaps::Bits& Overlaps::meeting(Column& column, SetRef values) {
    const auto [known, is_new] = column.known.try_emplace(values, column.unguarded);
    if (!is_new) return known->second;
    auto& result = known->second;
    const auto& intervals = space_.sets[values].intervals();
    const auto low = intervals.front().low, high = intervals.back().high;
    for (const auto& group : column.groups) {
        if (group.low > high) break;
        ++work_;
        if (group.high < low || !space_.sets.meet(group.set, values)) continue;
        for (const auto rule : group.rules) set_bit(result, rule);
    }
    bytes_ += result.size() * sizeof(std::uint64_t);
    return result;
}

const std::vector<std::uint32_t>& Overlaps::of(model::StatementId statement) const {
    static const std::vector<std::uint32_t> none;
    const auto found = by_statement_.find(statement);
    return found == by_statement_.end() ? none : found->second;
}

std::vector<std::uint32_t> Overlaps::with(const Box& box, std::size_t end) {
    auto left = decide_;
    left.resize((end + word_bits - 1) / word_bits);
    for (const auto& side : box) {
        const auto column = columns_.find(side.variable);
        if (column == columns_.end()) continue;
        const auto& bits = meeting(column->second, side.values);
        for (std::size_t word = 0; word < left.size(); ++word) left[word] &= bits[word];
    }
    std::vector<std::uint32_t> result;
    for (std::size_t word = 0; word < left.size(); ++word)
        for (auto bits = left[word]; bits != 0; bits &= bits - 1) {
            const auto rule = word * word_bits + static_cast<std::size_t>(std::countr_zero(bits));
            if (rule < end) result.push_back(static_cast<std::uint32_t>(rule));
        }
    return result;
}

} // namespace symbolic
