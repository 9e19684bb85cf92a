#include "compiler/symbolic/overlaps.hpp"

#include <bit>

namespace symbolic {

namespace {

constexpr std::size_t word_bits = 64;

void set_bit(std::vector<std::uint64_t>& bits, std::size_t bit) {
    bits[bit / word_bits] |= std::uint64_t{1} << bit % word_bits;
}

} // namespace

Overlaps::Overlaps(const Space& space, const RuleList& list)
    : space_(space), rules_(list.rules.size()), decide_((rules_ + word_bits - 1) / word_bits) {
    const auto words = decide_.size();
    for (std::size_t i = 0; i < rules_; ++i) {
        if (list.rules[i].log == nullptr) set_bit(decide_, i);
        if (list.rules[i].statement)
            by_statement_[*list.rules[i].statement].push_back(static_cast<std::uint32_t>(i));
        for (const auto& side : list.rules[i].guard) {
            auto& column = columns_[side.variable];
            column.unguarded.resize(words);
            auto& bits = column.guarded[side.values];
            bits.resize(words);
            set_bit(bits, i);
            set_bit(column.unguarded, i); // of guarded ones for now
        }
    }
    for (auto& [variable, column] : columns_) {
        for (auto& word : column.unguarded) word = ~word;
        bytes_ += (column.guarded.size() + 1) * words * sizeof(std::uint64_t);
    }
}

const Overlaps::Bits& Overlaps::meeting(Column& column, SetRef values) {
    const auto [known, is_new] = column.meeting.try_emplace(values, column.unguarded);
    if (!is_new) return known->second;
    auto& result = known->second;
    for (const auto& [set, bits] : column.guarded)
        if (space_.sets.meet(set, values))
            for (std::size_t word = 0; word < bits.size(); ++word) result[word] |= bits[word];
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
