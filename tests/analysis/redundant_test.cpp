// Statements without which the same comes of all packets, and what says the same in their place.
#include "compiler/analysis/redundant.hpp"
#include "compiler/analysis/shadows.hpp"
#include "tests/analysis/policy.hpp"

#include <catch2/catch.hpp>

#include <map>

namespace {

using Lines = std::map<std::uint32_t, std::vector<std::uint32_t>>;

/// The lines of redundant statements, and of those that say the same; the test's own first line is 1.
Lines redundant(const std::string& text, bool by_last = false) {
    constexpr std::uint32_t before = 4; // of two_ifaces
    const auto appliance = policy(text);
    analysis::Places places(appliance);
    std::set<model::StatementId> dead;
    for (const auto& one : analysis::shadowed_statements(appliance).dead) dead.insert(one.statement);
    Lines lines;
    for (const auto& one : analysis::redundant_verdicts(appliance, places, dead, {})) {
        if (one.is_by_last != by_last) continue;
        auto& others = lines[appliance.statements.at(one.statement).place.line - before];
        for (const auto id : one.by) others.push_back(appliance.statements.at(id).place.line - before);
    }
    return lines;
}

const std::string f = "wan.prerouting: f Filter::IP f {\n";

} // namespace

TEST_CASE("what says the same is as little as suffices") {
    CHECK(redundant(f + "if (ip.saddr in 10.0.0.0/8 and ip.ttl < 9) { accept }\n"
                        "if (ip.dscp == 3) { accept }\n"
                        "if (ip.saddr in 10.0.0.0/9) { accept }\n"
                        "if (ip.saddr in 10.128.0.0/9) { accept }\n"
                        "drop }\n") == Lines{{2, {4, 5}}});
}

TEST_CASE("of two statements that say the same of each other's packets the one that says less is redundant") {
    CHECK(redundant(f + "if (ip.ttl == 7) { accept }\nif (ip.ttl < 9) { accept }\nif (ip.ttl < 20) { accept }\ndrop }\n") ==
          Lines{{2, {4}}, {3, {4}}});
    CHECK(redundant(f + "if (ip.ttl == 7) { accept }\nif (ip.ttl == 7) { accept }\ndrop }\n").empty()); // the second is dead
}

TEST_CASE("a statement before one that says otherwise is needed") {
    const std::string wide = "if (ip.saddr in 10.0.0.0/8) { accept }\ndrop }\n";
    CHECK(redundant(f + "if (ip.saddr == 10.0.0.9) { accept }\nif (ip.dscp == 3) { drop }\n" + wide).empty());
    CHECK(redundant(f + "if (ip.saddr == 10.0.0.9 and ip.dscp == 4) { accept }\nif (ip.dscp == 3) { drop }\n" + wide) ==
          Lines{{2, {4}}});
    CHECK(redundant(f + "if (ip.saddr == 10.0.0.9) { reject }\n" + wide).empty());
}

TEST_CASE("a statement is needed where its packets would be logged, or ask a Limit") {
    const std::string wide = "if (ip.saddr in 10.0.0.0/8) { accept }\ndrop }\n";
    const std::string one = "if (ip.saddr == 10.0.0.9) { accept }\n";
    CHECK(redundant(f + one + "log(\"x\")\n" + wide).empty());
    CHECK(redundant(f + one + "if (ip.ttl == 5) { log(\"x\") }\n" + wide).empty());
    CHECK(redundant(f + one + "if (ip.saddr == 10.0.0.2) { log(\"x\") }\n" + wide) == Lines{{2, {4}}});
    const std::string limit = "Limit slow { rate: 1, per: second }\n";
    CHECK(redundant(limit + f + one + "if (ip.ttl == 5 and slow.exceeded) { drop }\n" + wide).empty());
    CHECK(redundant(limit + f + one + "if (slow.exceeded or ip.ttl == 5) { accept }\n" + wide).empty());
    CHECK(redundant(limit + f + one + "if (ip.saddr == 10.0.0.2) { if (slow.exceeded) { drop } }\n" + wide) == Lines{{3, {5}}});
}

