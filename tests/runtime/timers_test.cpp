// Timers: when the console is told, and what.
#include "runtime/timers.hpp"

#include "tests/runtime/platform.hpp"

#include <catch2/catch.hpp>

#include <utility>

namespace {

using namespace runtime;

constexpr Time second_ns = 1'000'000'000;

std::string said() { return std::exchange(test_platform::state().console, {}); }

/// What one word prints two seconds after the start.
std::string printed(void (*data)(Appliance&), std::span<std::uint64_t> hits = {}) {
    test_platform::state() = {};
    const std::array all{data};
    const std::array<Timer, 1> timers{{{"t", 10 * second_ns, all}}};
    std::array<Time, 1> due{};
    std::array<Statement, 8> statements{};
    for (std::uint32_t i = 0; i < statements.size(); ++i)
        statements[i] = {Action::accept, "p.nacl", i + 1, 5};
    Policy policy = linked_policy;
    policy.timers = timers;
    policy.timers_due = due;
    policy.statements = std::span{statements}.first(hits.size());
    policy.hits = hits;
    Appliance appliance{policy};
    appliance.booted = 7 * second_ns;
    part::timers.boot(appliance, appliance.booted);
    appliance.now = 9 * second_ns + 45'000'000;
    part::timers.tick(appliance, appliance.now);
    return said();
}

} // namespace

TEST_CASE("a Timer fires after a second, then every interval, once if it is late") {
    test_platform::state() = {};
    const std::array data{&timer_data::timers};
    const std::array<Timer, 1> timers{{{"t", 10 * second_ns, data}}};
    std::array<Time, 1> due{};
    Policy policy = linked_policy;
    policy.timers = timers;
    policy.timers_due = due;
    Appliance appliance{policy};
    part::timers.boot(appliance, 5);
    const std::string line = "timer t every 10 s\n";
    part::timers.tick(appliance, second_ns + 4);
    CHECK(said() == "");
    part::timers.tick(appliance, second_ns + 5);
    CHECK(said() == line);
    part::timers.tick(appliance, 11 * second_ns + 4);
    CHECK(said() == "");
    part::timers.tick(appliance, 45 * second_ns);
    CHECK(said() == line);
    part::timers.tick(appliance, 51 * second_ns + 4);
    CHECK(said() == "");
    part::timers.tick(appliance, 51 * second_ns + 5);
    CHECK(said() == line);
}

TEST_CASE("each word of a Timer has its line") {
    CHECK(printed(timer_data::timestamp) == "time 2.045 s\n");
    CHECK(printed(timer_data::memory).starts_with("memory flows 0 of "));
    CHECK(printed(timer_data::cpu) == "cpu busy 1000 of 1000\n");
    CHECK(printed(timer_data::stats).starts_with("policy "));
    std::array<std::uint64_t, 8> hits{3, 0, 9, 3, 1, 2, 8, 2};
    CHECK(printed(timer_data::stack_sampling, hits) ==
          "hit p.nacl:3:5 accept 9\nhit p.nacl:7:5 accept 8\nhit p.nacl:1:5 accept 3\n"
          "hit p.nacl:4:5 accept 3\nhit p.nacl:6:5 accept 2\n");
    CHECK(printed(timer_data::stack_sampling) == "");
}
