#include "compiler/symbolic/overlaps.hpp"

#include <algorithm>
#include <bit>

namespace symbolic {

namespace {

constexpr std::size_t word_bits = 64;
constexpr std::size_t block_groups = 32;
constexpr std::size_t looks_a_step = 8; ///< to look at a word or a set is little work

void set_bit(std::vector<std::uint64_t>& bits, std::size_t bit) {
    bits[bit / word_bits] |= std::uint64_t{1} << bit % word_bits;
}

/// Some value of one of the intervals, each as likely as the others.
Value value_at(const Values& values, std::uint64_t number) {
    const auto& [low, high] = values.intervals()[number % values.count];
    return low + number / values.count % (high - low + 1);
}

} // namespace

std::uint32_t Columns::of(Variable variable) {
    const auto [known, is_new] = known_.try_emplace(variable, static_cast<std::uint32_t>(variables_.size()));
    if (is_new) variables_.push_back(variable);
    return known->second;
}

Piece piece_of(const Space& space, const Columns& columns, const Box& box) {
    Piece piece;
    for (const auto variable : columns.variables()) piece.push_back(values_in(space.sets[space.domain(variable)]));
    for (const auto& [variable, values] : box) piece[columns.at(variable)] = values_in(space.sets[values]);
    return piece;
}

Piece packet_in(Piece piece, const std::vector<std::uint32_t>& columns, std::uint64_t& state) {
    for (const auto column : columns) {
        state = state * 6364136223846793005 + 1442695040888963407; // Knuth's MMIX
        const auto value = value_at(piece[column], state >> 16);
        piece[column] = {{value, value}};
    }
    return piece;
}

Overlaps::Overlaps(const Space& space, const RuleList& list, Columns& columns)
    : decide_((list.rules.size() + word_bits - 1) / word_bits), by_statement_(by_statement(list)) {
    std::map<std::uint32_t, std::map<SetRef, std::vector<RuleIndex>>> guarded;
    for (RuleIndex i = 0; i < list.rules.size(); ++i) {
        const auto& rule = list.rules[i];
        first_side_.push_back(sides_.size());
        if (rule.log == nullptr) set_bit(decide_, i);
        for (const auto& [variable, values] : rule.guard) {
            sides_.push_back({columns.of(variable), values_in(space.sets[values])});
            guarded[sides_.back().column][values].push_back(i);
        }
    }
    first_side_.push_back(sides_.size());
    for (auto& [number, sets] : guarded) {
        auto& column = columns_.emplace_back();
        column.number = number;
        numbers_.push_back(number);
        column.unguarded.assign(decide_.size(), ~std::uint64_t{0});
        for (auto& [set, rules] : sets) {
            for (const auto rule : rules)
                column.unguarded[rule / word_bits] &= ~(std::uint64_t{1} << rule % word_bits);
            column.groups.push_back({values_in(space.sets[set]), std::move(rules)});
        }
        std::ranges::sort(column.groups, {}, [](const Group& group) { return group.values.hull.low; });
        column.highs.resize((column.groups.size() + block_groups - 1) / block_groups);
        for (std::size_t i = 0; i < column.groups.size(); ++i) {
            auto& high = column.highs[i / block_groups];
            high = std::max(high, column.groups[i].values.hull.high);
        }
        column.hull = {column.groups.front().values.hull.low, std::ranges::max(column.highs)};
    }
}

bool Overlaps::is_in_all(const Column& column, const Values& values) {
    return values.count == 1 && values.hull.low <= column.hull.low && column.hull.high <= values.hull.high;
}

void Overlaps::add_meeting(const Column& column, const Values& values, Bits& bits) {
    for (std::size_t block = 0; block < column.highs.size(); ++block) {
        const auto begin = block * block_groups;
        if (column.groups[begin].values.hull.low > values.hull.high) return;
        ++work_;
        if (column.highs[block] < values.hull.low) continue;
        const auto end = std::min(begin + block_groups, column.groups.size());
        for (auto i = begin; i < end; ++i) {
            const auto& group = column.groups[i];
            if (!meet(group.values, values)) continue;
            for (const auto rule : group.rules) set_bit(bits, rule);
            work_ += group.rules.size() / looks_a_step;
        }
    }
}

const std::vector<RuleIndex>& Overlaps::of(model::StatementId statement) const {
    static const std::vector<RuleIndex> none;
    const auto found = by_statement_.find(statement);
    return found == by_statement_.end() ? none : found->second;
}

std::vector<RuleIndex> Overlaps::with(const Piece& piece, std::size_t end) {
    auto left = decide_;
    left.resize((end + word_bits - 1) / word_bits);
    for (const auto& column : columns_) {
        if (is_in_all(column, piece[column.number])) continue;
        auto bits = column.unguarded;
        add_meeting(column, piece[column.number], bits);
        for (std::size_t word = 0; word < left.size(); ++word) left[word] &= bits[word];
        work_ += left.size() / looks_a_step;
    }
    std::vector<RuleIndex> result;
    for (std::size_t word = 0; word < left.size(); ++word)
        for (auto bits = left[word]; bits != 0; bits &= bits - 1) {
            const auto rule = word * word_bits + static_cast<std::size_t>(std::countr_zero(bits));
            if (rule < end) result.push_back(static_cast<RuleIndex>(rule));
        }
    return result;
}

} // namespace symbolic
