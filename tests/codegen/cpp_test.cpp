// The generated text: readable, every verdict with its line, and only what the policy uses.
#include "codegen/cpp.hpp"
#include "codegen/json.hpp"

#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

namespace {

model::Appliance policy(const std::string& text) {
    auto loaded = sema::load_text("p.nacl", text);
    for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    return *loaded.appliance;
}

const std::string ifaces = R"(Iface a { index: 0, address: 10.0.0.1, netmask: 255.255.255.0 }
Iface b { index: 1, address: 10.0.1.1, netmask: 255.255.255.0 }
)";

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

} // namespace

TEST_CASE("a verdict names its source line") {
    const auto p = policy(ifaces + "a.input: f\nFilter::IP f {\n  if (ip.saddr == 10.0.0.9) { accept }\n  drop\n}\n");
    const auto text = codegen::cpp(p);
    CHECK(has(text, "if (field::ip_saddr(packet) == 0x0a000009 /* 10.0.0.9 */) {\n"));
    CHECK(has(codegen::cpp(p, codegen::Translation::plain),
              "if (field::ip_saddr(packet) == 0x0a000009 /* 10.0.0.9 */) { // p.nacl:5\n"));
    CHECK(has(text, "return Verdict{0}; // accept: p.nacl:5"));
    CHECK(has(text, "return Verdict{1}; // drop: p.nacl:6"));
}

TEST_CASE("stages, memory and functions that a policy does without are not there") {
    const auto router = codegen::cpp(policy(ifaces + "Gateway g { connected: [a, b] }\nFilter::IP unused { drop }\n"));
    for (const auto* absent : {"stage::track", "stage::prerouting", "stage::forward", "stage::confirm", "unused_"})
        CHECK_FALSE(has(router, absent));
    CHECK(has(router, "std::array<Flow, 0> flows;"));
    const auto filter = codegen::cpp(policy(ifaces + "a.prerouting: f\nFilter::IP f { drop }\n"));
    CHECK(has(filter, "stage::track,\n    stage::prerouting,\n    stage::local,"));
    CHECK(has(filter, "std::array<Flow, 65536> flows;"));
}