TEST_CASE("packets of an `if` do not come to its `else`") {
    CHECK(redundant(f + "if (ip.ttl == 7) { accept } else {\nif (ip.dscp == 3) { drop } else { accept } }\n}\n").empty());
    CHECK(redundant(f + "if (ip.ttl == 7) { accept } else if (ip.ttl < 9) {\naccept }\nif (ip.ttl < 20) { accept }\ndrop }\n") ==
          Lines{{2, {4}}, {3, {4}}});
    // What would be reached without it is not known to anybody.
    CHECK(redundant(f + "if (ip.ttl == 7) { accept } else { accept }\ndrop }\n").empty());
}

TEST_CASE("what can come to the chain is what counts") {
    CHECK(redundant(f + "if (ip.ttl == 7) { accept }\nif (iface.in == wan and ip.ttl < 9) { accept }\ndrop }\n") ==
          Lines{{2, {3}}});
    CHECK(redundant("wan.prerouting: f lan.prerouting: f Filter::IP f {\n"
                    "if (ip.ttl == 7) { accept }\nif (iface.in == wan and ip.ttl < 9) { accept }\ndrop }\n")
              .empty());
}

TEST_CASE("what the end says is told apart, and a function's own end is never redundant") {
    const std::string text = "if (ip.ttl == 7) { drop }\nif (ip.ttl == 9) { accept }\ndrop }\n";
    CHECK(redundant(f + text).empty());
    CHECK(redundant(f + text, true) == Lines{{2, {4}}});
    const std::string called = "Filter::IP g {\nif (ip.dscp == 3) { accept }\ndrop }\n";
    CHECK(redundant(called + f + "if (ip.ttl < 9) { g }\ndrop }\n", true).empty());
}

TEST_CASE("translations are the same if they send packets to one place") {
    const auto nat = [](const std::string& first, const std::string& second) {
        return "wan.prerouting: n Nat::TCP n {\nif (ip.saddr == 198.51.100.7 and tcp.dport == 80) { dnat(" + first +
               ") }\nif (tcp.dport in [80, 81]) { dnat(" + second + ") }\n}\n";
    };
    CHECK(redundant(nat("10.0.0.5", "10.0.0.5")) == Lines{{2, {3}}});
    CHECK(redundant(nat("10.0.0.5", "10.0.0.5, 80")).empty());
    CHECK(redundant(nat("10.0.0.5", "10.0.0.6")).empty());
}

TEST_CASE("what never decides may begin to, or go") {
    // Without the first one the second would decide, until that goes too.
    CHECK(redundant(f + "if (ip.ttl == 5) { drop }\nif (ip.ttl in 4-5 and ip.ttl > 4) { accept }\nif (ip.ttl in 5-9) { drop }\naccept }\n")
              .empty());
    CHECK(redundant(f + "if (ip.ttl == 5) { drop }\nif (ip.ttl == 5) { accept }\ndrop }\n", true).empty());
    CHECK(redundant(f + "if (ip.ttl == 5) { drop }\nif (ip.ttl == 5) { drop }\nif (ip.ttl in 5-9) { drop }\naccept }\n") ==
          Lines{{2, {4}}});
}

TEST_CASE("who asks a Limit is not redundant: what it takes others do not find") {
    CHECK(redundant("Limit slow { rate: 1, per: second }\n" + f +
                    "if (ip.id == 5 and slow.exceeded) { drop }\nif (ip.id in 1-9) { drop }\nif (slow.exceeded) { drop }\naccept }\n")
              .empty());
}

TEST_CASE("a statement is redundant whether or not others that are have gone") {
    const std::string text = f + "if (ip.ttl < 3) { accept }\nif (ip.saddr == 10.0.0.5) { reject }\nif (ip.ttl > 2) { reject }\naccept }\n";
    CHECK(redundant(text) == Lines{{3, {4}}});
    CHECK(redundant(text, true).empty()); // without the first alone, packets of the second would be rejected
}
