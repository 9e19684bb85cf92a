// Warnings and answers about random policies against the interpreter, which is given random packets: what is said
// never to be never is.
#include "compiler/analysis/walk.hpp"
#include "compiler/analysis/members.hpp"
#include "compiler/analysis/query.hpp"
#include "compiler/eval/machine.hpp"
#include "harness/dice.hpp"
#include "harness/packets.hpp"
#include "harness/random.hpp"
#include "tests/analysis/policy.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace {

using analysis::Ending;
using harness::Dice;

std::string ip_condition(Dice& dice, unsigned depth = 1) {
    if (depth > 0 && dice.percent(30))
        return "(" + ip_condition(dice, depth - 1) + dice.one_of<std::string>({" and ", " or "}) +
               ip_condition(dice, depth - 1) + ")";
    return dice.one_of<std::string>({"ip.protocol == tcp", "ip.protocol == udp", "ip.protocol == icmp", "ip.protocol != tcp",
                                     "ct.state == new", "ct.state == established", "ct.state == related",
                                     "iface.in == wan", "iface.in == lan", "ip.saddr in 10.0.0.0/24", "ip.saddr == 10.0.0.0",
                                     "ip.daddr in [10.0.0.1, 203.0.113.1]", "ip.daddr in 10.0.0.0/24", "ip.ttl < 2",
                                     "ip.ttl > 253", "ip.dscp == 1", "ip.length < 40", "ip.options", "vlan.id == 0"});
}

/// A function's body under construction.
struct Author {
    Dice& dice;
    std::string text{};

    void verdict() { text += dice.one_of<std::string>({"accept\n", "drop\n", "reject\n", "log(\"seen\")\n"}); }

    void statement(unsigned depth) {
        if (dice.percent(35)) {
            text += dice.one_of<std::string>({"Filter::TCP { if (tcp.dport in [22, 80]) {\n", "Filter::TCP { if (syn in tcp.flags) {\n",
                                              "Filter::UDP { if (udp.dport < 1024) {\n",
                                              "Filter::ICMP { if (icmp.type == echo-request) {\n"});
            verdict();
            text += "}\n";
            if (dice.percent(40)) verdict();
            text += "}\n";
            return;
        }
        text += "if (" + ip_condition(dice) + ") {\n";
        depth > 0 ? block(depth - 1) : verdict();
        text += "}";
        if (dice.percent(30)) {
            text += " else {\n";
            verdict();
            text += "}";
        }
        text += "\n";
    }

    void block(unsigned depth) {
        for (auto count = 1 + dice.below(3); count > 0; --count) statement(depth);
    }
};

std::string random_policy(Dice& dice, bool translates) {
    auto text = translates ? dice.one_of<std::string>({"wan.prerouting: [n, a, n2, b] lan.postrouting: c wan.output: c\n",
                                                       "wan.prerouting: [a, n, b, n2] wan.input: c lan.prerouting: n\n",
                                                       "wan.prerouting: n2 lan.prerouting: [a, n] lan.postrouting: [b, c] wan.postrouting: c\n"})
                           : dice.one_of<std::string>({"wan.prerouting: [a, b] wan.input: c lan.prerouting: a\n",
                                                       "wan.prerouting: a lan.prerouting: b lan.postrouting: c\n",
                                                       "wan.input: [a, b] wan.postrouting: [b, c] lan.prerouting: a\n"});
    if (dice.percent(40)) text += "wan.masquerade: true\n";
    for (const std::string name : {"a", "b", "c"}) {
        Author author{dice};
        author.block(2);
        text += "Filter::IP " + name + " {\n" + author.text + dice.one_of<std::string>({"accept", "drop"}) + "\n}\n";
    }
    if (!translates) return text;
    return text + "Nat::TCP web { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } }\n"
                  "Nat::IP n { web if (" + ip_condition(dice) + ") { dnat(10.0.0.6) } }\n"
                  "Nat::IP n2 { if (ip.daddr == 10.0.0.5) { dnat(10.0.0.7) } if (" + ip_condition(dice) + ") { dnat(10.0.0.5) } }\n";
}

/// What was said about a policy.
struct Said {
    std::set<model::StatementId> never_decide;
    std::map<std::tuple<std::uint32_t, std::uint32_t>, bool> conditions; ///< comparisons, by place: how they always are
    /// Of each chain and question: how its packets never end.
    std::map<std::string, std::vector<std::pair<model::FunctionId, Ending>>> no_packet;
};

class Judge {
public:
    explicit Judge(const model::Appliance& appliance) : appliance_(appliance) {
        const auto dead = analysis::shadowed_statements(appliance).dead;
        for (const auto& one : dead) said_.never_decide.insert(one.statement);
        analysis::Places places(appliance);
        for (const auto& one : analysis::foregone_conditions(appliance, places, dead)) note(one);
        for (const auto& assertion : appliance.asserts) {
            questions_.functions.push_back({{}, model::FunctionKind::filter, assertion.layer, assertion.body, {}});
            for (const auto ending : {Ending::accept, Ending::drop, Ending::reject}) ask(assertion, ending);
        }
    }