TEST_CASE("a Nat says what it translates to, and where that stands") {
    const auto text = codegen::cpp(policy(ifaces + R"(Gateway g { connected: [a, b] }
a.prerouting: [forward, look]
a.masquerade: true
b.postrouting: leave
Nat::TCP forward {
    if (tcp.dport == 8080) { dnat(10.0.1.5, 80) }
    dnat(8000)
}
Filter::IP look { accept }
Nat::IP leave { snat(10.0.1.7) }
)"));
    CHECK(has(text, "/// Nat::TCP forward: p.nacl:7"));
    CHECK(has(text, "return Verdict{0}; // dnat 10.0.1.5:80: p.nacl:8"));
    CHECK(has(text, "return Verdict{1}; // dnat :8000: p.nacl:9"));
    CHECK(has(text, "{Action::dnat, \"p.nacl\", 8, 30, 0x0a000105, 80}, // 10.0.1.5"));
    CHECK(has(text, "{Action::dnat, \"p.nacl\", 9, 5, {}, 8000},"));
    CHECK(has(text, "0x0a000107, {}, 1}, // 10.0.1.7")); // the pool of its address
    CHECK(has(text, "std::array<PortPool, 2> port_pools;"));
    CHECK(has(text, "std::array<std::uint32_t, 65537> decisions;")); // one Nat on a chain
    CHECK(has(text, ".translation = &part::translation,"));
}

TEST_CASE("an Iface that masquerades has its flows tracked, without any function") {
    const auto text = codegen::cpp(policy(ifaces + "Gateway g { connected: [a, b] }\na.masquerade: true\n"));
    CHECK(has(text, "stage::reassemble,\n    stage::track,\n    stage::prerouting,\n    stage::local,"));
    CHECK(has(text, "std::array<Mapping, 65536> mappings;"));
    CHECK(has(text, "std::array<std::uint32_t, 0> decisions;"));
}

TEST_CASE("packets go one by one where two stages take from one Limit") {
    const auto text = [](const std::string& b) {
        return codegen::cpp(
            policy(ifaces +
                   "a.prerouting: f\nLimit l { rate: 3, per: hour, key: ip.saddr, size: 100 }\n"
                   "Filter::IP f { if (not l.exceeded) { accept } drop }\n" +
                   b));
    };
    const auto once = text("b.prerouting: f");
    CHECK_FALSE(has(once, ".together"));
    CHECK(has(once, "{\"l\", {3, 3600000000000, 3}, l_key, {l_entries, l_buckets, l_heap}}, // p.nacl:4"));
    CHECK(has(once, "if (!(exceeded(appliance, 0, packet))) {"));
    CHECK(has(once, "std::array<LimitTable::Link, 128> l_buckets;"));
    CHECK(has(text("b.input: f"), ".together = 1,"));
    CHECK(has(text("b.input: g\nFilter::IP g { Filter::TCP { f() } drop }"), ".together = 1,"));
}

TEST_CASE("only what is built for Tests has a table of functions") {
    const auto p = policy(
        ifaces + "a.prerouting: f\nFilter::IP f { drop }\nFilter::IP g { h() drop }\nFilter::TCP h { drop }\n"
                 "Filter::IP unused { drop }\nTest t { function: g, packet: { udp: {} }, expect: drop }\n");
    CHECK_FALSE(has(codegen::cpp(p), "judged"));
    CHECK_FALSE(has(codegen::cpp(p), "h_"));
    const auto text = codegen::cpp_for_tests(p);
    CHECK(
        has(text,
            "constexpr std::array<Function, 4> judged = {{\n    {f_},\n    {g_},\n    {h_},\n    {},\n}};"));
    CHECK_FALSE(has(text, "unused_"));
}

TEST_CASE("routes stand best first") {
    const auto text = codegen::cpp(policy(ifaces + R"(Gateway g {
    far: { net: 10.9.0.0, netmask: 255.255.0.0, iface: a, nexthop: 10.0.0.2, cost: 5 },
    near: { net: 10.9.0.0, netmask: 255.255.0.0, iface: b, nexthop: 10.0.1.2, cost: 2 },
    one: { host: 10.9.9.9, netmask: 255.255.255.255, iface: a, nexthop: 10.0.0.3 },
    rest: { net: 0.0.0.0, netmask: 0.0.0.0, iface: b, nexthop: 10.0.1.3 }
})"));
    const auto routes = text.substr(text.find("> routes = "));
    const auto one = routes.find("by 10.0.0.3"), near = routes.find("by 10.0.1.2"), far = routes.find("by 10.0.0.2"),
               rest = routes.find("by 10.0.1.3");
    CHECK(one < near);
    CHECK(near < far);
    CHECK(far < rest);
}

TEST_CASE("the hash of a policy is that of its meaning") {
    const auto hash = [](const std::string& text) { return codegen::policy_hash(policy(ifaces + text)); };
    const auto plain = hash("a.input: f\nFilter::IP f { if (ip.ttl == 3) { drop } accept }");
    CHECK(plain.size() == 64);
    CHECK(plain == hash("// a comment\na.input: f\n\n\nFilter::IP f {\n if (ip.ttl == 3) { drop }\n accept\n}"));
    CHECK(plain != hash("a.input: f\nFilter::IP f { if (ip.ttl == 4) { drop } accept }"));
    CHECK(plain != hash("a.output: f\nFilter::IP f { if (ip.ttl == 3) { drop } accept }"));
    CHECK(plain != hash("a.input: f\nFilter::IP f { if (ip.ttl == 3) { drop } accept } Conntrack c { limit: 5 }"));
}
