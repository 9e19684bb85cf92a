// What the differences of chains come to for packets that go their whole way.
#include "compiler/analysis/diff.hpp"
#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

using analysis::Change;
using analysis::Ending;

namespace {

const std::string nets = "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0 }\n"
                         "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                         "Iface dmz { index: 2, address: 10.0.1.1, netmask: 255.255.255.0 }\n";
const std::string gateway = "Gateway gw { connected: [wan, lan], default: { net: 0.0.0.0, netmask: 0.0.0.0, iface: wan, "
                            "nexthop: 203.0.113.2 } }\n";

model::Appliance load(const std::string& text) {
    const auto loaded = sema::load_text("test.nacl", text);
    for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    return *loaded.appliance;
}

analysis::PolicyDiff diff(const std::string& before, const std::string& after) {
    const auto old_one = load(before), new_one = load(after);
    auto found = analysis::diff(old_one, new_one);
    for (const auto* shown : {&found.more, &found.less}) {
        if (!*shown) continue;
        const auto& [was, is] = (*shown)->ends;
        CHECK(was.ending != is.ending);
    }
    return found;
}

/// What is said of two policies: as a whole, and of the chains alone.
struct Words {
    Change whole{}, of_chains{};
    bool is_of_ways = true;
};

void expect(const std::string& before, const std::string& after, const Words& words) {
    INFO(before << "---\n" << after);
    const auto found = diff(nets + gateway + before, nets + gateway + after);
    for (const auto& chain : found.chains)
        UNSCOPED_INFO(chain.name << ' ' << analysis::change_names[static_cast<std::size_t>(chain.change)]);
    CHECK(found.whole == words.whole);
    CHECK(found.of_chains == words.of_chains);
    CHECK(found.is_of_ways == words.is_of_ways);
}

/// A Filter for each chain: "wan.prerouting" and what it drops.
std::string drops(const std::string& chain, const std::string& name, const std::string& condition) {
    return chain + ": " + name + "\nFilter::IP " + name + " { if (" + condition + ") { drop } accept }\n";
}

const std::string none = "ip.version == 6";

} // namespace

TEST_CASE("a rule that moves to another chain is the same for the whole") {
    const std::string bad = "ip.saddr in 198.51.100.0/24 and ip.daddr in 10.0.0.16/28";
    // What has functions drops invalid packets too, so that each chain has one.
    const auto policy = [](const std::string& wan, const std::string& lan, const std::string& forward, const std::string& out) {
        return drops("wan.prerouting", "w", wan) + drops("lan.prerouting", "l", lan) + drops("gw.forward", "f", forward) +
               drops("lan.postrouting", "o", out);
    };
    expect(policy(none, none, bad, none), policy(bad, bad, none, none), {Change::equivalent, Change::incomparable});
    expect(policy(none, none, bad, none), policy(none, none, none, bad), {Change::equivalent, Change::incomparable});
    expect(policy(bad, bad, none, none), policy(none, none, none, bad), {Change::equivalent, Change::incomparable});
    // One Iface does not check any more.
    expect(policy(none, none, bad, none), policy(bad, none, none, none), {Change::more_permissive, Change::incomparable});
    // What is for the appliance itself meets prerouting, not forward.
    const std::string them = "ip.saddr in 198.51.100.0/24";
    expect(policy(none, none, them, none), policy(them, them, none, none), {Change::less_permissive, Change::incomparable});
    const auto inputs = drops("wan.input", "i", them) + drops("lan.input", "k", them);
    expect(inputs + policy(none, none, them, none), inputs + policy(them, them, none, none), {Change::equivalent, Change::incomparable});
    expect(inputs + policy(none, none, them, none), policy(them, them, none, none), {Change::equivalent, Change::incomparable});
    // The rule may be one of many.
    const auto list = [](const std::string& one) {
        return "if (ip.ttl < 3 and ip.dscp == 4) { accept } " + one + " if (ip.ttl < 7) { drop } accept }\n";
    };
    const auto lists = [&](const std::string& front, const std::string& behind) {
        return "wan.prerouting: p\nFilter::IP p { " + list(front) + "gw.forward: f\nFilter::IP f { " + list(behind);
    };
    const std::string rule = "if (ip.daddr in 10.0.0.16/28 and iface.in == wan and ip.dscp > 30) { drop }";
    expect(lists("", rule), lists(rule, ""), {Change::equivalent, Change::incomparable});
    // Time to live is one less in forward.
    const std::string far = "if (ip.daddr in 10.0.0.16/28 and iface.in == wan and ip.ttl > 30) { drop }";
    expect(lists("", far), lists(far, ""), {Change::less_permissive, Change::incomparable});
}

