// Logs are bounded: what comes too fast is lost, and the number lost is said.
#include "runtime/log.hpp"

#include "tests/runtime/platform.hpp"

#include <catch2/catch.hpp>

namespace {

constexpr runtime::Time second_ns = 1'000'000'000;

const auto report = runtime::part::logs.tick;

} // namespace

TEST_CASE("log texts beyond the limit are lost, and how many is said when there is room again") {
    test_platform::state() = {};
    runtime::Appliance appliance{runtime::linked_policy};
    appliance.logs.reset(0);
    for (unsigned i = 0; i < runtime::log_texts_per_second + 7; ++i) runtime::log(appliance, "flood ", i);
    CHECK(test_platform::state().logs.size() == runtime::log_texts_per_second);
    CHECK(test_platform::state().logs[1] == "flood 1");
    report(appliance, appliance.now);
    CHECK(test_platform::state().console == "");

    appliance.now = second_ns;
    report(appliance, appliance.now);
    CHECK(test_platform::state().console == "7 log texts lost: more than 1000 a second\n");
    // The report took no text's place.
    for (unsigned i = 0; i < runtime::log_texts_per_second + 2; ++i) runtime::log(appliance, "flood ", i);
    CHECK(test_platform::state().logs.size() == 2 * runtime::log_texts_per_second);
    report(appliance, appliance.now);
    appliance.now += second_ns - 1;
    report(appliance, appliance.now);
    CHECK(test_platform::state().console == "7 log texts lost: more than 1000 a second\n");
    appliance.now += 1;
    report(appliance, appliance.now);
    CHECK(test_platform::state().console.ends_with("\n2 log texts lost: more than 1000 a second\n"));
    const auto told = test_platform::state().console;
    appliance.now += second_ns;
    report(appliance, appliance.now);
    CHECK(test_platform::state().console == told);
}

TEST_CASE("without a server, syslog comes with its severity on the console") {
    test_platform::state() = {};
    runtime::Appliance appliance{runtime::linked_policy};
    appliance.logs.reset(0);
    runtime::syslog(appliance, runtime::Severity::warning, "refused ", runtime::Dotted{0x0a000001});
    CHECK(test_platform::state().logs == std::vector<std::string>{"warning: refused 10.0.0.1"});
}
