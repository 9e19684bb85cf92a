// Everything that is said of random policies, against trying all packets of some values on every chain and
// path: what is said never to be is never, and what never is is said.
#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/foregone.hpp"
#include "compiler/analysis/leftover.hpp"
#include "compiler/analysis/members.hpp"
#include "compiler/analysis/redundant.hpp"
#include "compiler/analysis/shadows.hpp"
#include "compiler/analysis/translations.hpp"
#include "compiler/analysis/walk.hpp"
#include "compiler/eval/chains.hpp"
#include "compiler/eval/validity.hpp"
#include "compiler/sema/load.hpp"
#include "tests/analysis/brute_policy.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace {

using analysis::Ending;
using analysis::Foregone;
using brute::Packet;
using model::Condition;
using model::Field;
using model::Layer;
using model::StatementId;
using model::Value;

bool is_of(const Packet& packet, Layer layer) {
    return layer == Layer::ip || packet[Field::ip_protocol] == model::protocol_number(layer);
}

/// What is left out of a condition to see whether it matters.
struct LeftOut {
    const Condition* operand = nullptr;
    const model::Place* member = nullptr;
};

/// Runs functions, by a reading of its own of what they mean, and keeps what it meets.
class Oracle {
public:
    explicit Oracle(const model::Appliance& appliance) : appliance_(appliance) {}

    std::optional<StatementId> run(const model::Block& block, Packet& packet) {
        for (const auto& step : block) {
            std::optional<StatementId> decided;
            if (const auto* verdict = std::get_if<model::Verdict>(&step.is)) {
                decided = verdict->statement;
                if (keeps_) deciding.insert(verdict->statement);
            } else if (const auto* call = std::get_if<model::Call>(&step.is)) {
                const auto& function = appliance_.functions.at(call->function);
                if (is_of(packet, function.layer)) decided = run(function.body, packet);
            } else if (const auto* enter = std::get_if<model::Enter>(&step.is)) {
                if (keeps_) entered[&step] |= is_of(packet, enter->layer);
                if (is_of(packet, enter->layer)) decided = run(enter->body, packet);
            } else if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
                if (keeps_) coming[branch].push_back(packet);
                const bool is_met = holds(branch->condition, packet, {});
                decided = run(is_met ? branch->then : branch->otherwise, packet);
            }
            if (decided) return decided;
        }
        return std::nullopt;
    }

    bool holds(const Condition& condition, const Packet& packet, const LeftOut& left_out) {
        bool result = false;
        if (const auto* test = std::get_if<model::Test>(&condition.is)) {
            result =
                contains(appliance_.sets.at(test->set), packet[test->field] & test->mask, left_out.member);
        } else if (const auto* compare = std::get_if<model::Compare>(&condition.is)) {
            result = model::holds(packet[compare->left], compare->relation, packet[compare->right]);
        } else if (std::holds_alternative<model::Exceeded>(condition.is)) {
            result = limits_say;
        } else if (const auto* negation = std::get_if<model::Not>(&condition.is)) {
            result = !holds(negation->operand.front(), packet, left_out);
        } else if (const auto* all = std::get_if<model::All>(&condition.is)) {
            result = true;
            for (const auto& operand : all->operands)
                if (result && &operand != left_out.operand) result = holds(operand, packet, left_out);
        } else if (const auto* any = std::get_if<model::Any>(&condition.is)) {
            for (const auto& operand : any->operands)
                if (!result && &operand != left_out.operand) result = holds(operand, packet, left_out);
        }
        if (keeps_ && left_out.operand == nullptr && left_out.member == nullptr)
            outcomes[&condition][result] = true;
        return result;
    }

    /// Whether the whole condition ever comes out otherwise without it.
    bool matters(const LeftOut& left_out) {
        keeps_ = false;
        bool matters = false;
        for (const auto& [branch, packets] : coming)
            for (const auto& packet : packets)
                if (holds(branch->condition, packet, {}) != holds(branch->condition, packet, left_out))
                    matters = true;
        keeps_ = true;
        return matters;
    }

    /// Of a chain; what a dnat changes it changes in the packet.
    struct Ended {
        Ending how{};
        std::set<StatementId> translated_by{};
    };
    Ended through(const std::vector<model::FunctionId>& chain, bool translates, Packet& packet) {
        Ended ended{Ending::accept};
        for (const auto id : chain) {
            const auto& function = appliance_.functions.at(id);
            const bool is_nat = function.kind == model::FunctionKind::nat;
            if (is_nat && packet[Field::ct_state] != static_cast<Value>(model::State::fresh)) continue;
            const auto decided = run(function.body, packet);
            if (!decided) continue;
            const auto& statement = appliance_.statements.at(*decided);
            if (is_nat && translates) {
                if (statement.ipv4_address) packet[Field::ip_daddr] = *statement.ipv4_address;
                if (statement.port) packet[Field::tcp_dport] = packet[Field::udp_dport] = *statement.port;
                ended.translated_by.insert(*decided);
            }
            if (is_nat || statement.action == model::Action::accept) continue;
            ended.how = statement.action == model::Action::drop ? Ending::drop : Ending::reject;
            return ended;
        }
        return ended;
    }

    bool limits_say = false;
    std::map<const Condition*, std::array<bool, 2>> outcomes;
    std::map<const model::Step*, bool> entered;
    std::set<StatementId> deciding;
    std::map<const model::Branch*, std::vector<Packet>> coming;

