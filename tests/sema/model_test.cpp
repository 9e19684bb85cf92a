// What policies become: the model that everything else executes.
#include "compiler/sema/load.hpp"
#include "compiler/syntax/render.hpp"

#include <catch2/catch.hpp>

namespace {

model::Appliance model_of(const std::string& text) {
    auto loaded = sema::load_text("policy.nacl", text);
    std::string messages;
    for (const auto& diagnostic : loaded.diagnostics)
        messages += syntax::render_text(diagnostic, loaded.sources);
    INFO(messages);
    REQUIRE(loaded.appliance);
    return std::move(*loaded.appliance);
}

const std::string on_chain = "Iface eth0 { index: 0, prerouting: f }\n";

/// The condition of the first `if` of a function that begins with one.
struct FirstCondition {
    model::Appliance appliance;
    const model::Condition& operator*() const {
        return std::get<model::Branch>(appliance.functions.at(0).body.at(0).is).condition;
    }
    const model::Test& test() const { return std::get<model::Test>((**this).is); }
    const model::Set& set() const { return appliance.sets.at(test().set); }
};

FirstCondition condition(const std::string& expression, const std::string& rest = "") {
    return {model_of(on_chain + "Filter::IP f { if (" + expression + ") { drop } accept }\n" + rest)};
}

FirstCondition tcp_condition(const std::string& expression, const std::string& rest = "") {
    return {model_of(on_chain + "Filter::TCP t { if (" + expression +
                     ") { drop } }\nFilter::IP f { t accept }\n" + rest)};
}

bool folded(const std::string& expression, const std::string& rest = "") {
    return std::get<model::Constant>((*condition(expression, rest)).is).value;
}

using Intervals = std::vector<model::Interval>;
constexpr model::Value top = 0xffffffff;

} // namespace

TEST_CASE("comparisons become sets of the field's values") {
    CHECK(condition("ip.ttl == 5").set().values.intervals() == Intervals{{5, 5}});
    CHECK(condition("ip.ttl != 5").set().values.intervals() == Intervals{{0, 4}, {6, 255}});
    CHECK(condition("ip.ttl < 5").set().values.intervals() == Intervals{{0, 4}});
    CHECK(condition("ip.ttl < 0").set().values.empty());
    CHECK(condition("ip.ttl <= 5").set().values.intervals() == Intervals{{0, 5}});
    CHECK(condition("ip.ttl > 5").set().values.intervals() == Intervals{{6, 255}});
    CHECK(condition("ip.ttl >= 0").set().values.intervals() == Intervals{{0, 255}});
    CHECK(condition("5 < ip.ttl").set().values.intervals() == Intervals{{6, 255}});
    CHECK(condition("10.0.0.1 >= ip.saddr").set().values.intervals() == Intervals{{0, 0x0a000001}});
    CHECK(condition("ip.saddr > 255.255.255.255").set().values.empty());
    CHECK(condition("ip.saddr in 0.0.0.0/0").set().values.intervals() == Intervals{{0, top}});
}

TEST_CASE("there are at most 250 Ifaces on 16 NICs") {
    const auto said = [](int ifaces) {
        std::string text;
        for (int i = 0; i < ifaces; ++i)
            text += "Iface e" + std::to_string(i) + " { index: " + std::to_string(i % 16) +
                    ", vlan: " + std::to_string(i + 1) + ", config: dhcp }\n";
        return sema::load_text("policy.nacl", text).diagnostics;
    };
    CHECK(said(250).empty());
    const auto errors = said(260);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].kind == syntax::Kind::too_many_ifaces);
    CHECK(errors[0].span.begin.line == 251);
}

TEST_CASE("networks are masked and ranges hold both ends") {
    CHECK(condition("ip.saddr in 143.23.5.12/24").set().values.intervals() ==
          Intervals{{0x8f170500, 0x8f1705ff}});
    CHECK(condition("ip.saddr in [126.21.28.44 - 126.21.29.10]").set().values.intervals() ==
          Intervals{{0x7e151c2c, 0x7e151d0a}});
    CHECK(condition("ip.saddr in 10.0.0.1/32").set().values.intervals() ==
          Intervals{{0x0a000001, 0x0a000001}});
}

TEST_CASE("sets are flattened through names, lists and objects, members by assignment included") {
    const auto c =
        tcp_condition("tcp.dport in ports",
                      "ports: [web, [22, x.a], other]\nweb: http\nother: { p: 1000-1002, q: { r: 443 } }\n"
                      "other.s: 9\nx: { a: 7 }\n");
    CHECK(c.set().values.intervals() ==
          Intervals{{7, 7}, {9, 9}, {22, 22}, {80, 80}, {443, 443}, {1000, 1002}});
    CHECK(c.set().name == "ports");
}

