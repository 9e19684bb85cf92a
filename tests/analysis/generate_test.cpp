// What Tests are generated for, beyond the samples: boundaries, Limits, leases, ways out, translations.
#include "compiler/analysis/boundaries.hpp"
#include "compiler/analysis/generate.hpp"
#include "compiler/analysis/packet.hpp"
#include "harness/coverage.hpp"
#include "harness/play.hpp"
#include "harness/runner.hpp"
#include "tests/analysis/policy.hpp"

#include <algorithm>

namespace {

using analysis::GeneratedTest;

analysis::Generated generated(const model::Appliance& appliance, const analysis::Generation& how = {}) {
    const auto backend = harness::interp_backend(appliance);
    const auto play = [&](model::Scenario& test) { return harness::play(appliance, backend, test); };
    return analysis::generate_tests(appliance, harness::statements_on_chains(appliance), play, how);
}

const model::SendStep& last_step(const GeneratedTest& test) {
    return std::get<model::SendStep>(test.test.steps.back().is);
}

/// The first for a statement in a line.
const GeneratedTest& first_in(const analysis::Generated& made, const model::Appliance& appliance,
                              std::uint32_t line) {
    const auto found = std::ranges::find_if(made.tests, [&](const GeneratedTest& test) {
        return test.statement && appliance.statements[*test.statement].place.line == line;
    });
    REQUIRE(found != made.tests.end());
    return *found;
}

model::Appliance whole_policy(const std::string& text) {
    const auto loaded = sema::load_text("test.nacl", text);
    for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    return *loaded.appliance;
}

const std::string wan = "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0 }\n";
const std::string lan = "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n";

model::IntervalSet set_of_all(model::Field field) { return {{0, model::info(field).max()}}; }

std::vector<model::Value> values_at(model::Field field, const model::IntervalSet& set,
                                    std::uint64_t seed = 1, std::optional<model::IntervalSet> come = std::nullopt) {
    std::mt19937_64 random(seed);
    std::vector<model::Value> values;
    for (const auto& boundary : analysis::boundaries_of(field, set, come.value_or(set_of_all(field)), random)) {
        CHECK(boundary.inside == set.contains(boundary.value));
        values.push_back(boundary.value);
    }
    return values;
}

} // namespace

