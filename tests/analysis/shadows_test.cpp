// Statements that never decide, and what covers them.
#include "compiler/analysis/shadows.hpp"
#include "tests/analysis/policy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace {

using Lines = std::map<std::uint32_t, std::vector<std::uint32_t>>;

/// Whether earlier chains are the reason, which most tests are not about.
bool is_by_chains(const analysis::Shadowed& one) { return one.because == analysis::Shadowed::Because::chains; }

/// The lines of shadowed statements, and of those that shadow them; the test's own first line is 1.
Lines shadows(const model::Appliance& appliance, bool by_chains) {
    constexpr std::uint32_t before = 4; // of two_ifaces
    Lines lines;
    for (const auto& one : analysis::shadowed_statements(appliance).dead) {
        if (is_by_chains(one) != by_chains) continue;
        auto& covering = lines[appliance.statements.at(one.statement).place.line - before];
        for (const auto id : one.by) covering.push_back(appliance.statements.at(id).place.line - before);
    }
    return lines;
}
Lines shadows(const std::string& text, bool by_chains = false) { return shadows(policy(text), by_chains); }

/// With `f` in place of `middle`.
Lines shadows_of_forward(const std::string& text, bool by_chains = false) {
    auto whole = two_ifaces + text;
    const std::string theirs = "forward: middle";
    whole.replace(whole.find(theirs), theirs.size(), "forward: f");
    const auto loaded = sema::load_text("test.nacl", whole);
    REQUIRE(loaded.appliance);
    return shadows(*loaded.appliance, by_chains);
}

} // namespace

TEST_CASE("what covers a statement is as little as suffices") {
    CHECK(shadows("wan.prerouting: f Filter::IP f {\n"
                  "if (ip.ttl == 7) { drop }\n"
                  "if (ip.saddr in 10.0.0.0/9) { accept }\n"
                  "if (ip.dscp == 3) { drop }\n"
                  "if (ip.saddr in 10.128.0.0/9) { drop }\n"
                  "if (ip.saddr in 10.0.0.0/8) { accept }\n"
                  "drop }\n") == Lines{{6, {3, 5}}});
}

TEST_CASE("a statement that decides on one chain is not shadowed") {
    const std::string shared = "Filter::IP f {\nif (ip.ttl == 7) { drop }\naccept }\n"
                               "Filter::IP g { if (ip.ttl < 9) { drop } accept }\n";
    CHECK(shadows("wan.prerouting: [g, f]\n" + shared) == Lines{{3, {5}}});
    CHECK(shadows("wan.prerouting: [g, f] lan.prerouting: f\n" + shared).empty());
}

TEST_CASE("a Limit says something new each time, fields compared with each other do not") {
    CHECK(shadows("Limit l { rate: 1, per: second } wan.prerouting: f Filter::IP f {\n"
                  "if (l.exceeded) { drop }\n"
                  "if (l.exceeded) { drop }\n"
                  "accept }\n")
              .empty());
    CHECK(shadows("wan.prerouting: f Filter::IP f {\n"
                  "if (ip.saddr < ip.daddr) { accept }\n"
                  "if (ip.saddr > ip.daddr) { accept }\n"
                  "if (ip.daddr > ip.saddr) { drop }\n"
                  "if (ip.daddr >= ip.saddr) { accept } else { drop }\n"
                  "}\n") == Lines{{4, {2}}, {5, {2, 2, 3}}}); // nothing comes from where it goes
}

TEST_CASE("a last line of defence is not shadowed") {
    CHECK(shadows("wan.prerouting: f Filter::IP f {\nif (ip.ttl > 1) { drop }\nif (ip.ttl <= 1) { accept "
                  "}\ndrop }\n")
              .empty());
}

