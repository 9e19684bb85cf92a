// What depends on how two fields compare is decided as everything else is.
#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/diff.hpp"
#include "compiler/analysis/query.hpp"
#include "compiler/analysis/shadows.hpp"
#include "tests/analysis/policy.hpp"

using analysis::Ending;
using analysis::Witness;
using model::Field;

namespace {

/// Is there a packet for which the Filter ends so, and that meets the condition?
analysis::Verdict ask(const std::string& body, const std::string& condition, Ending ending) {
    const auto appliance = policy("wan.prerouting: f Filter::IP f {\n" + body +
                                  "\n}\nAssert::TCP a(wan.prerouting) { if (" + condition + ") { accept } }");
    return analysis::answer(appliance, appliance.asserts.at(0), ending);
}

bool none(const std::string& body, const std::string& condition, Ending ending) {
    return std::holds_alternative<analysis::NoSuchPacket>(ask(body, condition, ending));
}

model::Value value(const Witness& witness, Field field) {
    const auto value = analysis::value_in(witness.packet, field);
    REQUIRE(value);
    return *value;
}

} // namespace

TEST_CASE("a packet is found whose fields are as they are compared") {
    const auto one = ask("accept", "tcp.window < tcp.dport and tcp.dport < tcp.urgptr", Ending::accept);
    REQUIRE(std::holds_alternative<Witness>(one));
    const auto narrow = ask("accept",
                            "ip.id < tcp.dport and tcp.dport < tcp.window and ip.id in [5, 7, 30] and "
                            "tcp.dport in [4, 6, 20] and tcp.window in [3, 7, 10]",
                            Ending::accept);
    REQUIRE(std::holds_alternative<Witness>(narrow));
    const auto& witness = std::get<Witness>(narrow);
    CHECK(value(witness, Field::ip_id) == 5);
    CHECK(value(witness, Field::tcp_dport) == 6);
    CHECK(value(witness, Field::tcp_window) >= 7);
    const auto rest =
        ask("Filter::TCP { if (tcp.sport < tcp.dport or tcp.sport > tcp.dport) { drop } }\naccept",
            "tcp.dport in 5-9 and tcp.sport in 8-20", Ending::accept);
    REQUIRE(std::holds_alternative<Witness>(rest));
    CHECK(value(std::get<Witness>(rest), Field::tcp_dport) ==
          value(std::get<Witness>(rest), Field::tcp_sport));
}

TEST_CASE("that there is no such packet is a proof") {
    CHECK(none("accept", "tcp.sport < tcp.dport and tcp.dport < tcp.sport", Ending::accept));
    CHECK(none("accept", "tcp.sport < tcp.dport and tcp.dport < tcp.window and tcp.window < tcp.sport",
               Ending::accept));
    CHECK(none("accept", "tcp.sport == tcp.dport and tcp.dport == tcp.window and tcp.window != tcp.sport",
               Ending::accept));
    CHECK(none("accept", "tcp.sport > tcp.dport and tcp.sport < 1000 and tcp.dport >= 999", Ending::accept));
    CHECK_FALSE(
        none("accept", "tcp.sport > tcp.dport and tcp.sport <= 1000 and tcp.dport >= 999", Ending::accept));
    CHECK(none("if (ip.ttl > ip.dscp) { accept } drop", "ip.ttl > 62 and ip.dscp != ip.ttl", Ending::drop));
    CHECK_FALSE(
        none("if (ip.ttl > ip.dscp) { accept } drop", "ip.ttl > 61 and ip.dscp != ip.ttl", Ending::drop));
}

TEST_CASE("an Assert about compared fields holds, or is broken by a packet") {
    const std::string body =
        "wan.prerouting: f Filter::IP f { Filter::TCP { if (tcp.sport <= tcp.dport) { accept } } "
        "drop }\n";
    const auto prove = [&](const std::string& claim) {
        const auto appliance = policy(body + "Assert::TCP a(wan.prerouting) { " + claim + " }");
        return analysis::prove(appliance, appliance.asserts.at(0));
    };
    CHECK(std::holds_alternative<analysis::Holds>(
        prove("if (tcp.sport < 100 and tcp.dport >= 99) { accept } if (tcp.sport > 50000 and tcp.dport < "
              "40000) { drop }")));
    const auto broken = prove("if (tcp.sport in 90-100 and tcp.dport in 10-90) { drop }");
    REQUIRE(std::holds_alternative<analysis::Broken>(broken));
    CHECK(value(std::get<analysis::Broken>(broken).witness, Field::tcp_sport) == 90);
    CHECK(value(std::get<analysis::Broken>(broken).witness, Field::tcp_dport) == 90);
}

TEST_CASE("a condition of more boxes than are counted keeps its meaning") {
    std::string condition;
    for (unsigned i = 1; i <= 9; ++i)
        condition += (i == 1 ? "" : " and ") + ("(ip.id != " + std::to_string(i)) +
                     " or ip.length != " + std::to_string(100 + i) + ")";
    const std::string body = "if (" + condition + ") { accept } drop";
    CHECK(none(body, "ip.id == 3 and ip.length == 103", Ending::accept));
    CHECK(none(body, "ip.id == 3 and ip.length == 104", Ending::drop));
    CHECK(none(body, "ip.id >= 10", Ending::drop));
    CHECK(std::holds_alternative<Witness>(ask(body, "ip.id == 3 and ip.length == 103", Ending::drop)));
    const auto some = ask(body, "ip.id > 4", Ending::drop);
    REQUIRE(std::holds_alternative<Witness>(some));
    CHECK(value(std::get<Witness>(some), Field::ip_id) > 4);
}

TEST_CASE("a verdict whose packets a comparison has decided about never decides") {
    const auto appliance = policy("wan.prerouting: f Filter::IP f { Filter::TCP {\n"
                                  "if (tcp.window == 9) { drop }\n"
                                  "if (tcp.sport < tcp.dport) { accept }\n"
                                  "if (tcp.sport in 1-100 and tcp.dport in 200-300) { drop }\n"
                                  "if (tcp.sport in 1-100 and tcp.dport in 100-300) { drop }\n"
                                  "accept } drop }\n");
    constexpr std::uint32_t before = 4; // of two_ifaces
    const auto line = [&](model::StatementId id) { return appliance.statements.at(id).place.line - before; };
    const auto shadowed = analysis::shadowed_statements(appliance).dead;
    REQUIRE(shadowed.size() == 1);
    CHECK(line(shadowed[0].statement) == 4);
    REQUIRE(shadowed[0].by.size() == 1);
    CHECK(line(shadowed[0].by[0]) == 3);
}

TEST_CASE("what compared fields say in other words is no difference") {
    const auto change = [](const std::string& before, const std::string& after) {
        const std::string filter = "wan.prerouting: f Filter::IP f { Filter::TCP { ";
        return analysis::diff(policy(filter + before + " } drop }"), policy(filter + after + " } drop }")).whole;
    };
    using analysis::Change;
    const std::string same = "if (tcp.sport == tcp.dport) { drop } accept";
    CHECK(change(same, "if (tcp.sport <= tcp.dport and tcp.sport >= tcp.dport) { drop } accept") ==
          Change::equivalent);
    CHECK(change(same, "if (tcp.sport <= tcp.dport) { drop } accept") == Change::less_permissive);
    CHECK(change(same, "if (tcp.sport == tcp.dport and tcp.sport != 4000) { drop } accept") ==
          Change::more_permissive);
    CHECK(change("if (tcp.sport < tcp.dport) { drop } accept",
                 "if (tcp.sport < tcp.dport and tcp.dport > 0) { drop } accept") == Change::equivalent);
}
