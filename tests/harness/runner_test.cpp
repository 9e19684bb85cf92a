// Tests of a policy, run: what passes, and what a failure says.
#include "harness/runner.hpp"

#include "harness/coverage.hpp"
#include "tests/eval/sample.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace harness;
using enum model::Field;
using model::Expect;
using model::Reason;
using model::SendStep;

const model::Place test_place{0, 90, 1}, step_place{0, 91, 9};

SendStep to_server(std::uint16_t port, Expect expect) {
    SendStep step;
    step.iface = sample::outside;
    step.packet = {{{ip_saddr, sample::ip(10, 55, 1, 1)}, {ip_daddr, sample::server}, {tcp_dport, port}},
                   model::Layer::tcp,
                   {}};
    step.expect = expect;
    return step;
}

SendStep from_server(std::uint16_t port, unsigned flags, Expect expect) {
    SendStep step;
    step.iface = sample::inside;
    step.packet = {{{ip_saddr, sample::server},
                    {ip_daddr, sample::ip(10, 55, 1, 1)},
                    {tcp_sport, port},
                    {tcp_dport, 49152},
                    {tcp_flags, flags}},
                   model::Layer::tcp,
                   {}};
    step.expect = expect;
    return step;
}

/// Runs one Test of these steps; its failure's text, or "".
std::string run(std::vector<std::variant<SendStep, model::WaitStep>> steps) {
    auto policy = sample::bastion().appliance;
    model::Scenario test{"it", test_place, {}};
    for (auto& step : steps) test.steps.push_back({std::move(step), step_place});
    policy.tests = {test};
    const auto report = run_tests(policy, interp_backend(policy));
    CHECK(report.tests == 1);
    return report.failures.empty() ? "" : describe(policy, report.failures[0]);
}

} // namespace

TEST_CASE("numbers of a conversation go through translation") {
    auto p = sample::router();
    p.put(sample::outside, model::Hook::prerouting, {p.nat("forward", {p.dnat(sample::server, 8000)}, model::Layer::tcp)});
    auto there = to_server(80, Expect::accept);
    there.packet.fields[1].value = sample::outside_address;
    auto back = from_server(8000, 0x12, Expect::accept);
    back.out = model::OutSpec{sample::outside, {{{tcp_sport, 80}, {tcp_sequence, 5000}, {tcp_ackseq, 1001}}, {}, {}}};
    auto on = there;
    on.packet.fields.push_back({tcp_flags, 0x10});
    on.out = model::OutSpec{sample::inside, {{{tcp_dport, 8000}, {tcp_sequence, 1001}, {tcp_ackseq, 5001}}, {}, {}}};
    p.appliance.tests = {{"it", test_place, {{there, step_place}, {back, step_place}, {on, step_place}}}};
    const auto report = run_tests(p.appliance, interp_backend(p.appliance));
    CHECK(report.failures.empty());
    for (const auto& failure : report.failures) UNSCOPED_INFO(failure.text);
}

TEST_CASE("steps that come true pass") {
    auto out = to_server(80, Expect::accept);
    out.out = model::OutSpec{sample::inside, {{{ip_ttl, 63}, {tcp_dport, 80}}, model::Layer::tcp, {}}};
    auto rejected = to_server(8001, Expect::reject);
    rejected.log = {"late 10.55.1.1:49152 syn"};
    rejected.out = model::OutSpec{sample::outside, {{{tcp_flags, 0x14}}, {}, {}}};
    auto dropped = to_server(9999, Expect::drop);
    dropped.reason = Reason::filter;
    CHECK(run({out, from_server(80, 0x12, Expect::accept), rejected, dropped}) == "");
}

TEST_CASE("a chain is not asked about what it never sees") {
    auto policy = sample::bastion().appliance;
    model::Scenario test{"it", test_place, {}};
    test.about = model::ForwardChain{};
    auto fragment = to_server(80, Expect::accept);
    fragment.packet.fields.push_back({ip_frag_off, 8});
    test.steps = {{fragment, step_place}};
    policy.tests = {test};
    const auto report = run_tests(policy, interp_backend(policy));
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].text ==
          "interp broke: no chain or function sees a fragment: the datagram is put together before");
}