TEST_CASE("what cannot come to a chain is decided by nobody") {
    const auto dead = [](const std::string& chains, const std::string& condition) {
        const auto appliance = policy(chains + "\nFilter::IP f { if (" + condition + ") { drop } accept }\n");
        const auto found = analysis::shadowed_statements(appliance).dead;
        return found.size() - static_cast<std::size_t>(std::ranges::count_if(found, is_by_chains));
    };
    for (const std::string condition : {"iface.in == lan", "ct.state == related and ip.protocol == udp", "ip.saddr == 10.0.0.0",
                                        "ip.saddr in 127.0.0.0/8", "vlan.id == 3", "ct.state == invalid",
                                        "ip.saddr == ip.daddr", "ip.protocol == udp and ip.length < 28"}) {
        INFO(condition);
        CHECK(dead("wan.prerouting: f", condition) == 1);
    }
    for (const std::string condition : {"iface.in == wan", "ct.state == related", "ip.ttl == 0", "ip.saddr == 10.0.0.9"})
        CHECK(dead("wan.prerouting: f", condition) == 0);
    // Dead on each chain, or not at all.
    CHECK(dead("wan.prerouting: f lan.prerouting: f", "iface.in == lan") == 0);
    CHECK(dead("wan.prerouting: f wan.input: f", "ip.ttl == 0") == 0);
    CHECK(dead("Conntrack c { drop_invalid: false } wan.prerouting: f", "ct.state == invalid") == 0);
    // Nothing comes to the chain of an Iface that nothing is forwarded to.
    CHECK(dead("wan.output: f", "iface.out == lan") == 1);
}

TEST_CASE("what earlier chains stop waits in vain on later ones") {
    const auto input = [](const std::string& chains, const std::string& condition) {
        return shadows(chains + " Filter::IP f {\nif (ip.ttl < 9) { drop }\naccept }\nwan.input: g Filter::IP g {\nif (" +
                           condition + ") { accept }\ndrop }\n",
                       true);
    };
    const std::string both = "wan.prerouting: f lan.prerouting: f";
    CHECK(input(both, "ip.ttl == 7") == Lines{{5, {2}}});
    CHECK(input(both, "ip.ttl == 8").empty()); // from lan it is routed, which takes one
    CHECK(input("wan.prerouting: f", "ip.ttl == 7").empty());
    CHECK(input("wan.prerouting: f", "ip.ttl == 7 and iface.in == wan") == Lines{{5, {2}}});
    CHECK(input("wan.prerouting: [n, f] lan.prerouting: f Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5) } }", "ip.ttl == 7") ==
          Lines{{5, {2}}});
    // What is made here comes to no chain before output, whatever stands behind that.
    CHECK(shadows(both + " wan.input: o lan.output: o Filter::IP f {\nif (ip.ttl < 99) { drop }\naccept }\nFilter::IP o {\n"
                  "if (ip.ttl == 64) { accept }\ndrop }\n",
                  true).empty());
    CHECK(shadows("lan.postrouting: o wan.prerouting: f Filter::IP f {\nif (ip.ttl < 9) { drop }\naccept }\nFilter::IP o {\n"
                  "if (ip.ttl == 7 and iface.in == wan) { accept }\nif (ip.ttl == 64 and ct.state == invalid) { accept }\ndrop }\n",
                  true) == Lines{{5, {2}}});
}

TEST_CASE("what translation makes of a packet behind an earlier chain is not what that chain has stopped") {
    // An answer to what is masqueraded goes to the address of its host only behind prerouting.
    const auto behind = [](const std::string& settings) {
        return shadows(settings + " lan.postrouting: o wan.prerouting: f Filter::IP f {\nif (ip.daddr in 10.0.0.0/8) { drop }\naccept }\n"
                                  "Filter::IP o {\nif (iface.in == wan and ip.daddr == 10.0.0.9) { accept }\naccept }\n",
                       true);
    };
    CHECK(behind("") == Lines{{5, {2}}});
    CHECK(behind("wan.masquerade: true").empty());
    CHECK(behind("Nat::IP n { dnat(10.0.0.9) } lan.prerouting: n").empty()); // of a flow that came by lan
    CHECK(behind("Nat::IP n { dnat(10.0.0.8) } lan.prerouting: n") == Lines{{5, {2}}});
}