    void look_at(const eval::StageTrace& stage, eval::View frame) {
        const auto chain = chain_of(stage);
        if (!chain) return;
        for (const auto& event : stage.events) {
            if (const auto* decided = std::get_if<eval::Decided>(&event))
                CHECK_FALSE(said_.never_decide.contains(decided->statement));
            if (const auto* asked = std::get_if<eval::Asked>(&event)) {
                const auto known = said_.conditions.find({asked->place.line, asked->place.column});
                if (known != said_.conditions.end()) CHECK(asked->holds == known->second);
            }
        }
        using model::Reason;
        if (stage.before.tracked.state == model::State::invalid) return;
        auto ending = Ending::accept;
        if (stage.dropped) ending = *stage.dropped == Reason::reject ? Ending::reject : Ending::drop;
        if (stage.dropped && *stage.dropped != Reason::reject && *stage.dropped != Reason::filter) return;
        for (const auto& [question, never] : said_.no_packet[*chain]) {
            const bool behind_route = stage.stage == "forward" || stage.stage == "output" || stage.stage == "postrouting";
            const eval::Subject subject{eval::Datagram(stage.before.datagram), stage.before.tracked.state,
                                        stage.packet == 0 ? frame : eval::View{},
                                        stage.packet == 0 ? stage.before.ingress : model::no_iface,
                                        behind_route ? stage.before.hop.egress : model::no_iface};
            std::vector<eval::LogText> logs;
            eval::Limits limits(questions_.limits);
            if (never != ending || !eval::run_function(questions_, question, subject, {logs, limits})) continue;
            FAIL_CHECK(*chain << " ends so for a packet, which was said not to be: "
                              << appliance_.asserts.at(question - appliance_.functions.size()).name);
        }
    }

    std::size_t claims() const { return claims_; }
    std::size_t dead() const { return said_.never_decide.size() + said_.conditions.size(); }

private:
    void note(const analysis::Foregone& one) {
        if (one.body != nullptr) {
            if (const auto* enter = std::get_if<model::Enter>(&one.body->is))
                said_.never_decide.merge(analysis::statements_in(appliance_, enter->body));
            return;
        }
        const bool is_comparison = std::holds_alternative<model::Test>(one.condition->is);
        if (is_comparison && one.because != analysis::Foregone::Because::rest)
            said_.conditions[{one.condition->place.line, one.condition->place.column}] = one.holds;
        if (one.because == analysis::Foregone::Because::nobody || one.because == analysis::Foregone::Because::verdicts)
            said_.never_decide.insert(one.explains.begin(), one.explains.end());
    }

    void ask(const model::Assert& assertion, Ending ending) {
        const auto answer = analysis::answer(appliance_, assertion, ending);
        // Later packets of a translated flow cannot be shown.
        if (!appliance_.translates()) CHECK_FALSE(std::holds_alternative<analysis::NotDecided>(answer));
        if (!std::holds_alternative<analysis::NoSuchPacket>(answer)) return;
        ++claims_;
        const auto function = static_cast<model::FunctionId>(questions_.functions.size() - 1);
        said_.no_packet[analysis::text_of(appliance_, analysis::way_of(assertion))].emplace_back(function, ending);
    }

    std::optional<std::string> chain_of(const eval::StageTrace& stage) const {
        const auto iface = stage.stage == "prerouting" ? stage.before.ingress
                           : stage.stage == "input"    ? stage.before.local
                                                       : stage.before.hop.egress;
        if (stage.stage == "forward") return "forward";
        if (std::ranges::find(model::hook_names, stage.stage) == std::end(model::hook_names)) return std::nullopt;
        return appliance_.ifaces.at(iface).name + '.' + std::string(stage.stage);
    }

    const model::Appliance& appliance_;
    model::Appliance questions_ = appliance_; ///< has a function for each
    Said said_;
    std::size_t claims_ = 0;
};

} // namespace

TEST_CASE("what is said never to be is never seen by the interpreter") {
    const auto* more = std::getenv("NACLC_POLICIES"); // as in brute_test.cpp
    const std::uint64_t policies = more != nullptr ? std::stoull(more) : 120;
    std::size_t claims = 0, dead = 0;
    for (std::uint64_t seed = 1; seed <= policies; ++seed) {
        Dice dice(seed);
        auto text = random_policy(dice, seed % 3 == 0);
        for (const std::string chain : {"wan.prerouting", "gw.forward", "lan.postrouting", "wan.input"})
            text += "Assert::IP q_" + chain.substr(chain.find('.') + 1) + "(" + chain + ") { if (" + ip_condition(dice) + ") { accept } }\n";
        INFO("seed " << seed << '\n' << text);
        const auto appliance = policy(text);
        Judge judge(appliance);
        const auto boundaries = harness::boundaries_of(appliance);
        const auto macs = harness::nic_macs(appliance);
        for (std::uint64_t history = 1; history <= 25; ++history) {
            eval::Machine machine(appliance, macs);
            eval::Time now = 0;
            for (const auto& event : harness::random_history(appliance, boundaries, history, 12)) {
                if (const auto* pause = std::get_if<harness::Pause>(&event)) machine.tick(now += pause->ns);
                const auto* in = std::get_if<harness::FrameIn>(&event);
                if (in == nullptr) continue;
                eval::Trace trace;
                machine.receive(model::nic_of(appliance, in->iface), in->bytes, now, &trace);
                for (const auto& stage : trace.stages) judge.look_at(stage, in->bytes);
            }
        }
        claims += judge.claims();
        dead += judge.dead();
    }
    CHECK(claims > 100);
    CHECK(dead > 100);
}