private:
    static bool contains(const model::Set& set, Value value, const model::Place* left_out) {
        if (left_out == nullptr || set.members.empty()) return set.values.contains(value);
        return std::ranges::any_of(set.members, [&](const model::Member& member) {
            return member.place != *left_out && member.values.low <= value && value <= member.values.high;
        });
    }

    const model::Appliance& appliance_;
    bool keeps_ = true;
};

struct Counts {
    std::size_t dead = 0, foregone = 0, rest = 0, members = 0, leftover = 0, lost = 0, holds = 0, broken = 0,
                not_decided = 0, missed = 0, redundant = 0, needed = 0, not_needed = 0, dead_by_chains = 0;
};

/// All packets on all chains, and on the ways from one Iface through to another.
class Judge {
public:
    Judge(const model::Appliance& appliance, Counts& counts)
        : appliance_(appliance), oracle_(appliance), counts_(counts) {
        for (const bool limits_say : {false, true}) {
            oracle_.limits_say = limits_say;
            try_all();
        }
    }

    void run() {
        const auto [dead, undecided] = analysis::shadowed_statements(appliance_);
        analysis::Places places(appliance_);
        const auto found = analysis::foregone_conditions(appliance_, places, dead);
        verdicts(places, dead, undecided, found);
        for (const auto& one : found) condition(one);
        members(places, found);
        for (const auto* left : analysis::leftover_conditions(appliance_, places, found)) {
            ++counts_.leftover;
            INFO("left over at " << left->place.line << ':' << left->place.column);
            CHECK_FALSE(oracle_.outcomes[left][false]);
        }
        redundant(places, dead);
        translations(dead);
        for (const auto& assertion : appliance_.asserts) claim(assertion);
    }

private:
    void try_all() {
        auto known = std::exchange(oracle_.deciding, {});
        for (const model::IfaceId iface : {0U, 1U})
            for (const auto& packet : brute::packets_at_prerouting(iface)) {
                auto now = packet;
                const auto& chain = appliance_.ifaces[iface].chain(model::Hook::prerouting);
                const auto ended = oracle_.through(chain, true, now);
                if (!chain.empty())
                    note(model::IfaceChain{iface, model::Hook::prerouting}, packet, ended.how);
                onwards(packet, now, ended);
            }
        decide_on_ways_.insert(oracle_.deciding.begin(), oracle_.deciding.end());
        oracle_.deciding.merge(known);
        for (const auto& packet : brute::packets_at_forward()) {
            auto now = packet;
            note(model::ForwardChain{}, packet, oracle_.through(appliance_.gateway->forward, false, now).how);
            const auto out = static_cast<model::IfaceId>(packet[Field::iface_out]);
            if (packet[Field::ip_saddr] != packet[Field::ip_daddr])
                oracle_.through(appliance_.ifaces[out].chain(model::Hook::postrouting), false, now);
        }
    }

    /// From the end of prerouting to this appliance, or out by another Iface.
    void onwards(const Packet& packet, Packet now, const Oracle::Ended& before) {
        const auto to = static_cast<model::Ipv4Address>(now[Field::ip_daddr]);
        const auto in = static_cast<model::IfaceId>(packet[Field::iface_in]);
        if (const auto own = eval::iface_with(appliance_, to)) return delivered(now, before, in, *own);
        const model::IfaceId out = to >> 8 == 0x0a0000 ? 1 : 0;
        if (now[Field::ip_ttl] < 2) return;
        now[Field::ip_ttl] -= 1;
        now[Field::iface_out] = out;
        auto how = before.how;
        if (how == Ending::accept) how = oracle_.through(appliance_.gateway->forward, false, now).how;
        if (how == Ending::accept)
            how = oracle_.through(appliance_.ifaces[out].chain(model::Hook::postrouting), false, now).how;
        if (how == Ending::accept) arrived_.insert(before.translated_by.begin(), before.translated_by.end());
        auto asked = packet; // an Assert about a path knows by which Iface it leaves
        asked[Field::iface_out] = out;
        note(model::Assert::Path{in, out}, asked, how);
    }