TEST_CASE("a packet of a flow that is new still may come by another Iface than the first one") {
    const auto by_lan = [](const std::string& chains, const std::string& condition) {
        return shadows(chains + " lan.postrouting: o Filter::IP f {\nif (ip.daddr in 10.0.0.0/24) { drop }\naccept }\nFilter::IP o {\n"
                                "if (iface.in == lan and ct.state == new and " + condition + ") { accept }\naccept }\n",
                       true);
    };
    // Sent on by wan's Nat, and sent again by lan.
    CHECK(by_lan("lan.prerouting: f wan.prerouting: n Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } }", "ip.daddr == 10.0.0.5").empty());
    // Let in by wan as it was: lan's Nat does not see it any more.
    CHECK(by_lan("lan.prerouting: n Nat::IP n { dnat(10.0.0.5) }", "ip.daddr == 10.0.0.9").empty());
    CHECK(by_lan("lan.prerouting: f", "ip.daddr == 10.0.0.9") == Lines{{5, {2}}});
}

TEST_CASE("what never decides itself is named by nothing") {
    CHECK(shadows("wan.prerouting: [one, two]\nFilter::IP one {\n if (ip.ttl > 9) { drop }\n accept }\n"
                  "Filter::IP two {\n if (ip.ttl > 20) { reject }\n if (ip.ttl > 30) { drop }\n accept }\n") ==
          Lines{{6, {3}}, {7, {3}}});
}

TEST_CASE("lines of earlier functions are named, as few as suffice") {
    const std::string first = "wan.prerouting: [one, two]\nFilter::IP one {\n if (ip.ttl == 9) { drop }\n"
                              " if (ip.saddr in 10.1.0.0/25) { drop }\n accept }\n";
    CHECK(shadows(first + "Filter::IP two {\n if (ip.saddr == 10.1.0.3) { reject }\n drop }\n") == Lines{{7, {4}}});
    // One half each.
    CHECK(shadows(first + "Filter::IP two {\n if (ip.saddr in 10.1.0.128/25) { accept }\n"
                          " if (ip.saddr in 10.1.0.0/24) { reject }\n drop }\n") == Lines{{8, {4, 7}}});
    // What its own function decides alone needs no others.
    CHECK(shadows(first + "Filter::IP two {\n if (ip.saddr in 10.1.0.0/24) { accept }\n"
                          " if (ip.saddr == 10.1.0.3) { reject }\n drop }\n") == Lines{{8, {7}}});
}

TEST_CASE("a Nat sees first packets as the Nats before it leave them") {
    const std::string first = "wan.prerouting: [one, two]\nNat::TCP one { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } }\n";
    CHECK(shadows(first + "Nat::TCP two { if (tcp.dport == 80) { dnat(10.0.0.6) }\nif (tcp.dport == 8080) { dnat(10.0.0.7) } }\n") ==
          Lines{{3, {}}});
    CHECK(shadows("wan.prerouting: [none, one]\nFilter::IP none { drop }\nNat::IP one { dnat(10.0.0.5) }\n") == Lines{{3, {2}}});
    CHECK(shadows("wan.prerouting: one\nNat::IP one {\nif (ct.state == established) { dnat(10.0.0.5) }\nif (ip.ttl > 3) { dnat(10.0.0.6) } }\n") ==
          Lines{{3, {}}});
}

namespace {

/// A list of wide and narrow networks that overlap much, narrow ones first, as at a border.
std::string border(std::size_t rules) {
    std::mt19937 random(1); // NOLINT: the same list each time
    const auto prefix = [&] {
        const unsigned length = std::array{0U, 8U, 16U, 24U, 32U}[random() % 5];
        const auto address = 0x0B000000U + random() % 4 * 0x01010000U + random() % 0x10000U;
        const auto network = length == 0 ? 0 : address >> (32 - length) << (32 - length);
        return std::pair(length, fmt::format("{}.{}.{}.{}/{}", network >> 24, network >> 16 & 255, network >> 8 & 255, network & 255, length));
    };
    std::multimap<unsigned, std::string, std::greater<>> list;
    while (list.size() < rules) {
        const auto [from_length, from] = prefix();
        const auto [to_length, to] = prefix();
        const auto port = random() % 65536;
        list.emplace(from_length + to_length,
                     fmt::format("if (ip.saddr in {} and ip.daddr in {} and tcp.dport in {}-{}) {{ {} }}\n", from, to,
                                 port / 2, port, random() % 2 == 0 ? "accept" : "drop"));
    }
    std::string text = "wan.prerouting: f Filter::IP f { Filter::TCP {\n";
    for (const auto& [narrow, rule] : list) text += rule;
    return text + "} drop }\n";
}

} // namespace

