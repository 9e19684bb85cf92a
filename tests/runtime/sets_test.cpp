#include "runtime/sets.hpp"

#include <catch2/catch.hpp>

TEST_CASE("membership agrees with a linear search, at every boundary") {
    constexpr std::array<runtime::Interval, 5> set = {{{0, 3}, {7, 7}, {9, 20}, {1000, 0x7fffffff}, {0xfffffff0, 0xffffffff}}};
    for (const auto& interval : set)
        for (const std::uint32_t value : {interval.low - 1, interval.low, interval.high, interval.high + 1}) {
            bool expected = false;
            for (const auto& [low, high] : set) expected |= low <= value && value <= high;
            CAPTURE(value);
            CHECK(runtime::in(value, set) == expected);
        }
}

TEST_CASE("a set of one interval") {
    constexpr std::array<runtime::Interval, 1> set = {{{5, 6}}};
    CHECK_FALSE(runtime::in(4, set));
    CHECK(runtime::in(5, set));
    CHECK(runtime::in(6, set));
    CHECK_FALSE(runtime::in(7, set));
}