TEST_CASE("what a later or an earlier chain drops in any case is no difference") {
    const auto shut = drops("wan.input", "i", "ip.version == 4") + drops("gw.forward", "f", "iface.in == wan");
    expect(shut + drops("wan.prerouting", "p", "ip.ttl < 9"), shut + drops("wan.prerouting", "p", "ip.ttl < 8"),
           {Change::equivalent, Change::more_permissive});
    expect(shut + drops("wan.prerouting", "p", "ip.ttl < 8"), shut + drops("wan.prerouting", "p", "ip.ttl < 9"),
           {Change::equivalent, Change::less_permissive});
    const auto half = drops("wan.input", "i", "ip.version == 4");
    expect(half + drops("wan.prerouting", "p", "ip.ttl < 9"), half + drops("wan.prerouting", "p", "ip.ttl < 8"),
           {Change::more_permissive, Change::more_permissive});
    const auto front = drops("wan.prerouting", "p", "ip.ttl < 9") + drops("lan.prerouting", "l", "ip.ttl < 9");
    expect(front, front + drops("gw.forward", "f", "ip.ttl < 8"), {Change::equivalent, Change::less_permissive});
    expect(front, front + drops("gw.forward", "f", "ip.ttl < 9"), {Change::less_permissive, Change::less_permissive});
    // Nothing is forwarded to dmz, and nothing made here goes there but answers.
    expect(drops("dmz.postrouting", "d", none), drops("dmz.postrouting", "d", "iface.in in [wan, lan]"),
           {Change::equivalent, Change::equivalent, false});
}

TEST_CASE("a packet of the whole way is shown") {
    const auto front = drops("wan.prerouting", "p", "ip.ttl < 9");
    const auto later = drops("wan.input", "i", "ip.version == 4") + drops("gw.forward", "f", "ip.dscp < 8");
    const auto found = diff(nets + gateway + front + later, nets + gateway + drops("wan.prerouting", "p", "ip.ttl < 7") + later);
    CHECK(found.whole == Change::more_permissive);
    REQUIRE(found.more);
    CHECK_FALSE(found.less);
    CHECK(std::holds_alternative<model::Assert::Path>(found.more->way));
    const auto& [was, is] = found.more->ends;
    CHECK(was.ending == Ending::drop);
    CHECK(is.ending == Ending::accept);
    CHECK(analysis::value_in(is.packet, model::Field::ip_ttl).value_or(64) <= 8);
    CHECK(analysis::value_in(is.packet, model::Field::ip_dscp).value_or(0) >= 8);
}

TEST_CASE("one chain may be stricter for what another lets through") {
    expect(drops("wan.prerouting", "p", "ip.dscp == 3") + drops("gw.forward", "f", "ip.dscp == 4"),
           drops("wan.prerouting", "p", "ip.dscp == 4") + drops("gw.forward", "f", "ip.dscp in [3, 4] and iface.in in [wan, lan]"),
           {Change::incomparable, Change::incomparable}); // for what is delivered to wan
    const auto itself = drops("wan.input", "i", "ip.version == 4") + drops("lan.input", "j", "ip.version == 4");
    expect(itself + drops("wan.prerouting", "p", "ip.dscp == 3") + drops("gw.forward", "f", "ip.dscp == 4 and iface.in == wan"),
           itself + drops("wan.prerouting", "p", "ip.dscp == 4") + drops("gw.forward", "f", "ip.dscp == 3 and iface.in == wan"),
           {Change::equivalent, Change::incomparable});
}

TEST_CASE("a reject is an end of its own, wherever its packet would have gone") {
    const auto front = [](const std::string& verdict) {
        return "wan.prerouting: p\nFilter::IP p { if (ip.dscp == 3) { " + verdict + " } accept }\n";
    };
    const auto shut = drops("wan.input", "i", "ip.version == 4") + drops("gw.forward", "f", "iface.in == wan");
    // What was rejected at the front is dropped behind it now, or for want of a way.
    expect(shut + front("reject"), shut + front("accept"), {Change::less_permissive, Change::more_permissive});
    expect(shut + front("accept"), shut + front("drop"), {Change::equivalent, Change::less_permissive});
    expect(shut + front("drop"), shut + front("reject"), {Change::more_permissive, Change::more_permissive});
    const std::string nowhere = "wan.prerouting: p\nFilter::IP p { if (ip.daddr == 224.0.0.9) { ";
    expect(nowhere + "drop } accept }", nowhere + "accept } accept }", {Change::equivalent, Change::more_permissive});
    expect(nowhere + "drop } accept }", nowhere + "reject } accept }", {Change::more_permissive, Change::more_permissive});
}

