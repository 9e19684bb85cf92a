// Random histories repeat, reach far, and show a difference where there is one.
#include "harness/differential.hpp"
#include "tests/eval/sample.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace harness;

} // namespace

TEST_CASE("a history repeats from its seed") {
    const auto policy = sample::bastion().appliance;
    const auto boundaries = boundaries_of(policy);
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        const auto text = describe(policy, random_history(policy, boundaries, seed, 12));
        CHECK(text == describe(policy, random_history(policy, boundaries, seed, 12)));
        CHECK(text != describe(policy, random_history(policy, boundaries, seed + 1, 12)));
    }
}

TEST_CASE("boundaries are the policy's constants and their neighbours") {
    auto policy = sample::bastion().appliance;
    const auto boundaries = boundaries_of(policy);
    const auto& ports = boundaries.at(model::Field::tcp_dport);
    for (const model::Value port : {21, 22, 23, 79, 80, 81, 442, 443, 444, 7999, 8000, 8049, 8099, 8100})
        CHECK(std::ranges::find(ports, port) != ports.end());
    CHECK(boundaries.at(model::Field::udp_dport) == std::vector<model::Value>{52, 53, 54});
}

TEST_CASE("random histories reach every statement and many reasons") {
    const auto policy = sample::bastion().appliance;
    const auto report =
        differential(policy, interp_backend(policy), interp_backend(policy), {.histories = 4000});
    CHECK(report.disagreement == std::nullopt);
    CHECK(shortfall(policy, report, 18).value_or("") == "");
    CHECK(shortfall(policy, report, 40) == "packets were dropped for " +
                                               std::to_string(report.reasons.size()) +
                                               " reasons, not for 40 or more\n");
}

TEST_CASE("a policy that differs in one bound is told apart, by a short history") {
    const auto policy = sample::bastion().appliance;
    auto other = policy;
    for (auto& set : other.sets)
        if (set.values == model::IntervalSet{{8000, 8099}}) set.values = {{8000, 8098}};
    const auto report =
        differential(policy, interp_backend(policy), interp_backend(other), {.histories = 2000});
    REQUIRE(report.disagreement);
    CHECK(report.disagreement->starts_with("seed "));
    CHECK(report.disagreement->find("disagree at event 1 of 1") != std::string::npos);
    CHECK(report.disagreement->find("tcp.dport 8099") != std::string::npos);
    CHECK(report.disagreement->find("rejected") != std::string::npos);
}

TEST_CASE("a timeout that differs by a second is told apart") {
    const auto policy = sample::bastion().appliance;
    auto other = policy;
    other.conntrack.confirmed.udp += 1;
    const auto report =
        differential(policy, interp_backend(policy), interp_backend(other), {.histories = 4000});
    REQUIRE(report.disagreement);
    CHECK(report.disagreement->find("  wait ") != std::string::npos);
}