    /// Where it comes by another Iface than the address is of, it is forwarded there.
    void delivered(Packet now, const Oracle::Ended& before, model::IfaceId in, model::IfaceId own) {
        auto how = before.how;
        if (in != own) {
            if (now[Field::ip_ttl] < 2) return;
            now[Field::ip_ttl] -= 1;
            now[Field::iface_out] = own;
            if (how == Ending::accept) how = oracle_.through(appliance_.gateway->forward, false, now).how;
        }
        if (how == Ending::accept)
            how = oracle_.through(appliance_.ifaces[own].chain(model::Hook::input), false, now).how;
        if (how == Ending::accept) arrived_.insert(before.translated_by.begin(), before.translated_by.end());
    }

    void note(const analysis::Way& way, const Packet& packet, Ending how) {
        endings_[analysis::text_of(appliance_, way)].emplace_back(packet, how);
        all_.push_back({way, packet, how, oracle_.limits_say});
    }

    static void leave_out(model::Block& block, const std::set<StatementId>& statements) {
        std::erase_if(block, [&](const model::Step& step) {
            const auto* verdict = std::get_if<model::Verdict>(&step.is);
            return verdict != nullptr && statements.contains(verdict->statement);
        });
        for (auto& step : block) {
            if (auto* enter = std::get_if<model::Enter>(&step.is)) leave_out(enter->body, statements);
            auto* branch = std::get_if<model::Branch>(&step.is);
            if (branch == nullptr) continue;
            leave_out(branch->then, statements);
            leave_out(branch->otherwise, statements);
        }
    }

    /// Whether every packet ends on every way as it does with all of them.
    bool is_same_without(const std::set<StatementId>& statements) {
        auto fewer = appliance_;
        for (auto& function : fewer.functions) leave_out(function.body, statements);
        Oracle oracle(fewer);
        return std::ranges::all_of(all_, [&](const Seen& seen) {
            oracle.limits_say = seen.limits_say;
            return ending(oracle, seen.way, seen.packet) == seen.how;
        });
    }

    void redundant(analysis::Places& places, const std::vector<analysis::Shadowed>& dead) {
        std::set<StatementId> gone, told;
        for (const auto& one : dead)
            if (!one.is_by_chains) gone.insert(one.statement);
        const auto found = analysis::redundant_verdicts(appliance_, places, gone, {});
        counts_.redundant += found.size();
        for (const auto& one : found) {
            told.insert(one.statement);
            for (const auto by : one.by)
                UNSCOPED_INFO("line " << appliance_.statements.at(one.statement).place.line << " by "
                                      << appliance_.statements.at(by).place.line);
        }
        gone.merge(told);
        CHECK(is_same_without(gone));
        for (StatementId statement = 0; statement < appliance_.statements.size(); ++statement) {
            if (gone.contains(statement) || !oracle_.deciding.contains(statement)) continue;
            auto with_it = gone;
            with_it.insert(statement);
            ++(is_same_without(with_it) ? counts_.not_needed : counts_.needed);
        }
    }

    void verdicts(analysis::Places& places, const std::vector<analysis::Shadowed>& dead, const std::vector<StatementId>& undecided,
                  const std::vector<Foregone>& found) {
        std::set<StatementId> said(undecided.begin(), undecided.end());
        for (const auto& one : dead) {
            ++counts_.dead;
            said.insert(one.statement);
            INFO("verdict in line " << appliance_.statements.at(one.statement).place.line);
            counts_.dead_by_chains += one.is_by_chains;
            CHECK_FALSE((one.is_by_chains ? decide_on_ways_ : oracle_.deciding).contains(one.statement));
        }
        for (const auto& one : found) {
            said.insert(one.explains.begin(), one.explains.end());
            said_.insert(one.condition);
            said_.insert(one.body);
        }
        std::set<StatementId> asked;
        for (const auto& chain : analysis::chains_of(appliance_))
            for (const auto id : analysis::functions_of(appliance_, chain))
                asked_about(appliance_.functions.at(id).body, false, asked);
        if (appliance_.translates())
            return; // Limits there may say what they like each time, and flows be known
        // What stands behind an `if` that decides about all packets is in no list: that is said in place of it.
        std::set<StatementId> listed;
        for (const auto& listing : places.listings())
            for (const auto& rule : listing.rules().rules)
                if (rule.statement) listed.insert(*rule.statement);
        for (const auto statement : asked)
            counts_.missed += listed.contains(statement) && !oracle_.deciding.contains(statement) && !said.contains(statement);
    }

