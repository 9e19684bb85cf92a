// Statements that never decide, and what covers them.
#include "compiler/analysis/shadows.hpp"
#include "tests/analysis/policy.hpp"

#include <map>

namespace {

using Lines = std::map<std::uint32_t, std::vector<std::uint32_t>>;

/// The lines of shadowed statements, and of those that shadow them; the test's own first line is 1.
Lines shadows(const std::string& text) {
    constexpr std::uint32_t before = 4; // of two_ifaces
    const auto appliance = policy(text);
    Lines lines;
    for (const auto& [statement, by] : analysis::shadowed_statements(appliance)) {
        auto& covering = lines[appliance.statements.at(statement).place.line - before];
        for (const auto id : by) covering.push_back(appliance.statements.at(id).place.line - before);
    }
    return lines;
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
    CHECK(shadows("wan.prerouting: [g, f]\n" + shared) == Lines{{3, {}}});
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
                  "}\n") == Lines{{4, {2}}, {5, {3, 5}}});
}

TEST_CASE("a last line of defence is not shadowed") {
    CHECK(shadows("wan.prerouting: f Filter::IP f {\nif (ip.ttl > 1) { drop }\nif (ip.ttl <= 1) { accept "
                  "}\ndrop }\n")
              .empty());
}