TEST_CASE("boundaries are the values at both sides of both ends, that a field can have") {
    using enum model::Field;
    using Values = std::vector<model::Value>;
    CHECK(values_at(tcp_dport, {{80, 90}}) == Values{79, 80, 90, 91});
    CHECK(values_at(tcp_dport, {{80, 80}, {82, 82}}) == Values{79, 80, 81, 82, 83});
    CHECK(values_at(tcp_dport, {{0, 9}, {65535, 65535}}) == Values{0, 9, 10, 65534, 65535});
    CHECK(values_at(ip_hdrlength, {{24, 24}, {28, 28}}) == Values{20, 24, 28, 32});
    CHECK(values_at(ip_saddr, {{256, 511}}, 1, {{{10, 254}, {257, 509}, {600, 900}}}) == Values{254, 257, 509, 600});
    CHECK(values_at(ip_saddr, {{256, 511}}, 1, {{{600, 900}}}) == Values{600});
    model::IntervalSet large;
    std::vector<model::Interval> many;
    for (model::Value port = 10; port < 10'000; port += 10) many.push_back({port, port + 3});
    large = model::IntervalSet(many);
    CHECK(values_at(tcp_dport, large, 7).size() == analysis::intervals_max * 4);
    CHECK(values_at(tcp_dport, large, 7) == values_at(tcp_dport, large, 7));
    CHECK(values_at(tcp_dport, large, 7) != values_at(tcp_dport, large, 8));
}

TEST_CASE("a boundary whose value cannot come is shown by the nearest that can") {
    // Neither the network's number nor its broadcast address is a source, and 10.0.0.1 is our own.
    const auto made = generated(
        whole_policy(lan + "lan.prerouting: f\nFilter::IP f { if (ip.saddr in 10.0.0.0/24) { accept } drop }\n"));
    std::set<model::Value> sources;
    for (const auto& one : made.tests)
        sources.insert(*analysis::value_in(last_step(one).packet, model::Field::ip_saddr));
    CHECK(sources.contains(0x0a000002));
    CHECK(sources.contains(0x0a0000fe));
    CHECK(sources.contains(0x0a000100));
}

TEST_CASE("a boundary is shown where another verdict is told beyond it") {
    const auto appliance = whole_policy(lan + "lan.prerouting: f\nFilter::IP f {\n Filter::TCP {\n"
                                              " if (tcp.dport in 80-90) {\n accept }\n"
                                              " if (ip.saddr == 10.0.0.7) {\n accept }\n }\n drop }\n");
    const auto made = generated(appliance);
    const auto beyond = std::ranges::find_if(made.tests, [](const GeneratedTest& test) {
        return analysis::value_in(last_step(test).packet, model::Field::tcp_dport) == 91;
    });
    REQUIRE(beyond != made.tests.end());
    CHECK(last_step(*beyond).expect == model::Expect::drop);
}

TEST_CASE("a set that is drawn in or out by one is noticed, whatever a later rule says of usual packets") {
    const auto policy_of = [](const std::string& ports) {
        return whole_policy(lan + "lan.prerouting: f\nFilter::IP f { Filter::TCP {\n if (tcp.dport in " + ports +
                            ") { accept }\n if (ip.saddr == 203.0.113.7) { accept }\n } drop }\n");
    };
    const auto made = generated(policy_of("80-90"));
    for (const auto* ports : {"79-90", "81-90", "80-89", "80-91"}) {
        INFO(ports);
        auto mutant = policy_of(ports);
        for (const auto& one : made.tests) mutant.tests.push_back(one.test);
        const auto report = harness::run_tests(mutant, harness::interp_backend(mutant));
        CHECK(report.failures.size() > 0);
    }
}

TEST_CASE("a Limit is spent by its own packet") {
    const auto appliance =
        whole_policy(wan + "wan.input: door\nLimit tries { rate: 1, per: minute, burst: 3 }\n"
                           "Filter::IP door {\n if (tries.exceeded) {\n reject }\n accept }\n");
    const auto made = generated(appliance);
    CHECK(made.untested.empty());
    const auto& test = first_in(made, appliance, 6);
    REQUIRE(test.test.steps.size() == 4);
    CHECK(last_step(test).expect == model::Expect::reject);
    CHECK(std::get<model::SendStep>(test.test.steps[2].is).expect == model::Expect::accept);
}

TEST_CASE("by which Iface a packet leaves follows from where it goes") {
    const auto appliance = whole_policy(wan + lan +
                                        "Gateway gw { connected: [wan, lan], forward: door }\n"
                                        "Filter::IP door {\n if (iface.out == lan) {\n accept }\n drop }\n");
    const auto made = generated(appliance);
    CHECK(made.untested.empty());
    const auto& test = first_in(made, appliance, 6);
    CHECK(std::holds_alternative<model::ForwardChain>(test.test.about));
    CHECK(last_step(test).expect == model::Expect::accept);
}

TEST_CASE("an Iface with DHCP gets a lease, which a comparison is about") {
    const auto appliance = whole_policy(
        "Iface up { index: 0, config: dhcp, prerouting: door }\n"
        "Filter::IP door {\n if (ip.daddr == up.address and ip.saddr != up.gateway) {\n accept }\n drop }\n");
    const auto made = generated(appliance);
    CHECK(made.untested.empty());
    const auto& test = first_in(made, appliance, 4);
    REQUIRE(test.test.leases.size() == 1);
    CHECK(last_step(test).expect == model::Expect::accept);
}

TEST_CASE("a translation shows in what leaves") {
    const auto appliance =
        whole_policy(wan + lan +
                     "Gateway gw { connected: [wan, lan], forward: all }\nFilter::IP all { accept }\n"
                     "wan.prerouting: to\nNat::TCP to { if (tcp.dport == 8080) {\n dnat(10.0.0.9, 80) } }\n");
    const auto made = generated(appliance);
    CHECK(made.untested.empty());
    const auto leaves_with = [](const GeneratedTest& test, model::Field field, model::Value value) {
        const auto& out = last_step(test).out;
        return out && std::ranges::any_of(out->packet.fields, [&](const auto& one) {
                   return one.field == field && one.value == value;
               });
    };
    const auto& translated = first_in(made, appliance, 7);
    CHECK(leaves_with(translated, model::Field::ip_daddr, 0x0a000009));
    CHECK(leaves_with(translated, model::Field::tcp_dport, 80));
    // What it leaves alone is a Test too.
    CHECK(std::ranges::any_of(made.tests, [](const auto& test) {
        return test.boundary == "tcp.dport 8081 is not in 8080" &&
               last_step(test).expect == model::Expect::next;
    }));
}

TEST_CASE("a verdict that its chain hides is tested in its function") {
    const auto appliance =
        whole_policy(wan + "wan.input: [first, last]\nFilter::IP first { if (ip.ttl > 9) {\n accept }\n"
                           " drop }\nFilter::IP last { drop }\n");
    const auto made = generated(appliance);
    CHECK(made.untested.empty());
    const auto& test = first_in(made, appliance, 4);
    CHECK(std::holds_alternative<model::FunctionId>(test.test.about));
    CHECK(last_step(test).expect == model::Expect::accept);
}

TEST_CASE("a condition that is never true, and what comes behind all, is unreachable") {
    const auto appliance = whole_policy(wan + "wan.input: door\nFilter::IP door { if (1 > 2) {\n drop }\n"
                                              "if (ip.ttl >= 0) {\n accept }\n drop }\n");
    const auto made = generated(appliance);
    CHECK(made.untested.size() == 2);
    for (const auto& [statement, why] : made.untested) CHECK(why == analysis::Untested::unreachable);
}

TEST_CASE("no more Tests than allowed, and verdicts come first") {
    const auto appliance =
        whole_policy(wan + "wan.input: door\nFilter::IP door { if (ip.ttl in 3 - 9) { accept } drop }\n");
    CHECK(generated(appliance).whole);
    const auto made = generated(appliance, {.tests_max = 2});
    CHECK_FALSE(made.whole);
    CHECK(made.untested.empty());
    CHECK(made.tests.size() == 2);
    CHECK(generated(appliance, {.tests_max = 1}).untested.begin()->second == analysis::Untested::left_out);
}

TEST_CASE("a Test sends packets that fit into a frame") {
    const auto appliance =
        whole_policy(wan + "wan.input: door\nFilter::IP door {\n if (ip.length > 1499) {\n drop }\n"
                           " if (ip.length == 1400) {\n accept }\n drop }\n");
    const auto made = generated(appliance);
    CHECK(made.untested.empty());
    for (const auto& test : made.tests) CHECK(last_step(test).packet.payload.value_or("").size() <= 1480);
    const auto larger =
        whole_policy(wan + "wan.input: door\nFilter::IP door { if (ip.length > 1500) { drop } accept }\n");
    REQUIRE(generated(larger).untested.size() == 1);
    CHECK(generated(larger).untested.begin()->second == analysis::Untested::unsaid);
}

TEST_CASE("what a statement logs is expected, too") {
    const auto appliance = whole_policy(wan + "wan.input: door\nFilter::IP door { if (ip.ttl > 9) {\n accept }\n"
                                              "log(\"ttl \", ip.ttl, \"\\n\") syslog(INFO, \"it \\\"drops\\\"\")\n drop }\n");
    const auto made = generated(appliance);
    CHECK_FALSE(last_step(first_in(made, appliance, 4)).log.has_value());
    const auto& logged = last_step(first_in(made, appliance, 6)).log;
    REQUIRE(logged.has_value());
    REQUIRE(logged->size() == 2);
    CHECK(logged->front().starts_with("ttl "));
    CHECK(logged->back() == "it \"drops\"");
}
