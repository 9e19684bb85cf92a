// Limits: who takes tokens, and when they are back.
#include "compiler/eval/limits.hpp"

#include "tests/eval/frames.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace frames;
using eval::second_ns;
using model::Field;
using model::Reason;

model::Limit limit(std::uint32_t rate, std::uint32_t period_s, std::uint32_t burst, std::optional<Field> key,
                   std::uint32_t size = 8) {
    return {.name = "l",
            .place = {},
            .rate = rate,
            .period_s = period_s,
            .burst = burst,
            .key = key,
            .size = size};
}

std::size_t tokens(eval::Limits& limits, model::Value key, eval::Time now) {
    std::size_t taken = 0;
    while (!limits.exceeded(0, key, now)) ++taken;
    return taken;
}

Bytes from(unsigned host) {
    const Ends ends{sample::ip(10, 55, 1, host), sample::server};
    return ipv4(ends, eval::udp, udp(ends, 1, 2), outside_mac);
}

} // namespace

TEST_CASE("each key has its bucket, which starts full and refills to the nanosecond") {
    const std::vector all{limit(3, 1, 2, Field::ip_saddr)};
    eval::Limits limits(all);
    constexpr eval::Time start = 5 * second_ns;
    CHECK(tokens(limits, 1, start) == 2);
    CHECK(tokens(limits, 2, start) == 2);
    CHECK(tokens(limits, 1, start + 333'333'333) == 0);
    CHECK(tokens(limits, 1, start + 333'333'334) == 1);
    CHECK(tokens(limits, 1, start + second_ns) == 2);
}

TEST_CASE("a full table shares, and has room again when a bucket is full") {
    const std::vector all{limit(1, 1, 2, Field::ip_saddr, 1)};
    eval::Limits limits(all);
    CHECK_FALSE(limits.exceeded(0, 1, 0));
    CHECK(tokens(limits, 2, 0) == 2);
    CHECK(tokens(limits, 3, 0) == 0);
    CHECK(tokens(limits, 1, second_ns - 1) == 1);
    // That of 1 would have been full, had it not been used once more; of the shared one a token is back.
    CHECK(tokens(limits, 3, second_ns) == 1);
    CHECK(tokens(limits, 3, 2 * second_ns) == 2);
}

TEST_CASE("packets take tokens in the order in which conditions stand") {
    auto policy = sample::router();
    policy.appliance.limits = {limit(1, 60, 1, Field::ip_saddr), limit(1, 60, 3, std::nullopt)};
    const model::Condition by_source{model::Exceeded{0}, {}}, all{model::Exceeded{1}, {}};
    const auto guard = policy.filter(
        "guard", {policy.when({model::Any{{by_source, all}}, {}}, {policy.drop()}), policy.accept()});
    policy.put(sample::outside, model::Hook::prerouting, {guard});
    Bench bench(policy.appliance);
    for (const unsigned host : {1u, 2u}) CHECK(sent(bench.outside(from(host))));
    CHECK(dropped_by(bench.outside(from(1)), Reason::filter)); // and leaves the second Limit alone
    CHECK(sent(bench.outside(from(3))));
    CHECK(dropped_by(bench.outside(from(4)), Reason::filter));
    bench.now = 60 * second_ns;
    CHECK(sent(bench.outside(from(1))));
    CHECK(dropped_by(bench.outside(from(2)), Reason::filter));
}
