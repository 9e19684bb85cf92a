// Sets of field values in generated code.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace runtime {

/// Both ends inclusive.
struct Interval {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
};

constexpr bool within(std::uint32_t value, std::uint32_t low, std::uint32_t high) {
    return value - low <= high - low;
}

/// Whether a value is in a set of sorted, disjoint intervals: by halving, without a branch that depends on the data
/// but the last.
template <std::size_t size> constexpr bool in(std::uint32_t value, const std::array<Interval, size>& set) {
    if constexpr (size == 0) return false;
    const Interval* at = set.data();
    for (std::size_t left = size; left > 1;) {
        const std::size_t half = left / 2;
        at = at[half].low <= value ? at + half : at;
        left -= half;
    }
    return within(value, at->low, at->high);
}

} // namespace runtime
