// Long lists of rules as data: each field of a packet says which rules it fits, a bit for each; the first
// rule that all fields fit decides. Only the words that have a bit are stored, and rules to which a field is
// all the same are stored once and not for every value.
#pragma once
#include "runtime/ranks.hpp"

#include <array>
#include <bit>
#include <cstddef>

namespace runtime {

/// What one field of a packet says. `own`: a bit for each word of 64 rules that is not zero, then those
/// words. `any`, of the rules that do not ask for the field: a bit for each word that is not zero, then all
/// words.
struct RuleRow {
    const std::uint64_t* own = nullptr;
    const std::uint64_t* any = nullptr;
};

/// The rules by one field: the row of each range of its values.
template <typename Value>
struct RuleColumnOf {
    RanksOf<Value> ranks;
    const std::uint32_t* rows = nullptr; ///< where in `words` each range's row begins
    const std::uint64_t* words = nullptr;
    const std::uint64_t* any = nullptr;

    constexpr RuleRow row(Value value) const { return {words + rows[rank(ranks, value)], any}; }
};
using RuleColumn = RuleColumnOf<std::uint32_t>;
using MacRuleColumn = RuleColumnOf<std::uint64_t>;

inline constexpr std::uint32_t no_rule = ~std::uint32_t{0};

/// How many bits are set. std::popcount would be a call into a library that the image has not.
constexpr std::uint32_t ones(std::uint64_t bits) {
    bits -= bits >> 1 & 0x5555'5555'5555'5555;
    bits = (bits & 0x3333'3333'3333'3333) + (bits >> 2 & 0x3333'3333'3333'3333);
    return static_cast<std::uint32_t>(
        ((bits + (bits >> 4)) & 0x0f0f'0f0f'0f0f'0f0f) * 0x0101'0101'0101'0101 >> 56);
}

/// The first rule that every row has, of `rules`.
template <std::size_t rules, std::size_t columns>
constexpr std::uint32_t first_rule(const std::array<RuleRow, columns>& rows) {
    constexpr std::size_t words = (rules + 63) / 64;
    constexpr std::size_t summaries = (words + 63) / 64; // a bit for each word
    std::array<const std::uint64_t*, columns> own{};     // the next words of each row
    for (std::size_t c = 0; c < columns; ++c) own[c] = rows[c].own + summaries;
    for (std::size_t s = 0; s < summaries; ++s) {
        auto candidates = ~std::uint64_t{0};
        for (const auto& row : rows) candidates &= row.own[s] | row.any[s];
        for (; candidates != 0; candidates &= candidates - 1) {
            const auto word = static_cast<std::uint32_t>(std::countr_zero(candidates));
            const auto bit = std::uint64_t{1} << word;
            auto found = ~std::uint64_t{0};
            for (std::size_t c = 0; c < columns; ++c) {
                auto fits = rows[c].any[summaries + 64 * s + word];
                const auto summary = rows[c].own[s];
                if ((summary & bit) != 0) fits |= own[c][ones(summary & (bit - 1))];
                found &= fits;
            }
            if (found != 0)
                return static_cast<std::uint32_t>((64 * s + word) * 64) +
                       static_cast<std::uint32_t>(std::countr_zero(found));
        }
        if constexpr (summaries > 1)
            for (std::size_t c = 0; c < columns; ++c) own[c] += ones(rows[c].own[s]);
    }
    return no_rule;
}

} // namespace runtime
