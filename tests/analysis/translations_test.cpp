// Translations of which nothing arrives: known answers, and random policies against what the interpreter
// does.
#include "compiler/analysis/translations.hpp"
#include "compiler/eval/machine.hpp"
#include "compiler/sema/load.hpp"
#include "harness/dice.hpp"
#include "harness/packets.hpp"
#include "harness/random.hpp"

#include <catch2/catch.hpp>

#include <map>

namespace {

using analysis::Lost;
using harness::Dice;

const std::string wan =
    "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, prerouting: n }\n";
const std::string leased_wan = "Iface wan { index: 0, config: dhcp, prerouting: n }\n";
const std::string lan_and_dmz = "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                                "Iface dmz { index: 2, address: 172.16.0.1, netmask: 255.255.255.0 }\n";
const std::string wan_and_lan = "Gateway gw { connected: [wan, lan] }\n";

model::Appliance appliance_of(const std::string& text) {
    const auto loaded = sema::load_text("test.nacl", text);
    INFO(text);
    for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    return *loaded.appliance;
}

/// Why it is lost that comes in by `wan` for port 80 and is sent there; nothing when it is not said to be.
std::optional<Lost::Because> lost(const std::string& to, const std::string& rest,
                                  const std::string& uplink = wan) {
    const auto appliance = appliance_of(uplink + lan_and_dmz + rest +
                                        "Nat::TCP n { if (tcp.dport == 80) { dnat(" + to + ") } }\n");
    const auto found = analysis::lost_translations(appliance, {});
    if (found.empty()) return std::nullopt;
    CHECK(found.front().by.has_value() == (found.front().because == Lost::Because::functions));
    return found.front().because;
}

} // namespace

TEST_CASE("a translation is lost where no route leads to its new destination") {
    CHECK(lost("172.16.0.9", wan_and_lan) == Lost::Because::no_route);
    CHECK(lost("172.16.0.1", wan_and_lan) == Lost::Because::no_route); // ours, and forwarded to all the same
    CHECK(lost("192.0.2.1", wan_and_lan) == Lost::Because::no_route);
    CHECK_FALSE(lost("10.0.0.9", wan_and_lan));
    CHECK_FALSE(
        lost("192.0.2.1",
             "Gateway gw { connected: [wan, lan], world: { net: 0.0.0.0, netmask: 0.0.0.0, iface: wan, "
             "nexthop: 203.0.113.2 } }\n"));
}

TEST_CASE("a translation is lost where nothing is forwarded that comes in there") {
    for (const std::string gateway : {"", "Gateway gw { connected: [lan, dmz] }\n"}) {
        CHECK(lost("10.0.0.9", gateway) == Lost::Because::no_forwarding);
        CHECK(lost("10.0.0.1", gateway) == Lost::Because::no_forwarding);
        CHECK_FALSE(lost("203.0.113.1", gateway));
        CHECK_FALSE(lost("8080", gateway));
    }
}

TEST_CASE("what hangs on a lease is not said to be lost") {
    CHECK_FALSE(lost("172.16.0.9", wan_and_lan, leased_wan));
    CHECK_FALSE(lost("192.0.2.1", wan_and_lan, leased_wan));
    CHECK_FALSE(lost("192.0.2.1", "", leased_wan)); // which may be its own address
    CHECK(lost("10.0.0.9", wan_and_lan + "gw.forward: f Filter::IP f { drop }\nwan.input: f\n", leased_wan) ==
          Lost::Because::functions);
}

TEST_CASE("a translation to an address of ours is lost where its input drops it") {
    const std::string closed = "Filter::IP f { Filter::TCP { if (tcp.dport == 22) { accept } } drop }\n";
    CHECK(lost("203.0.113.1, 8080", "wan.input: f\n" + closed) == Lost::Because::functions);
    CHECK_FALSE(lost("203.0.113.1, 22", "wan.input: f\n" + closed));
    CHECK_FALSE(lost("203.0.113.1, 8080", "lan.input: f\n" + closed));
    CHECK(lost("10.0.0.1, 8080", wan_and_lan + "lan.input: f\n" + closed) == Lost::Because::functions);
    CHECK(lost("10.0.0.1, 8080", wan_and_lan + "gw.forward: f\n" + closed) == Lost::Because::functions);
    CHECK_FALSE(lost("10.0.0.1, 8080", wan_and_lan + "wan.input: f\n" + closed));
    CHECK_FALSE(lost("10.0.0.1, 8080", wan_and_lan + "lan.postrouting: f\n" + closed));
}

TEST_CASE("what is forwarded to an address of ours has less time to live") {
    const std::string old = "Filter::IP f { if (ip.ttl == 255) { accept } drop }\n";
    CHECK(lost("10.0.0.1", wan_and_lan + "lan.input: f\n" + old) == Lost::Because::functions);
    CHECK_FALSE(lost("203.0.113.1", wan_and_lan + "wan.input: f\n" + old));
    CHECK_FALSE(
        lost("10.0.0.1",
             wan_and_lan +
                 "gw.forward: f Filter::IP f { if (iface.out == lan and ip.ttl == 254) { accept } drop }\n"));
}

TEST_CASE("a translation of the port alone is lost where it is on every way") {
    const std::string closed = "Filter::IP f { Filter::TCP { if (tcp.dport == 22) { accept } } drop }\n";
    CHECK(lost("8080", wan_and_lan + "wan.input: f\ngw.forward: f\n" + closed) == Lost::Because::functions);
    CHECK(lost("8080", "wan.input: f\n" + closed) == Lost::Because::functions);
    CHECK_FALSE(lost("22", wan_and_lan + "wan.input: f\ngw.forward: f\n" + closed));
    CHECK_FALSE(lost("8080", wan_and_lan + "gw.forward: f\n" + closed));
    CHECK_FALSE(lost("8080", wan_and_lan + "wan.input: f\nlan.input: f\nlan.postrouting: f\n" +
                                 closed)); // back out by wan
    CHECK(lost("8080", wan_and_lan + "wan.input: f\nlan.input: f\nlan.postrouting: f\nwan.postrouting: f\n" +
                           closed) == Lost::Because::functions);
}

