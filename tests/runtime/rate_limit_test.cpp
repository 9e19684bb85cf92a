#include "runtime/appliance.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a rate limit pays a second's worth at once and then as time passes") {
    constexpr runtime::Time second_ns = 1'000'000'000;
    runtime::RateLimit limit(100);
    limit.reset(5);
    int paid = 0;
    while (limit.take(5)) ++paid;
    CHECK(paid == 100);
    CHECK_FALSE(limit.take(5 + second_ns / 100 - 1));
    CHECK(limit.take(5 + second_ns / 100));
    CHECK_FALSE(limit.take(5 + second_ns / 100));
    paid = 0;
    while (limit.take(1000 * second_ns)) ++paid; // a long pause saves up no more than a second
    CHECK(paid == 100);
}