TEST_CASE("an element shadows a constant of the language") {
    const auto loaded =
        sema::load_text("p.nacl", on_chain + "http: 8080\nFilter::TCP t { if (tcp.dport == http) { drop } }\n"
                                             "Filter::IP f { t accept }\n");
    REQUIRE(loaded.appliance);
    CHECK(loaded.appliance->sets.at(0).values.contains(8080));
    CHECK_FALSE(loaded.appliance->sets.at(0).values.contains(80));
}

TEST_CASE("flags are compared all together, or tested one by one") {
    CHECK(tcp_condition("tcp.flags == [syn, ack]").set().values.intervals() == Intervals{{18, 18}});
    CHECK(tcp_condition("tcp.flags == syn").set().values.intervals() == Intervals{{2, 2}});
    CHECK(tcp_condition("tcp.flags != [syn]").set().values.intervals() == Intervals{{0, 1}, {3, 511}});
    const auto one = tcp_condition("ns in tcp.flags");
    CHECK(one.test().mask == 256);
    CHECK(one.set().values.intervals() == Intervals{{256, 256}});
    CHECK(tcp_condition("tcp.flags in [[syn, ack], rst]").set().values.intervals() ==
          Intervals{{4, 4}, {18, 18}});
    CHECK(tcp_condition("tcp.flags in [both, rst]", "both: [syn, ack]").set().values.intervals() ==
          Intervals{{4, 4}, {18, 18}});
    CHECK(tcp_condition("tcp.flags in both", "both: [syn, ack]").set().values.intervals() ==
          Intervals{{2, 2}, {16, 16}});
    CHECK(tcp_condition("tcp.flags in [[]]").set().values.intervals() == Intervals{{0, 0}});
    CHECK(tcp_condition("tcp.flags in 1-3").set().values.intervals() == Intervals{{1, 3}});
    CHECK(tcp_condition("tcp.flags in [fin, rst]").set().values.intervals() == Intervals{{1, 1}, {4, 4}});
}

TEST_CASE("and binds tighter than or, not binds one unit") {
    const auto c = condition("ip.ttl == 1 or ip.ttl == 2 and not ip.saddr in [10.0.0.1] and ip.id == 3");
    const auto& any = std::get<model::Any>((*c).is);
    REQUIRE(any.operands.size() == 2);
    const auto& all = std::get<model::All>(any.operands.at(1).is);
    REQUIRE(all.operands.size() == 3);
    CHECK(std::holds_alternative<model::Not>(all.operands.at(1).is));
    CHECK(std::holds_alternative<model::Test>(all.operands.at(2).is));
}

TEST_CASE("comparisons between constants are decided when compiled") {
    CHECK(folded("80 == http"));
    CHECK_FALSE(folded("80 != http"));
    CHECK(folded("10.0.0.9 < 10.0.0.10"));
    CHECK(folded("\"a\" == \"a\""));
    CHECK(folded("1.5 < 2.5"));
    CHECK(folded("5 in [1-4, 5]"));
    CHECK_FALSE(folded("10.0.1.1 in [10.0.0.0/24]"));
    CHECK(folded("yes", "yes: alias\nalias: true\n"));
    CHECK_FALSE(folded("(-5) in [(-4)-5]"));
}

TEST_CASE("two fields are compared with each other") {
    const auto c = condition("ip.saddr != ip.daddr");
    const auto& compare = std::get<model::Compare>((*c).is);
    CHECK(compare.left == model::Field::ip_saddr);
    CHECK(compare.relation == model::Relation::not_equal);
    CHECK(compare.right == model::Field::ip_daddr);
}

TEST_CASE("functions keep the shape of the source") {
    const auto appliance = model_of(on_chain + R"(
Filter::IP f {
    log("a ", ip.saddr)
    syslog(Warning, "b")
    Filter::TCP { t drop }
    if (ip.ttl == 1) { accept } else if (ip.ttl == 2) { drop } else { reject }
}
Filter::TCP t { if (tcp.dport == 80) { accept } }
)");
    const auto& body = appliance.functions.at(0).body;
    REQUIRE(body.size() == 4);
    CHECK_FALSE(std::get<model::Log>(body[0].is).severity);
    CHECK(std::get<model::Field>(std::get<model::Log>(body[0].is).parts.at(1)) == model::Field::ip_saddr);
    CHECK(std::get<model::Log>(body[1].is).severity == 4);
    const auto& enter = std::get<model::Enter>(body[2].is);
    CHECK(enter.layer == model::Layer::tcp);
    CHECK(std::get<model::Call>(enter.body.at(0).is).function == 1);
    const auto& branch = std::get<model::Branch>(body[3].is);
    CHECK(std::holds_alternative<model::Branch>(branch.otherwise.at(0).is));
    REQUIRE(appliance.statements.size() == 5);
    CHECK(appliance.statements[3].action == model::Action::reject);
    CHECK(body[2].place.line == 6);
    CHECK(body[2].place.column == 5);
}