TEST_CASE("Nats that do the same stand on the way") {
    const std::string nat = "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } }\n";
    const auto front = [&](const std::string& condition) {
        return nat + "wan.prerouting: [n, p]\nFilter::IP p { if (" + condition + ") { drop } accept }\n";
    };
    const auto itself = drops("wan.input", "i", "ip.version == 4");
    const auto to = [](const std::string& condition) { return drops("lan.postrouting", "o", "iface.in == wan and (" + condition + ")"); };
    // Behind the Nat what it sends on is for 10.0.0.5.
    expect(itself + front("ip.daddr == 10.0.0.5 and ct.state != related") + to(none), itself + front(none) + to("ip.daddr == 10.0.0.5 and ct.state != related"),
           {Change::equivalent, Change::incomparable});
    // Errors about what the server sends come for wan's address, and are for the server behind prerouting only.
    expect(itself + front("ip.daddr == 10.0.0.5") + to(none), itself + front(none) + to("ip.daddr == 10.0.0.5"),
           {Change::incomparable, Change::incomparable, false});
    expect(itself + front("ip.daddr == 10.0.0.5") + to(none), itself + front(none) + to("ip.daddr == 10.0.0.6"),
           {Change::incomparable, Change::incomparable});
    expect(itself + front("ip.ttl < 9") + to("ip.daddr == 10.0.0.5"), itself + front("ip.ttl < 9 and ip.daddr != 10.0.0.5") + to("ip.daddr == 10.0.0.5"),
           {Change::equivalent, Change::more_permissive});
    // Another translation is told as what the chains are.
    const std::string other = "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.6, 8080) } }\n";
    expect(nat + "wan.prerouting: n\n", other + "wan.prerouting: n\n", {Change::incomparable, Change::incomparable, false});
}

TEST_CASE("an Iface may be leased, and hide who sends") {
    const std::string leased = "Iface wan { index: 0, config: dhcp, masquerade: true }\n"
                               "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                               "Gateway gw { connected: [wan, lan], default: { net: 0.0.0.0, netmask: 0.0.0.0, iface: wan } }\n" +
                               drops("gw.forward", "f", "iface.in == wan and ct.state == new") +
                               drops("wan.input", "i", "ip.version == 4");
    const auto front = [&](const std::string& condition) { return leased + drops("wan.prerouting", "p", condition); };
    CHECK(diff(front("ip.dscp == 3"), front("ip.dscp == 3 and ct.state != new")).whole == Change::equivalent);
    CHECK(diff(front("ip.dscp == 3 and ct.state != new"), front("ip.dscp == 3")).whole == Change::equivalent);
    CHECK(diff(front("ip.dscp == 3"), front("ip.dscp == 3 and ct.state == new")).whole == Change::more_permissive);
}

TEST_CASE("where packets go other ways the whole is what its chains are") {
    const auto added = nets + gateway + "Iface more { index: 3, address: 10.0.2.1, netmask: 255.255.255.0 }\n" +
                       drops("more.prerouting", "m", "ip.ttl < 9");
    CHECK(diff(nets + gateway, added).whole == Change::more_permissive);
    CHECK_FALSE(diff(nets + gateway, added).is_of_ways);
    const auto shut = drops("gw.forward", "f", "ip.version == 4");
    const auto before = nets + gateway + shut + drops("lan.postrouting", "o", "ip.ttl < 9");
    const auto rerouted = nets + "Gateway gw { connected: [wan, lan, dmz] }\n" + shut + drops("lan.postrouting", "o", "ip.ttl < 8");
    CHECK(diff(before, rerouted).whole == Change::more_permissive);
    CHECK(diff(before, nets + gateway + shut + drops("lan.postrouting", "o", "ip.ttl < 8")).whole == Change::equivalent);
    // A Limit that others ask too.
    const auto limited = "Limit few { rate: 1, per: second }\n" + drops("lan.postrouting", "o", "few.exceeded");
    expect(limited + shut, limited + shut + drops("wan.prerouting", "p", "ip.ttl < 9"), {Change::less_permissive, Change::less_permissive, false});
}

TEST_CASE("without a Gateway it counts what prerouting accepts, unless input decides") {
    const auto one = [](const std::string& address, const std::string& rest) {
        return nets + drops("wan.prerouting", "w", "ip.daddr == " + address) + rest;
    };
    const auto found = diff(one("10.9.0.5", ""), one("10.9.0.6", ""));
    CHECK(found.whole == Change::incomparable);
    CHECK(found.is_of_ways);
    const auto input = drops("wan.input", "i", none);
    CHECK(diff(one("10.9.0.5", input), one("10.9.0.6", input)).whole == Change::equivalent);
}
