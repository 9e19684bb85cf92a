// What is said of conditions and their parts, against trying all packets: random policies over two fields, of
// which every value that no condition names is like any other.
#include "compiler/analysis/members.hpp"
#include "compiler/analysis/outcomes.hpp"
#include "compiler/analysis/translations.hpp"
#include "compiler/eval/chains.hpp"
#include "harness/dice.hpp"
#include "tests/analysis/policy.hpp"

#include <array>

namespace {

using analysis::Foregone;
using harness::Dice;
using model::Condition;
using model::Value;

constexpr Value values = 6; ///< 0 to 4 are named, 5 is not

/// A policy under construction: one condition a line, so that a line names it.
struct Author {
    Dice& dice;
    std::string text;

    std::string list() {
        std::string items = std::to_string(dice.below(values - 1));
        for (auto more = 1 + dice.below(2); more > 0; --more) items += ", " + std::to_string(dice.below(values - 1));
        return "[" + items + "]";
    }

    std::string condition(unsigned depth) {
        if (depth > 0 && dice.percent(45)) {
            const auto word = dice.percent(50) ? " and " : " or ";
            auto joined = condition(depth - 1);
            for (auto more = 1 + dice.below(2); more > 0; --more) joined += word + condition(depth - 1);
            return (dice.percent(20) ? "not (" : "(") + joined + ")";
        }
        const std::string field = dice.percent(60) ? "ip.ttl" : "ip.dscp";
        if (dice.percent(35)) return field + " in " + list();
        if (dice.percent(20)) return "not " + field + " in " + list();
        return field + (dice.percent(30) ? " < " : " == ") + std::to_string(1 + dice.below(values - 2));
    }

    void block(unsigned depth) {
        for (auto count = 1 + dice.below(4); count > 0; --count) statement(depth);
    }

    void statement(unsigned depth) {
        text += "if (" + condition(2) + ") {\n";
        if (depth > 0 && dice.percent(35))
            block(depth - 1);
        else
            text += dice.percent(25) ? "log(\"seen\")\n" : dice.percent(50) ? "accept\n" : "drop\n";
        text += "}";
        if (dice.percent(25)) {
            text += " else {\n";
            statement(0);
            text += "}";
        }
        text += "\n";
    }
};

struct Packet {
    Value ttl = 0, dscp = 0;
};

/// Runs a function and keeps what it meets.
class Oracle {
public:
    explicit Oracle(const model::Appliance& appliance) : appliance_(appliance) {}

    bool holds(const Condition& condition, const Packet& packet, const Condition* without = nullptr) {
        bool result = false;
        if (const auto* test = std::get_if<model::Test>(&condition.is)) {
            const auto value = test->field == model::Field::ip_ttl ? packet.ttl : packet.dscp;
            result = contains(appliance_.sets.at(test->set), value);
        } else if (const auto* negation = std::get_if<model::Not>(&condition.is)) {
            result = !holds(negation->operand.front(), packet, without);
        } else if (const auto* all = std::get_if<model::All>(&condition.is)) {
            result = true;
            for (const auto& operand : all->operands)
                if (result && &operand != without) result = holds(operand, packet, without);
        } else {
            for (const auto& operand : std::get<model::Any>(condition.is).operands)
                if (!result && &operand != without) result = holds(operand, packet, without);
        }
        if (without == nullptr && !left_out_) outcomes[&condition][result] = true;
        return result;
    }

    std::optional<model::StatementId> run(const model::Block& block, const Packet& packet) {
        for (const auto& step : block) {
            if (const auto* verdict = std::get_if<model::Verdict>(&step.is)) {
                deciding.insert(verdict->statement);
                return verdict->statement;
            }
            const auto* branch = std::get_if<model::Branch>(&step.is);
            if (branch == nullptr) continue;
            coming[branch].push_back(packet);
            const auto decided = run(holds(branch->condition, packet) ? branch->then : branch->otherwise, packet);
            if (decided) return decided;
        }
        return std::nullopt;
    }

    /// Whether an operand, or a member of a set, changes anything.
    bool matters(const Condition* operand, const model::Place* member) {
        bool matters = false;
        for (const auto& [branch, packets] : coming)
            for (const auto& packet : packets) {
                left_out_ = nullptr;
                const bool with = holds(branch->condition, packet);
                left_out_ = member;
                if (holds(branch->condition, packet, operand) != with) matters = true;
            }
        left_out_ = nullptr;
        return matters;
    }

    std::map<const Condition*, std::array<bool, 2>> outcomes;
    std::set<model::StatementId> deciding;
    std::map<const model::Branch*, std::vector<Packet>> coming;

private:
    bool contains(const model::Set& set, Value value) const {
        if (left_out_ == nullptr || set.members.empty()) return set.values.contains(value);
        return std::ranges::any_of(set.members, [&](const model::Member& member) {
            return member.place != *left_out_ && member.values.low <= value && value <= member.values.high;
        });
    }