TEST_CASE("objects, assignments and names give the same Iface") {
    const auto appliance = model_of(R"(
eth0.netmask: mask
mask: 255.255.255.0
Iface eth0 { INDEX: nic, Address: 10.0.0.5 }
nic: 3
eth0.gateway: 10.0.0.1
Iface lan { index: "c0:01:0a:00:00:2a", config: static }
)");
    const auto& iface = appliance.ifaces.at(0);
    CHECK(std::get<std::uint32_t>(iface.nic) == 3);
    REQUIRE(iface.ipv4);
    CHECK(iface.ipv4->address == 0x0a000005);
    CHECK(iface.ipv4->network.address == 0x0a000000);
    CHECK(iface.ipv4->gateway == 0x0a000001);
    CHECK(std::get<model::Mac>(appliance.ifaces.at(1).nic) == model::Mac{0xc0, 0x01, 0x0a, 0x00, 0x00, 0x2a});
    CHECK_FALSE(appliance.ifaces.at(1).ipv4);
}

TEST_CASE("routes keep the order of the source, whichever way they are written") {
    const std::string ifaces =
        "Iface a { index: 0, address: 10.0.0.1, netmask: 255.0.0.0 }\n"
        "Iface b { index: 1, address: 11.0.0.1, netmask: 255.0.0.0 }\nFilter::IP f { accept }\n";
    const auto object = model_of(
        ifaces +
        "Gateway g { z: { net: 0.0.0.0, netmask: 0.0.0.0, iface: a, nexthop: 10.0.0.9 },\n"
        "connected: [b, a], y: { host: 12.0.0.7, netmask: 255.255.255.255, iface: b, cost: 4 },\n"
        "forward: f, send_time_exceeded: false }\ng.x: { net: 13.1.0.0, netmask: 255.255.0.0, iface: a }\n");
    REQUIRE(object.gateway);
    const auto& routes = object.gateway->routes;
    REQUIRE(routes.size() == 5);
    CHECK(routes[0].name == "z");
    CHECK(routes[0].nexthop == 0x0a000009);
    CHECK(routes[1].iface == 1);
    CHECK(routes[1].destination.address == 0x0b000000);
    CHECK(routes[3].destination.length == 32);
    CHECK(routes[3].cost == 4);
    CHECK(routes[4].name == "x");
    CHECK_FALSE(object.gateway->send_time_exceeded);
    const auto list =
        sema::load_text("p.nacl", ifaces + "Gateway g [ { net: 12.0.0.0, netmask: 255.0.0.0, iface: b } ]\n");
    REQUIRE(list.appliance);
    CHECK(list.appliance->gateway->routes.at(0).destination.address == 0x0c000000);
}

TEST_CASE("conntrack keeps the defaults of what is not set") {
    const auto set =
        model_of("times: { tcp: 5 }\nConntrack c { limit: 100, timeout: { established: times } }\n"
                 "c.drop_invalid: false\nc.timeout.confirmed: { udp: 7 }\nc.timeout.established.icmp: 9\n")
            .conntrack;
    CHECK(set.limit == 100);
    CHECK_FALSE(set.drop_invalid);
    CHECK(set.established.tcp == 5);
    CHECK(set.established.udp == 300);
    CHECK(set.established.icmp == 9);
    CHECK(set.confirmed.udp == 7);
    CHECK(set.unconfirmed.tcp == 10);
    CHECK(model_of("Conntrack c { limit: 0 }\n").conntrack.limit == 65536);
    // Where TCP is followed it has times of its own, unless the policy says them.
    CHECK(set.tcp.established == 5);
    CHECK(set.tcp.syn_sent == 120);
    const auto unset = model_of("Conntrack c { stateful_tcp: true, timeout: { unconfirmed: { tcp: 4 } } }\n").conntrack;
    CHECK(unset.tcp.established == 86400);
    CHECK(unset.tcp.syn_sent == 4);
    CHECK(unset.tcp.syn_recv == 4);
}

