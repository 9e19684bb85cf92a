// A table that refuses packets is told of: at once, with the number, and then at most every ten seconds.
#include "runtime/report.hpp"

#include "tests/runtime/platform.hpp"

#include <catch2/catch.hpp>

#include <utility>

TEST_CASE("a full table is told of once in ten seconds, with what it has refused since") {
    constexpr runtime::Time second_ns = 1'000'000'000;
    test_platform::state() = {};
    runtime::Appliance appliance{runtime::linked_policy};
    auto& refused = appliance.counters.dropped[static_cast<std::size_t>(runtime::Reason::ct_full)];
    const auto said_at = [&](runtime::Time now) {
        report_full_tables(appliance, now);
        return std::exchange(test_platform::state().console, {});
    };
    CHECK(said_at(0) == "");
    refused = 1;
    CHECK(said_at(3 * second_ns) == "ct_full: 1 packet refused\n");
    CHECK(said_at(4 * second_ns) == "");
    refused = 701;
    CHECK(said_at(13 * second_ns - 1) == "");
    CHECK(said_at(13 * second_ns) == "ct_full: 700 packets refused\n");
    CHECK(said_at(99 * second_ns) == "");

    // Another table has its own ten seconds.
    refused = 702;
    CHECK(said_at(100 * second_ns) == "ct_full: 1 packet refused\n");
    appliance.counters.dropped[static_cast<std::size_t>(runtime::Reason::arp_full)] = 2;
    CHECK(said_at(101 * second_ns) == "arp_full: 2 packets refused\n");
}
