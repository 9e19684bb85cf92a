// Functions on chains: what decides, what is logged, what an invalid packet meets.
#include "compiler/eval/chains.hpp"

#include "tests/eval/frames.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace frames;
using namespace eval::tcp_flag;
using model::Reason;
using sample::ip;

Bytes segment(std::uint16_t dport, unsigned flags, const Ends& ends = {}) {
    return ipv4(ends, eval::tcp, tcp(ends, 40000, dport, flags), outside_mac);
}

std::vector<model::Action> actions(const Bench& bench, const eval::Result& result) {
    std::vector<model::Action> all;
    for (const auto id : result.decided) all.push_back(bench.appliance.statements.at(id).action);
    return all;
}

} // namespace

TEST_CASE("each chain's deciding statement is told, in order") {
    Bench bench(sample::bastion().appliance);
    const auto result = bench.outside(segment(80, syn));
    CHECK(sent(result));
    using enum model::Action;
    CHECK(actions(bench, result) == std::vector{accept, accept, accept}); // guard, services, leaving
    CHECK(dropped_by(bench.outside(segment(80, syn, {ip(10, 55, 66, 1), sample::server})), Reason::filter));
}

TEST_CASE("reject is answered and logged before") {
    Bench bench(sample::bastion().appliance);
    const auto result = bench.outside(segment(8001, syn | 0x100));
    CHECK(dropped_by(result, Reason::reject));
    CHECK(texts(result) == std::vector<std::string>{"late 10.55.1.1:40000 syn,ns"});
    REQUIRE(result.out.size() == 1);
    CHECK(result.out[0].nic == 0);
    CHECK(result.out[0].bytes[47] == (rst | ack));
}

TEST_CASE("a called function that falls through comes back to its caller") {
    Bench bench(sample::bastion().appliance);
    const auto result = bench.outside(segment(9999, syn));
    CHECK(dropped_by(result, Reason::filter));
    CHECK(texts(result) == std::vector<std::string>{"dropped 6 new"});
}

TEST_CASE("an invalid packet meets no function unless the policy wants it") {
    auto policy = sample::bastion().appliance;
    const Bytes unasked = ipv4({}, eval::icmp, icmp(0, 5), outside_mac);
    CHECK(dropped_by(Bench(policy).outside(unasked), Reason::ct_invalid));
    policy.conntrack.drop_invalid = false;
    Bench lenient(policy);
    const auto result = lenient.outside(unasked);
    CHECK(dropped_by(result, Reason::filter));
    CHECK(result.decided.size() == 2);
}

TEST_CASE("a reply to a dropped packet finds no state") {
    Bench bench(sample::bastion().appliance);
    const Ends back = Ends{}.back();
    bench.outside(segment(9999, syn));
    // From inside it is let out as a flow of its own, in whose reply direction the outside then is.
    const auto reply = bench.inside(ipv4(back, eval::tcp, tcp(back, 9999, 40000, syn | ack), inside_mac));
    CHECK(sent(reply));
    CHECK(sent(bench.outside(segment(9999, ack))));
}

TEST_CASE("a reply made here can be stopped, which does not undo the delivery") {
    Bench bench(sample::bastion().appliance);
    const Ends ends{ip(10, 55, 0, 9), sample::outside_address};
    const auto result = bench.outside(ipv4(ends, eval::icmp, icmp(8, 1), outside_mac));
    CHECK(result.fate == eval::Fate::delivered);
    CHECK(result.drops == std::vector{Reason::filter});
    CHECK(result.out.empty());
    CHECK(bench.machine.counters().balanced());
}

TEST_CASE("a fragment is no packet of a protocol's body") {
    auto policy = sample::bastion();
    Bytes fragment = segment(80, syn);
    put16(fragment, 20, 0x2000);
    const Bytes packet = datagram(fragment);
    const eval::Datagram view(packet);
    std::vector<eval::LogText> logs;
    eval::Limits limits(policy.appliance.limits);
    CHECK_FALSE(eval::run_function(policy.appliance, 0, {view}, {logs, limits})); // services
}

TEST_CASE("values are logged by name") {
    using enum model::Field;
    CHECK(eval::show(ip_saddr, ip(255, 0, 10, 1)) == "255.0.10.1");
    CHECK(eval::show(ct_state, 2) == "related");
    CHECK(eval::show(tcp_flags, 0x1ff) == "fin,syn,rst,psh,ack,urg,ece,cwr,ns");
    CHECK(eval::show(tcp_flags, 0) == "none");
    CHECK(eval::show(ip_options, 1) == "true");
    CHECK(eval::show(tcp_sequence, 0xffffffff) == "4294967295");
}