    /// Verdicts in an `if`, where nothing is said of what stands around them.
    void asked_about(const model::Block& block, bool conditional, std::set<StatementId>& asked) const {
        for (const auto& step : block) {
            if (said_.contains(&step)) continue;
            if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
                bool is_said = false;
                analysis::each_part(branch->condition,
                                    [&](const Condition& part) { is_said |= said_.contains(&part); });
                if (is_said) continue;
                asked_about(branch->then, true, asked);
                asked_about(branch->otherwise, true, asked);
            } else if (const auto* enter = std::get_if<model::Enter>(&step.is)) {
                asked_about(enter->body, conditional, asked);
            } else if (const auto* call = std::get_if<model::Call>(&step.is)) {
                asked_about(appliance_.functions.at(call->function).body, conditional, asked);
            } else if (const auto* verdict = std::get_if<model::Verdict>(&step.is)) {
                if (conditional) asked.insert(verdict->statement);
            }
        }
    }

    void condition(const Foregone& one) {
        ++counts_.foregone;
        if (one.body != nullptr) {
            INFO("body in line " << one.body->place.line);
            CHECK_FALSE(oracle_.entered[one.body]);
            return;
        }
        INFO("condition at " << one.condition->place.line << ':' << one.condition->place.column << " because "
                             << static_cast<int>(one.because));
        if (one.because == Foregone::Because::rest) {
            ++counts_.rest;
            CHECK_FALSE(oracle_.matters({one.condition, nullptr}));
        } else {
            CHECK_FALSE(oracle_.outcomes[one.condition][!one.holds]);
        }
    }

    void members(analysis::Places& places, const std::vector<Foregone>& found) {
        for (const auto& idle : analysis::idle_members(appliance_, places, found)) {
            ++counts_.members;
            INFO("member at " << idle.place.line << ':' << idle.place.column);
            const Condition* operand = nullptr;
            for (const auto& [condition, ignored] : oracle_.outcomes)
                if (condition->place == idle.place && condition->end == idle.end) operand = condition;
            CHECK_FALSE(oracle_.matters({operand, operand == nullptr ? &idle.place : nullptr}));
        }
    }

    void translations(const std::vector<analysis::Shadowed>& dead) {
        for (const auto& one : analysis::lost_translations(appliance_, dead)) {
            ++counts_.lost;
            INFO("dnat in line " << appliance_.statements.at(one.translation).place.line);
            CHECK_FALSE(arrived_.contains(one.translation));
        }
    }

    std::optional<model::Action> claimed(const model::Assert& assertion, Packet packet) {
        const auto decided = oracle_.run(assertion.body, packet);
        if (!decided) return std::nullopt;
        return appliance_.claims.at(*decided - appliance_.statements.size()).action;
    }

    static model::Action action_of(Ending ending) {
        return ending == Ending::accept ? model::Action::accept
               : ending == Ending::drop ? model::Action::drop
                                        : model::Action::reject;
    }

    void claim(const model::Assert& assertion) {
        const auto proof = analysis::prove(appliance_, assertion);
        const auto way = analysis::text_of(appliance_, analysis::way_of(assertion));
        bool is_broken = false;
        INFO("Assert " << assertion.name);
        for (const auto& [packet, how] : endings_[way]) {
            const auto claim = claimed(assertion, packet);
            is_broken = is_broken || (claim && *claim != action_of(how));
        }
        if (std::holds_alternative<analysis::Holds>(proof)) {
            ++counts_.holds;
            CHECK_FALSE(is_broken);
        } else if (const auto* broken = std::get_if<analysis::Broken>(&proof)) {
            ++counts_.broken;
            witness(assertion, *broken);
        } else {
            ++counts_.not_decided;
            CHECK(appliance_.translates()); // later packets of a translated flow cannot be shown
        }
    }

    /// Read by the oracle it breaks the Assert too.
    void witness(const model::Assert& assertion, const analysis::Broken& broken) {
        const auto bytes = analysis::datagram_of(broken.witness.packet);
        const eval::Datagram datagram(bytes);
        Packet packet;
        for (const auto& field : model::field_table)
            if (field.layer != Layer::meta && field.layer != Layer::eth && eval::has(datagram, field.field))
                packet[field.field] = eval::read(datagram, field.field);
        packet[Field::ct_state] = static_cast<Value>(broken.witness.state);
        packet[Field::iface_in] = broken.witness.ingress;
        packet[Field::iface_out] = broken.witness.egress;
        INFO("packet " << analysis::literal_of(broken.witness.packet));
        const auto claim = claimed(assertion, packet);
        REQUIRE(claim);
        const bool is_forward = std::holds_alternative<model::ForwardChain>(assertion.about);
        if (!is_forward) CHECK(packet[Field::ip_saddr] != packet[Field::ip_daddr]);
        if (!broken.witness.assumed.empty()) return; // Limits say one thing here and another there
        std::set<Ending> endings;
        for (const bool limits_say : {false, true}) {
            oracle_.limits_say = limits_say;
            endings.insert(ending(oracle_, analysis::way_of(assertion), packet));
        }
        CHECK(std::ranges::any_of(endings, [&](Ending how) { return action_of(how) != *claim; }));
    }

    Ending ending(Oracle& oracle, const analysis::Way& way, Packet packet) const {
        const auto* path = std::get_if<model::Assert::Path>(&way);
        if (path == nullptr) {
            const auto* of_iface = std::get_if<model::IfaceChain>(&way);
            const bool translates = of_iface != nullptr && of_iface->hook == model::Hook::prerouting;
            return oracle.through(analysis::functions_of(appliance_, way), translates, packet).how;
        }
        auto how =
            oracle.through(appliance_.ifaces[path->from].chain(model::Hook::prerouting), true, packet).how;
        packet[Field::ip_ttl] -= 1;
        if (how == Ending::accept) how = oracle.through(appliance_.gateway->forward, false, packet).how;
        if (how == Ending::accept)
            how = oracle.through(appliance_.ifaces[path->to].chain(model::Hook::postrouting), false, packet)
                      .how;
        return how;
    }

    struct Seen {
        analysis::Way way;
        Packet packet;
        Ending how{};
        bool limits_say = false;
    };

    const model::Appliance& appliance_;
    Oracle oracle_;
    Counts& counts_;
    std::map<std::string, std::vector<std::pair<Packet, Ending>>> endings_;
    std::vector<Seen> all_;
    std::set<StatementId> decide_on_ways_; ///< of packets that come through earlier chains
    std::set<const void*> said_; ///< conditions and bodies
    std::set<StatementId> arrived_;
};