    const model::Appliance& appliance_;
    const model::Place* left_out_ = nullptr;
};

std::optional<model::StatementId> interpreted(const model::Appliance& appliance, model::FunctionId function,
                                              const Packet& packet) {
    eval::Bytes datagram(20);
    datagram[0] = 0x45;
    datagram[1] = static_cast<std::uint8_t>(packet.dscp << 2);
    datagram[3] = 20;
    datagram[8] = static_cast<std::uint8_t>(packet.ttl);
    datagram[9] = 99;
    const eval::Subject subject{eval::Datagram(datagram), model::State::fresh, eval::View{}, 0, model::no_iface};
    std::vector<eval::LogText> logs;
    eval::Limits limits(appliance.limits);
    return eval::run_function(appliance, function, subject, {logs, limits});
}

void check_findings(Oracle& oracle, const std::vector<Foregone>& found, std::size_t& count) {
    for (const auto& one : found) {
        ++count;
        INFO("at " << one.condition->place.line << ':' << one.condition->place.column);
        if (one.because == Foregone::Because::rest)
            CHECK_FALSE(oracle.matters(one.condition, nullptr));
        else
            CHECK_FALSE(oracle.outcomes[one.condition][!one.holds]);
    }
}

/// Conditions that are never true, about which nothing is said.
std::size_t missed(Oracle& oracle, const model::Block& block, const std::set<const Condition*>& said,
                   const std::set<model::StatementId>& shadowed) {
    std::size_t count = 0;
    for (const auto& step : block) {
        const auto* branch = std::get_if<model::Branch>(&step.is);
        if (branch == nullptr || !oracle.coming.contains(branch)) continue;
        const auto* verdict = std::get_if<model::Verdict>(&branch->then.front().is);
        bool is_said = verdict != nullptr && shadowed.contains(verdict->statement);
        analysis::each_part(branch->condition, [&](const Condition& part) { is_said |= said.contains(&part); });
        const auto* inner = std::get_if<model::Branch>(&branch->then.front().is);
        const bool never = !oracle.outcomes[&branch->condition][true];
        if (never && !is_said && inner == nullptr) ++count;
        if (is_said || never) continue;
        count += missed(oracle, branch->then, said, shadowed) + missed(oracle, branch->otherwise, said, shadowed);
    }
    return count;
}

} // namespace

TEST_CASE("what is said of conditions is what trying all packets says") {
    std::size_t conditions = 0, members = 0, shadows = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Dice dice(seed);
        Author author{dice, "wan.prerouting: f Filter::IP f {\n"};
        author.block(2);
        const auto text = author.text + "drop\n}\n";
        INFO("seed " << seed << '\n' << text);
        const auto appliance = policy(text);
        const auto function = appliance.ifaces[0].chain(model::Hook::prerouting).front();
        Oracle oracle(appliance);
        for (Value ttl = 0; ttl < values; ++ttl)
            for (Value dscp = 0; dscp < values; ++dscp) {
                const Packet packet{ttl, dscp};
                CHECK(oracle.run(appliance.functions[function].body, packet) ==
                      interpreted(appliance, function, packet));
            }
        const auto shadowed = analysis::shadowed_statements(appliance).dead;
        std::set<model::StatementId> dead;
        for (const auto& one : shadowed) {
            dead.insert(one.statement);
            CHECK_FALSE(oracle.deciding.contains(one.statement));
        }
        analysis::Places places(appliance);
        const auto found = analysis::foregone_conditions(appliance, places, shadowed);
        check_findings(oracle, found, conditions);
        std::set<const Condition*> said;
        for (const auto& one : found) said.insert(one.condition);
        CHECK(missed(oracle, appliance.functions[function].body, said, dead) == 0);
        for (const auto& idle : analysis::idle_members(appliance, places, found)) {
            ++members;
            INFO("at " << idle.place.line << ':' << idle.place.column);
            const Condition* operand = nullptr;
            for (const auto& [condition, ignored] : oracle.outcomes)
                if (condition->place == idle.place && condition->end == idle.end) operand = condition;
            CHECK_FALSE(oracle.matters(operand, operand == nullptr ? &idle.place : nullptr));
        }
        shadows += dead.size();
    }
    CHECK(conditions > 100);
    CHECK(members > 50);
    CHECK(shadows > 100);
}

TEST_CASE("a member matters where any use of its list needs it") {
    const std::string list = "admins: [10.1.0.1, 10.1.0.2]\nFilter::IP f {\nif (ip.saddr == 10.1.0.1) { accept }\n"
                             "if (ip.saddr in admins and ip.ttl == 3) { drop }\n";
    const auto idle = [](const std::string& text) {
        const auto appliance = policy(text);
        analysis::Places places(appliance);
        return analysis::idle_members(appliance, places, {}).size();
    };
    CHECK(idle("wan.prerouting: f\n" + list + "drop }\n") == 1);
    CHECK(idle("wan.prerouting: f\n" + list + "if (not ip.saddr in admins) { accept } drop }\n") == 0);
    CHECK(idle("wan.prerouting: [f, g]\n" + list + "accept }\nFilter::IP g { if (ip.daddr in admins) { drop } accept }\n") ==
          0);
}