TEST_CASE("a wait moves the clock") {
    auto late = from_server(80, 0x12, Expect::accept);
    // Ten seconds later the handshake is forgotten: the guest's answer is let out as a flow of its own, and
    // the next segment from outside is a reply to that.
    CHECK(run({to_server(80, Expect::accept), model::WaitStep{11}, late}) == "");
    CHECK(run({model::WaitStep{100'000}, to_server(80, Expect::accept)}) == "");
}

TEST_CASE("a failure says what was expected, and what was seen") {
    const auto closed = run({to_server(9999, Expect::accept)});
    CHECK(closed.starts_with(
        "bastion.nacl:91:9: Test it failed: expected accept\n  on interp the packet was dropped "
        "(filter), decided by bastion.nacl:"));
    CHECK(closed.find("log: \"dropped 6 new\"") != std::string::npos);
    CHECK(closed.find("the packet: tcp 10.55.") != std::string::npos);
    CHECK(run({to_server(80, Expect::drop)}).find("expected drop\n  on interp the packet was sent on") !=
          std::string::npos);
    CHECK(run({to_server(8001, Expect::drop)})
              .find("expected drop\n  on interp the packet was rejected") != std::string::npos);
}

TEST_CASE("reasons, frames and texts are compared") {
    auto step = to_server(9999, Expect::drop);
    step.reason = Reason::ttl;
    CHECK(run({step}).find("expected reason ttl\n") != std::string::npos);

    step = to_server(80, Expect::accept);
    step.out = model::OutSpec{sample::outside, {}};
    CHECK(run({step}).find(", not by outside") != std::string::npos);
    step.out = model::OutSpec{{}, {{{ip_ttl, 64}}, {}, {}}};
    CHECK(run({step}).find("ip.ttl is 63, not 64") != std::string::npos);
    step = to_server(9999, Expect::drop);
    step.out = model::OutSpec{};
    CHECK(run({step}).find("a frame to leave, but none did") != std::string::npos);

    step = to_server(9999, Expect::drop);
    step.log = {"dropped 6 new\n"};
    CHECK(run({step}) == "");
    step.log = {"dropped 17 new"};
    CHECK(run({step}).find("expected the log text \"dropped 17 new\"") != std::string::npos);
    CHECK(run({step}).find("whole texts") == std::string::npos);
    step.log = {"dropped\n"};
    CHECK(run({step}).find("expected the log text \"dropped\" and nothing else in the text") != std::string::npos);
    step.log = {"two\nlines"};
    CHECK(run({step}).find("expected the log text \"two\\nlines\"\n") != std::string::npos);
    step.log = std::vector<std::string>{};
    CHECK(run({step}).find("expected nothing to be logged") != std::string::npos);
}

TEST_CASE("a frame leaves by the Iface whose tag it has") {
    auto p = sample::router();
    p.iface("other", sample::config(sample::ip(10, 9, 0, 1), 16));
    for (const auto iface : {sample::inside, model::IfaceId{2}}) {
        p.appliance.ifaces[iface].nic = 7u;
        p.appliance.ifaces[iface].vlan = static_cast<std::uint16_t>(10 + iface);
    }
    for (const auto& [iface, passes] : {std::pair{sample::inside, true}, {model::IfaceId{2}, false}}) {
        auto step = to_server(80, Expect::accept);
        step.out = model::OutSpec{.iface = iface, .packet = {}};
        p.appliance.tests = {model::Scenario{"it", test_place, {{step, step_place}}}};
        const auto report = run_tests(p.appliance, interp_backend(p.appliance));
        CHECK(report.failures.empty() == passes);
        if (!passes) CHECK(report.failures.at(0).text.find(", not by other") != std::string::npos);
    }
}

TEST_CASE("each Test starts anew, and coverage tells what none reached") {
    auto policy = sample::bastion().appliance;
    policy.tests = {{"first", test_place, {{to_server(80, Expect::accept), step_place}}},
                    {"second", test_place, {{to_server(9999, Expect::drop), step_place}}}};
    const auto report = run_tests(policy, interp_backend(policy));
    CHECK(report.passed() == 2);
    const auto all = statements_on_chains(policy);
    CHECK(all.size() == policy.statements.size());
    const auto missing = not_reached(policy, report.reached);
    CHECK(report.reached.size() == 4); // guard, services, leaving; the last drop
    CHECK(missing.size() == all.size() - report.reached.size());
}

TEST_CASE("a backend that breaks fails the Test") {
    const auto policy = sample::bastion().appliance;
    Backend broken = interp_backend(policy);
    broken.name = "broken";
    broken.receive = [](NicId, View) -> Outcome { throw Error("it does not answer"); };
    std::set<model::StatementId> reached;
    const model::Scenario test{"it", test_place, {{to_server(80, Expect::accept), step_place}}};
    const auto failure = run_test(policy, broken, test, reached);
    REQUIRE(failure);
    CHECK(failure->place == step_place);
    CHECK(failure->text == "broken broke: it does not answer");
}
