// In which of many ranges of values a value is. An index by the value's top bits says where to begin, a few
// halvings, as many for every value, say the rest: nothing branches on the data.
#pragma once
#include <cstdint>
#include <type_traits>

namespace runtime {

template <typename Value>
struct RanksOf {
    const std::uint32_t* first = nullptr; ///< by value >> shift: the range of the lowest such value
    const Value* ends = nullptr; ///< the last value of each range; then 2^steps - 1 times the largest
    std::uint32_t shift = 0;
    std::uint32_t steps = 0;
};
using Ranks = RanksOf<std::uint32_t>;
using MacRanks = RanksOf<std::uint64_t>;

/// The number of the range.
template <typename Value>
constexpr std::uint32_t rank(const RanksOf<Value>& ranks, std::type_identity_t<Value> value) {
    std::uint32_t at = ranks.first[value >> ranks.shift];
    for (std::uint32_t half = (1U << ranks.steps) >> 1; half != 0; half /= 2)
        at = ranks.ends[at + half - 1] < value ? at + half : at;
    return at;
}

/// A set of values whose every second range is inside.
template <typename Value>
struct RankedSetOf {
    RanksOf<Value> ranks;
    std::uint32_t inside = 0; ///< the first range that is
};
using RankedSet = RankedSetOf<std::uint32_t>;
using MacRankedSet = RankedSetOf<std::uint64_t>;

template <typename Value>
constexpr bool in(std::type_identity_t<Value> value, const RankedSetOf<Value>& set) {
    return rank(set.ranks, value) % 2 == set.inside;
}

} // namespace runtime