TEST_CASE("a translation is lost when later functions drop all of it") {
    const auto lost = [](const std::string& behind, const std::string& to) {
        const auto appliance = policy("wan.prerouting: [n" + behind + "]\nNat::TCP forward_web { if (tcp.dport == 8080) { dnat(" +
                                      to + ") } }\nNat::IP n { forward_web }\n"
                                      "Filter::IP web { Filter::TCP { if (tcp.dport == 80) { drop } } accept }\n");
        const auto found = analysis::lost_translations(appliance, {});
        // Of several statements that drop the last one is shown.
        for (const auto& one : found) CHECK(appliance.statements.at(one.by.value()).action == model::Action::drop);
        return found.size();
    };
    // `middle` of the policies drops what is new from outside.
    CHECK(lost("", "10.0.0.9, 80") == 1);
    CHECK(lost(", web", "10.0.0.9, 80") == 1);
    CHECK(lost("", "203.0.113.1, 80") == 0);
}

TEST_CASE("a translation is lost where its Iface's packets are, and those that Filters before it drop do not save it") {
    const auto lost = [](const std::string& prerouting, const std::string& forward) {
        const auto text = "Iface wan { index: 0, address: 203.0.113.2, netmask: 255.255.255.0, prerouting: " + prerouting + " }\n"
                          "Iface lan { index: 1, address: 10.1.0.1, netmask: 255.255.255.0, prerouting: pub }\n"
                          "Gateway g { connected: [wan, lan], forward: f }\n"
                          "Filter::IP guard { if (ip.saddr in 192.168.0.0/16) { drop } accept }\n"
                          "Nat::IP pub { Nat::TCP { if (iface.in == wan and tcp.dport == 80) { dnat(10.1.0.80) } } }\n"
                          "Filter::IP f { if (ct.state == established) { accept } " + forward + " drop }\n";
        const auto loaded = sema::load_text("test.nacl", text);
        REQUIRE(loaded.appliance);
        return analysis::lost_translations(*loaded.appliance, {}).size();
    };
    CHECK(lost("pub", "") == 1);
    CHECK(lost("pub", "if (ip.daddr == 10.1.0.80) { accept }") == 0);
    CHECK(lost("pub", "if (ip.saddr == 192.168.7.7) { accept }") == 0);
    CHECK(lost("[guard, pub]", "if (ip.saddr == 192.168.7.7) { accept }") == 1);
    CHECK(lost("[guard, pub]", "if (ip.saddr == 198.51.100.7) { accept }") == 0);
}

TEST_CASE("a Limit that is asked again may say something else") {
    const auto said = [](const std::string& body) {
        const auto appliance = policy("Limit l { rate: 1, per: second }\nwan.prerouting: f\nFilter::IP f {\n" + body + "\naccept\n}\n");
        analysis::Places places(appliance);
        return analysis::foregone_conditions(appliance, places, analysis::shadowed_statements(appliance).dead).size();
    };
    CHECK(said("if (l.exceeded or l.exceeded) { drop }") == 0);
    CHECK(said("if (l.exceeded and l.exceeded) { drop }") == 0);
    CHECK(said("if (l.exceeded and not l.exceeded) { drop }") == 0);
    CHECK(said("if (l.exceeded) { if (l.exceeded) { drop } }") == 0);
    CHECK(said("if (l.exceeded) { drop } if (l.exceeded) { drop }") == 0);
    CHECK(said("if (l.exceeded and ip.ttl == 3 and ip.ttl == 4) { drop }") == 1);
}

TEST_CASE("a body is entered where its function is called for such packets, whoever else calls it") {
    for (const std::string others : {"Filter::UDP { after }", "if (ip.protocol != tcp) { after }"}) {
        INFO(others);
        const auto appliance = policy("wan.prerouting: f Filter::IP f { Filter::TCP { after } " + others + " drop }\n"
                                      "Filter::IP after { Filter::TCP { if (tcp.dport == 5) { accept } }\n"
                                      "Filter::UDP { if (udp.dport == 5) { accept } } }\n");
        analysis::Places places(appliance);
        const auto dead = analysis::shadowed_statements(appliance).dead;
        for (const auto& found : analysis::foregone_conditions(appliance, places, dead))
            CHECK(found.body == nullptr);
    }
}

TEST_CASE("that a part of a condition always holds does not hide that the whole never does") {
    const auto said = [](const std::string& condition) {
        const auto appliance = policy("wan.postrouting: f Filter::IP f { Filter::TCP { if (" + condition + ") { drop } } accept }\n");
        analysis::Places places(appliance);
        std::size_t count = 0;
        for (const auto& found : analysis::foregone_conditions(appliance, places, analysis::shadowed_statements(appliance).dead))
            count += !found.is_said;
        return count;
    };
    CHECK(said("ip.protocol == tcp and ip.daddr in 10.0.0.0/24") == 1);
    CHECK(said("ip.protocol == tcp and ip.daddr in 203.0.113.0/24") == 0);
    CHECK(said("ip.version == 6 or not ip.version == 4") == 0);
    CHECK(said("ip.protocol == udp and ip.daddr in 10.0.0.0/24") == 0);
}