TEST_CASE("a Test becomes steps") {
    const auto appliance = model_of(R"(
Iface eth0 { index: 0, address: 10.0.0.1, netmask: 255.0.0.0 }
server: 10.0.0.7
Test t {
    steps: [
        {
            iface: eth0, packet: { ip: { saddr: server, daddr: 10.0.0.1, protocol: 47 } },
            expect: drop, reason: ct_invalid
        },
        { wait: 31 },
        {
            iface: eth0, packet: { tcp: { flags: [syn, ack], dport: http, sport: 0x10 }, payload: "a\x00b",
                                   ip: { dont-fragment: false, more-fragments: true } },
            expect: reject, out: { iface: eth0, udp: { } }, log: "one"
        }
    ]
}
Test single { iface: eth0, packet: { icmp: { type: echo-request, code: 1 } }, expect: accept, log: [] }
)");
    REQUIRE(appliance.tests.size() == 2);
    const auto& steps = appliance.tests[0].steps;
    REQUIRE(steps.size() == 3);
    const auto& first = std::get<model::SendStep>(steps[0].is);
    CHECK(first.reason == model::Reason::ct_invalid);
    CHECK_FALSE(first.packet.transport);
    REQUIRE(first.packet.fields.size() == 3);
    CHECK(first.packet.fields[0].value == 0x0a000007);
    CHECK_FALSE(first.log);
    CHECK(std::get<model::WaitStep>(steps[1].is).seconds == 31);
    const auto& last = std::get<model::SendStep>(steps[2].is);
    CHECK(last.expect == model::Expect::reject);
    CHECK(last.packet.transport == model::Layer::tcp);
    CHECK(last.packet.fields[0].value == 18);
    CHECK(last.packet.payload == std::string("a\0b", 3));
    CHECK(last.packet.dont_fragment == false);
    CHECK(last.packet.more_fragments == true);
    CHECK_FALSE(first.packet.dont_fragment);
    REQUIRE(last.out);
    CHECK(last.out->packet.transport == model::Layer::udp);
    CHECK(last.log == std::vector<std::string>{"one"});
    CHECK(std::get<model::SendStep>(appliance.tests[1].steps.at(0).is).log == std::vector<std::string>{});
}

TEST_CASE("the order of declarations means nothing") {
    const std::string a = "Filter::IP f { if (ip.saddr in l) { drop } g }\n", b = "Filter::IP g { accept }\n",
                      c = "l: [x, 10.0.0.2]\n", d = "x: 10.0.0.1\n";
    const auto forward = model_of(on_chain + a + b + c + d), backward = model_of(d + c + b + a + on_chain);
    CHECK(forward.sets.at(0).values == backward.sets.at(0).values);
    CHECK(forward.functions.size() == backward.functions.size());
    CHECK(backward.functions.at(backward.ifaces.at(0).chain(model::Hook::prerouting).at(0)).name == "f");
}

TEST_CASE("a Limit has a bucket for each value of its key") {
    const auto policy = model_of(on_chain + "Limit tries { rate: 10, per: minute, burst: 20, key: ip.saddr, size: 64 }\n"
                                            "Limit all { RATE: 7, Per: HOUR }\n"
                                            "Filter::IP f { if (tries.exceeded or all.exceeded) { drop } accept }\n");
    REQUIRE(policy.limits.size() == 2);
    const auto& tries = policy.limits[0];
    CHECK((tries.rate == 10 && tries.period_s == 60 && tries.burst == 20 && tries.size == 64));
    CHECK(tries.key == model::Field::ip_saddr);
    const auto& all = policy.limits[1];
    CHECK((all.rate == 7 && all.period_s == 3600 && all.burst == 7 && all.size == 4096 && !all.key));
    const auto& condition = std::get<model::Branch>(policy.functions[0].body[0].is).condition;
    const auto& operands = std::get<model::Any>(condition.is).operands;
    CHECK(std::get<model::Exceeded>(operands.at(0).is).limit == 0);
    CHECK(std::get<model::Exceeded>(operands.at(1).is).limit == 1);
}

TEST_CASE("leased addresses are read when the appliance runs, fixed ones when it is built") {
    const std::string f = "Iface eth0 { index: 0, prerouting: f, address: 10.0.0.1, netmask: 255.0.0.0 }\n"
                          "Iface up { index: 1, config: dhcp-with-fallback, address: 10.9.0.1, netmask: 255.255.0.0 }\n"
                          "mine: up.Gateway\n"
                          "Filter::IP f { if (ip.daddr == eth0.address or mine > ip.saddr) { drop } accept }\n";
    const auto policy = model_of(f);
    const auto& operands =
        std::get<model::Any>(std::get<model::Branch>(policy.functions[0].body[0].is).condition.is).operands;
    CHECK(std::holds_alternative<model::Test>(operands.at(0).is));
    const auto& leased = std::get<model::CompareLease>(operands.at(1).is);
    CHECK((leased.field == model::Field::ip_saddr && leased.relation == model::Relation::less));
    CHECK((leased.iface == 1 && leased.member == model::Ipv4Member::gateway));
}