TEST_CASE("no verdict of a long list is left undecided because packets from their own destination cannot come") {
    CHECK(analysis::shadowed_statements(policy(border(400))).undecided.empty());
}

TEST_CASE("what is made here and goes through chains is an echo reply or a log") {
    const std::string chain = "wan.output: f\nFilter::IP f {\nFilter::UDP { if (udp.dport == 514) { accept } }\n"
                              "Filter::TCP { if (tcp.dport == 80) { accept } }\n"
                              "Filter::ICMP { if (icmp.type == echo-reply) { accept } }\ndrop }\n";
    CHECK(shadows(chain) == Lines{{3, {}}, {4, {}}});
    CHECK(shadows(chain + "Syslog logs { address: 203.0.113.9, port: 514 }\n") == Lines{{4, {}}});
}

namespace {

std::string front(const std::string& guard, const std::string& own) {
    return "wan.prerouting: guard lan.prerouting: guard Filter::IP guard { " + guard + " accept }\nFilter::IP f {\n" + own + "\n}\n";
}

} // namespace

TEST_CASE("what a verdict's own function decides is no earlier chain's doing") {
    // 192.0.2.7 comes through and is accepted: that is no second line of defence.
    const auto hole = "if (ip.saddr == 198.51.100.7) { accept }\nif (ip.saddr == 192.0.2.7) { accept }\n"
                      "if (ip.saddr in [198.51.100.7, 192.0.2.7]) { drop }\nif (ct.state == established) { accept } drop";
    const auto text = front("if (ip.saddr in 198.51.100.0/24) { drop }", hole);
    CHECK(shadows_of_forward(text) == Lines{{5, {1, 4}}});
    CHECK(shadows_of_forward(text, true) == Lines{{3, {1}}});
    // Neither the one nor the other leaves nothing.
    const auto together = front("if (ip.ttl < 9) { drop }",
                                "Filter::TCP {\nif (tcp.dport == 22 and ip.ttl > 5) { accept }\nif (tcp.dport == 22) { drop }\n}\n"
                                "if (ct.state == established) { accept } drop");
    CHECK(shadows_of_forward(together) == Lines{{5, {1, 4}}});
    CHECK(shadows_of_forward(together, true).empty());
}

TEST_CASE("of what never comes it is not said that its own function decides about some, whatever flows are translated") {
    const std::string chains = "wan.prerouting: [guard, publish] lan.prerouting: guard\nFilter::IP guard { if (ip.saddr in 10.1.0.0/16) { drop } accept }\n"
                               "Nat::TCP publish { if (tcp.dport == 2222) { dnat(10.0.0.80, 22) } }\n";
    CHECK(shadows_of_forward(chains + "Filter::IP f {\nif (ct.state in [established, related]) { accept }\n"
                                      "if (ip.saddr in 10.1.7.0/24) { accept }\ndrop }\n", true) == Lines{{6, {2}}});
}

TEST_CASE("one verdict is named where it covers all that others cover together, and what decides never is not") {
    CHECK(shadows("wan.prerouting: f Filter::IP f {\n"
                  "if (ip.saddr in 10.0.0.0/9) { accept }\n"
                  "if (ip.saddr in 10.128.0.0/10) { accept }\n"
                  "if (ip.saddr in 10.0.0.0/8) { drop }\n"
                  "if (ip.saddr in 10.0.0.0/9) { drop }\n"
                  "if (ip.saddr in 10.0.0.0-10.200.0.0) { drop }\n"
                  "accept }\n") == Lines{{5, {2}}, {6, {4}}});
}

TEST_CASE("a Nat on no chain hides nothing of what earlier chains stop") {
    const auto text = front("if (ip.daddr in 10.0.0.0/24) { drop }", "if (ip.daddr == 10.0.0.5) { accept }\ndrop");
    CHECK(shadows_of_forward(text, true) == Lines{{3, {1}}});
    CHECK(shadows_of_forward(text + "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5) } }\n", true) == Lines{{3, {1}}});
}
