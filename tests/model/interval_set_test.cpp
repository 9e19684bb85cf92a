#include "compiler/model/interval_set.hpp"

#include <catch2/catch.hpp>

using model::IntervalSet;

TEST_CASE("intervals are sorted, joined where they touch, and empty ones vanish") {
    const IntervalSet set{{5, 7}, {1, 2}, {3, 3}, {6, 9}, {12, 11}};
    CHECK(set == IntervalSet{{1, 3}, {5, 9}});
    CHECK(set.size() == 8);
    CHECK(IntervalSet{}.empty());
}

TEST_CASE("every value of a small universe is in a set or in its complement") {
    for (unsigned bits = 0; bits < 256; ++bits) {
        std::vector<model::Interval> intervals;
        for (unsigned v = 0; v < 8; ++v)
            if ((bits >> v & 1u) != 0) intervals.push_back({v, v});
        const IntervalSet set(intervals);
        const auto rest = set.complement(7);
        for (unsigned v = 0; v < 8; ++v) {
            CHECK(set.contains(v) == ((bits >> v & 1u) != 0));
            CHECK(rest.contains(v) != set.contains(v));
        }
        CHECK(rest.complement(7) == set);
    }
}

TEST_CASE("the complement ends at the field's width") {
    CHECK(IntervalSet{{0, 65535}}.complement(65535).empty());
    CHECK(IntervalSet{}.complement(255) == IntervalSet{{0, 255}});
    CHECK(IntervalSet{{300, 400}}.complement(255) == IntervalSet{{0, 255}});
}
