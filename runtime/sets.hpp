// Sets of field values in generated code.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace runtime {

/// Both ends inclusive.
template <typename Value> struct IntervalOf {
    Value low = 0;
    Value high = 0;
};
using Interval = IntervalOf<std::uint32_t>;
using MacInterval = IntervalOf<std::uint64_t>;

template <typename Value>
constexpr bool within(Value value, std::type_identity_t<Value> low, std::type_identity_t<Value> high) {
    return value - low <= high - low;
}

/// Whether a value is in a set of sorted, disjoint intervals: by halving, without a branch that depends on the data
/// but the last.
template <typename Value, std::size_t size>
constexpr bool in(std::type_identity_t<Value> value, const std::array<IntervalOf<Value>, size>& set) {
    if constexpr (size == 0) return false;
    const IntervalOf<Value>* at = set.data();
    for (std::size_t left = size; left > 1;) {
        const std::size_t half = left / 2;
        at = at[half].low <= value ? at + half : at;
        left -= half;
    }
    return within(value, at->low, at->high);
}

/// A bit for each value below `values`, which is a multiple of 64.
template <std::size_t values> struct Bitmap {
    std::array<std::uint64_t, values / 64> bits{};
};

template <std::size_t values, std::size_t size>
constexpr Bitmap<values> bitmap(const std::array<Interval, size>& set) {
    Bitmap<values> result;
    for (const auto& [low, high] : set)
        for (std::size_t value = low; value <= high; ++value)
            result.bits[value / 64] |= std::uint64_t{1} << value % 64;
    return result;
}

template <std::size_t values>
constexpr bool in(std::uint32_t value, const Bitmap<values>& set) {
    return (set.bits[value / 64] >> value % 64 & 1) != 0;
}

} // namespace runtime