TEST_CASE("a translation is not lost that another chain or a later Nat sends elsewhere") {
    const std::string again =
        "wan.prerouting: [n, n2]\nNat::IP n2 { if (ip.daddr == 172.16.0.9) { dnat(10.0.0.9) } }\n";
    const std::string later = "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0 }\n";
    CHECK_FALSE(lost("172.16.0.9", wan_and_lan + again, later));
    CHECK(lost("172.16.0.8", wan_and_lan + again, later) == Lost::Because::no_route);
    CHECK_FALSE(lost("172.16.0.9", wan_and_lan + "dmz.output: n\n"));
}

namespace {

std::string random_filter(Dice& dice, const std::string& name) {
    const auto verdict = [&] { return dice.one_of<std::string>({"accept", "drop", "reject"}); };
    const auto condition =
        dice.one_of<std::string>({"ip.protocol == tcp", "ip.protocol == udp", "ip.ttl > 60",
                                  "ip.saddr == 10.0.0.5", "ip.daddr in 10.0.0.0/24", "ip.daddr == 172.16.0.1",
                                  "iface.in == wan", "ct.state == established", "ct.state == new"});
    return "Filter::IP " + name +
           " { Filter::TCP { if (tcp.dport == " + dice.one_of<std::string>({"80", "8080"}) + ") { " +
           verdict() + " } }\nif (" + condition + ") { " + verdict() + " }\n" +
           dice.one_of<std::string>({"accept", "drop", "drop"}) + " }\n";
}

std::string random_policy(Dice& dice) {
    auto text = (dice.percent(20) ? leased_wan : wan) + lan_and_dmz;
    const auto gateway = dice.one_of<std::string>(
        {"", "connected: [wan, lan]", "connected: [lan, dmz]", "connected: [wan, lan, dmz]",
         "connected: [wan, lan], world: { net: 0.0.0.0, netmask: 0.0.0.0, iface: lan, "
         "nexthop: 10.0.0.2 }"});
    if (!gateway.empty())
        text += "Gateway gw { " + gateway + (dice.percent(50) ? ", forward: a }\n" : " }\n");
    text += "lan.prerouting: [" + dice.one_of<std::string>({"a", "n"}) + ", b]\n";
    for (const std::string chain :
         {"wan.input", "lan.input", "dmz.input", "lan.postrouting", "wan.postrouting"})
        if (dice.percent(50)) text += chain + ": " + dice.one_of<std::string>({"a", "b"}) + "\n";
    text += random_filter(dice, "a") + random_filter(dice, "b") + "Nat::IP n {\n";
    for (int count = 0; count < 3; ++count) {
        const auto to = dice.one_of<std::string>({"10.0.0.5", "10.0.0.1", "203.0.113.1", "203.0.113.9",
                                                  "203.0.113.255", "172.16.0.1", "172.16.0.9", "192.0.2.1"});
        const auto port = dice.one_of<std::string>({"80", "8080"});
        const auto condition =
            dice.one_of<std::string>({"tcp.dport == 80", "tcp.dport == 8080", "ip.ttl < 100",
                                      "tcp.sport < 2000", "ip.saddr in 10.0.0.0/24"});
        text += "Nat::TCP { if (" + condition + ") { dnat(" +
                dice.one_of<std::string>({to, to + ", " + port, port}) + ") } }\n";
    }
    return text + "}\n";
}

} // namespace

TEST_CASE("what is said to be lost arrives nowhere in the interpreter") {
    std::map<Lost::Because, std::size_t> seen;
    std::size_t arrived = 0;
    for (std::uint64_t seed = 1; seed <= 250; ++seed) {
        Dice dice(seed);
        const auto text = random_policy(dice);
        INFO("seed " << seed << '\n' << text);
        const auto appliance = appliance_of(text);
        std::map<model::StatementId, Lost::Because> said;
        for (const auto& one : analysis::lost_translations(appliance, {}))
            said.emplace(one.translation, one.because);
        const auto boundaries = harness::boundaries_of(appliance);
        for (std::uint64_t history = 1; history <= 20; ++history) {
            eval::Machine machine(appliance, harness::nic_macs(appliance));
            eval::Time now = 0;
            for (const auto& event : harness::random_history(appliance, boundaries, history, 15)) {
                if (const auto* pause = std::get_if<harness::Pause>(&event)) machine.tick(now += pause->ns);
                if (const auto* lease = std::get_if<harness::NewLease>(&event))
                    machine.lease(lease->iface, lease->ipv4);
                const auto* in = std::get_if<harness::FrameIn>(&event);
                if (in == nullptr) continue;
                const auto result = machine.receive(model::nic_of(appliance, in->iface), in->bytes, now);
                const bool arrives = result.fate == eval::Fate::sent || result.fate == eval::Fate::delivered;
                for (const auto statement : result.decided) {
                    if (appliance.statements.at(statement).action != model::Action::dnat) continue;
                    arrived += arrives;
                    const auto found = said.find(statement);
                    if (found == said.end()) continue;
                    CHECK_FALSE(arrives);
                    ++seen[found->second];
                }
            }
        }
    }
    CHECK(arrived > 100);
    for (const auto because :
         {Lost::Because::functions, Lost::Because::no_forwarding, Lost::Because::no_route})
        CHECK(seen[because] > 20);
}