TEST_CASE("Asserts are about a chain or a path, and their verdicts are kept apart") {
    const auto policy = model_of(on_chain + "Iface eth1 { index: 1 }\nGateway g { }\nFilter::IP f { accept }\n"
                                            "Assert::TCP a(eth0.prerouting) { if (tcp.dport == ssh) { drop } }\n"
                                            "Assert::IP b(eth0 -> eth1) { f }\n"
                                            "Assert::IP c(g.forward) { Filter::UDP { reject } }\n");
    CHECK(policy.statements.size() == 1);
    REQUIRE(policy.claims.size() == 2);
    REQUIRE(policy.asserts.size() == 3);
    CHECK(policy.asserts[0].layer == model::Layer::tcp);
    const auto& chain = std::get<model::IfaceChain>(policy.asserts[0].about);
    CHECK((chain.iface == 0 && chain.hook == model::Hook::prerouting));
    const auto& branch = std::get<model::Branch>(policy.asserts[0].body.at(0).is);
    CHECK(std::get<model::Verdict>(branch.then.at(0).is).statement == policy.statements.size());
    const auto& path = std::get<model::Assert::Path>(policy.asserts[1].about);
    CHECK((path.from == 0 && path.to == 1));
    CHECK(std::holds_alternative<model::ForwardChain>(policy.asserts[2].about));
}

TEST_CASE("a Test may be about one chain or function, and its packets about their frames") {
    const auto policy = model_of(on_chain + "Iface up { index: 1, config: dhcp }\nFilter::IP f { accept }\n"
                                            "Test a { chain: eth0.prerouting, state: established, packet: { vlan: 7, "
                                            "eth: { saddr: \"c0:01:0a:00:00:2a\" }, options: \"\\x01\" }, expect: drop }\n"
                                            "Test b { function: f, packet: {}, expect: next }\n"
                                            "Test c { lease: { address: 10.7.0.9, netmask: 255.255.0.0 }, steps: ["
                                            "{ iface: up, packet: { vlan: { id: 8 } }, expect: drop }] }\n");
    REQUIRE(policy.tests.size() == 3);
    CHECK(std::holds_alternative<model::IfaceChain>(policy.tests[0].about));
    const auto& step = std::get<model::SendStep>(policy.tests[0].steps.at(0).is);
    CHECK((step.state == model::State::established && !step.iface));
    CHECK(step.packet.options == std::string("\x01\0\0\0", 4));
    REQUIRE(step.packet.fields.size() == 2);
    CHECK(step.packet.fields[0].value == 0xc0010a00002a);
    CHECK((step.packet.fields[1].field == model::Field::vlan_id && step.packet.fields[1].value == 7));
    CHECK(std::get<model::FunctionId>(policy.tests[1].about) == 0);
    CHECK(std::get<model::SendStep>(policy.tests[1].steps.at(0).is).expect == model::Expect::next);
    REQUIRE(policy.tests[2].leases.size() == 1);
    const auto& lease = policy.tests[2].leases[0];
    CHECK((lease.iface == 1 && lease.config.address == 0x0a070009 && lease.config.network.length == 16));
}

TEST_CASE("the services keep what is said of them") {
    const auto policy = model_of(
        "Iface eth0 { index: 0 }\nSyslog s { address: 10.0.0.5, port: 5140 }\n"
        "Timer t { interval: 30, data: [cpu, stats, cpu] }\n"
        "Load_balancer lb { layer: tcp, clients: { iface: eth0, port: http, session_limit: 50 }, "
        "servers: { iface: eth0, algorithm: round_robin, pool: [{ address: 10.0.0.7, port: 8080 }] } }\n");
    REQUIRE(policy.syslog);
    CHECK((policy.syslog->address == 0x0a000005 && policy.syslog->port == 5140));
    REQUIRE(policy.timers.size() == 1);
    CHECK(policy.timers[0].interval_s == 30);
    CHECK(policy.timers[0].data == std::vector{model::TimerData::stats, model::TimerData::cpu});
    REQUIRE(policy.load_balancer);
    CHECK((policy.load_balancer->port == 80 && policy.load_balancer->session_limit == 50));
    CHECK(policy.load_balancer->wait_queue_limit == 1000);
    REQUIRE(policy.load_balancer->pool.size() == 1);
    CHECK(policy.load_balancer->pool[0].port == 8080);
}