/// Some dnats send to this appliance, and what is delivered meets Filters.
std::string with_own_addresses(std::string text) {
    const std::pair<std::string, std::string> sent[] = {{"dnat(203.0.113.9", "dnat(203.0.113.1"},
                                                        {"dnat(10.0.0.6", "dnat(10.0.0.1"}};
    for (const auto& [host, own] : sent)
        for (auto at = text.find(host); at != text.npos; at = text.find(host, at + 1))
            text.replace(at, host.size(), own);
    return text + "wan.input: b\nlan.input: a\n";
}

} // namespace

TEST_CASE("what is said of verdicts, conditions, members, translations and Asserts is what trying all "
          "packets says") {
    // More of them where the environment says so.
    const auto* more = std::getenv("NACLC_POLICIES");
    const std::uint64_t policies = more != nullptr ? std::stoull(more) : 8;
    Counts counts;
    for (std::uint64_t seed = 1; seed <= policies; ++seed) {
        harness::Dice dice(seed);
        auto text = brute::random_policy(dice, seed % 2 == 0);
        if (seed % 4 == 0) text = with_own_addresses(text);
        const auto loaded = sema::load_text("test.nacl", text);
        INFO("seed " << seed << '\n' << text);
        for (const auto& diagnostic : loaded.diagnostics)
            UNSCOPED_INFO(diagnostic.message << " in line " << diagnostic.span.begin.line);
        REQUIRE(loaded.appliance);
        Judge(*loaded.appliance, counts).run();
    }
    INFO("lost " << counts.lost << ", left over " << counts.leftover << ", not decided "
                 << counts.not_decided);
    CHECK(counts.missed * 50 <= counts.dead); // what decides about other values alone
    CHECK(counts.dead > 10);
    CHECK(counts.foregone > 30);
    CHECK(counts.rest > 3);
    CHECK(counts.members > 0);
    CHECK(counts.holds > 5);
    CHECK(counts.broken > 30);
    if (more != nullptr)
        WARN("dead " << counts.dead << " (by chains " << counts.dead_by_chains << ')' << ", conditions " << counts.foregone << " (rest " << counts.rest
                     << "), members " << counts.members << ", left over " << counts.leftover << ", lost "
                     << counts.lost << ", hold " << counts.holds << ", broken " << counts.broken
                     << ", not decided " << counts.not_decided << ", missed " << counts.missed
                     << ", redundant " << counts.redundant << ", not needed either " << counts.not_needed << ", needed " << counts.needed);
}
