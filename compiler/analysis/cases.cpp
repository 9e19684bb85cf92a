#include "compiler/analysis/cases.hpp"

#include "compiler/analysis/places.hpp"
#include "compiler/analysis/region.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace analysis {

namespace {

using model::Field;
using model::State;
using symbolic::Box;
using symbolic::Names;
using symbolic::Rule;
using symbolic::RuleList;
using symbolic::SomeRules;
using symbolic::Stage;
using symbolic::Variable;

constexpr std::size_t cases_max = 256;               ///< of one policy; of two there are more pairs
constexpr std::size_t steps_of_a_question = 200'000; ///< whether Nats can do so

/// What a flow is told by: packets of its first one's direction share these.
constexpr std::array told_by = {Field::ip_protocol, Field::ip_saddr,  Field::ip_daddr,  Field::tcp_sport,
                                Field::tcp_dport,   Field::udp_sport, Field::udp_dport, Field::icmp_type,
                                Field::iface_in,    Field::iface_out};

constexpr model::Value value_of(State state) { return static_cast<model::Value>(state); }

/// What a rule does on that chain (path.md, Translation): a dnat and a snat have each their places.
Rewrite rewrite_of(const model::Appliance& appliance, const Link& nat, const Rule& rule) {
    if (!rule.statement) return {};
    const auto& statement = appliance.statements.at(*rule.statement);
    const bool is_dnat = statement.action == model::Action::dnat;
    if (is_dnat && translates_destinations(nat.chain, nat.kind)) return {statement.ipv4_address, {}, statement.port, {}};
    if (!is_dnat && translates_sources(nat.chain, nat.kind)) return {{}, statement.ipv4_address, {}, statement.port};
    return {};
}

Rewrite together(const Rewrite& earlier, const Rewrite& later) {
    const auto last = [](const auto& one, const auto& other) { return other ? other : one; };
    return {last(earlier.destination, later.destination), last(earlier.source, later.source),
            last(earlier.destination_port, later.destination_port), last(earlier.source_port, later.source_port)};
}

/// A value's place among those that have been met.
template <typename Value>
std::size_t place_of(std::vector<Value>& met, Value value) {
    const auto known = std::ranges::find(met, value);
    if (known == met.end()) return met.push_back(value), met.size() - 1;
    return static_cast<std::size_t>(known - met.begin());
}

class Maker {
public:
    Maker(symbolic::Space& space, std::vector<WayIn> ways, bool invalid, FlowsComeBy by)
        : space_(space), ways_(std::move(ways)), comes_in_(comes_in(ways_.back().way)), invalid_(invalid),
          flows_come_by_(by), engine_(space) {
        for (const auto field : told_by) of_flow_.insert(symbolic::variable(field));
        of_flow_.insert(symbolic::header_complete);
    }

    Cases run() {
        find_nats();
        if (nats_.empty() && !(comes_in_ && translates(ways_.back().appliance))) {
            add_untranslated(State::fresh);
            return std::move(result_);
        }
        // What is found of first packets is the easiest to understand.
        explore(true);
        // A packet of a flow that is new still, since nobody has answered, may come by another Iface than the first one.
        add_untranslated(flows_come_by_ == FlowsComeBy::any_iface ? State::fresh : State::established);
        explore(false);
        if (comes_in_) translated_back();
        if (comes_in_ && flows_come_by_ == FlowsComeBy::any_iface) translated_elsewhere();
        if (!result_.whole && ways_.size() == 1) {
            std::erase_if(result_.all, [](const Case& one) { return one.about != Case::About::untranslated; });
            anywhere();
        }
        return std::move(result_);
    }

private:
    /// What each Nat that is told apart does, in their order, those of the old policy first.
    using Chosen = std::vector<Rewrite>;

    struct Nat {
        std::size_t way = 0, link = 0;
        std::optional<std::size_t> place; ///< among those of its way that translate destinations
    };

    /// The values that destinations get in a case. Functions read them under variables that are numbered as these are
    /// met: so they read alike whatever the values are, and two policies that send a packet to one place do.
    struct Values {
        std::vector<std::uint32_t> addresses;
        std::vector<std::uint16_t> ports;
    };

    /// Where a packet has been sent; nothing: it goes where it went.
    struct Sent {
        std::optional<std::size_t> address, port; ///< in Values

        friend auto operator<=>(const Sent&, const Sent&) = default;
    };

    static bool translates(const model::Appliance& appliance) {
        return appliance.masquerades() || appliance.load_balancer || !translations_on_chains(appliance).empty();
    }

    void find_nats() {
        for (std::size_t way = 0; way < ways_.size(); ++way) {
            const auto& plain = reading(way, {});
            std::size_t place = 0;
            for (std::size_t i = 0; i < plain.links.size(); ++i) {
                const auto& link = plain.links[i];
                const bool is_seen_later = translates_destinations(link.chain, link.kind);
                const bool is_compared = ways_.size() > 1 && !comes_in_ && translates_sources(link.chain, link.kind);
                if (!is_seen_later && !is_compared) continue;
                if (does_something(way, link))
                    nats_.push_back({way, i, is_seen_later ? std::optional(place) : std::nullopt});
                place += is_seen_later;
                result_.whole = result_.whole && link.rules.whole;
                are_about_flows_ = are_about_flows_ && is_about_flows(link.rules);
            }
        }
    }

    bool does_something(std::size_t way, const Link& link) const {
        return std::ranges::any_of(link.rules.rules, [&](const Rule& rule) {
            return rewrite_of(ways_[way].appliance, link, rule) != Rewrite{};
        });
    }

    /// Whether packets of a flow that it tells apart share the variable.
    bool is_of_flow(Variable variable) const {
        if (of_flow_.contains(variable)) return true;
        const auto* fact = space_.fact(variable);
        const auto* comparison = fact == nullptr ? nullptr : std::get_if<symbolic::Comparison>(&fact->meaning);
        return comparison != nullptr && of_flow_.contains(comparison->left) && of_flow_.contains(comparison->right);
    }

    /// Whether all packets of a flow in its first one's direction are the same to a Nat, which sees new ones only.
    bool is_about_flows(const RuleList& nat) const {
        return std::ranges::all_of(nat.rules, [&](const Rule& rule) {
            return rule.log != nullptr || std::ranges::all_of(rule.guard, [&](const symbolic::Side& side) {
                       return side.variable == symbolic::variable(Field::ct_state) || is_of_flow(side.variable);
                   });
        });
    }

    /// What is another where prerouting ends though no Nat decides so.
    enum class Back { nothing, port, address };

    /// How the functions of a way read packets.
    const ChainRules& reading(std::size_t way, const Chosen& chosen, Back back = Back::nothing) {
        Values values;
        std::vector<Sent> sent;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            const auto& [destination, source, port, source_port] = chosen[i];
            Sent to;
            if (destination) to.address = place_of(values.addresses, *destination);
            if (port) to.port = place_of(values.ports, *port);
            if (nats_[i].way != way || to == Sent{}) continue;
            sent.resize(*nats_[i].place + 1);
            sent.back() = to;
        }
        const auto [known, is_new] = by_sent_.try_emplace({way, sent, back});
        if (is_new) known->second = &result_.readings.emplace_back(read(way, sent, back));
        return *known->second;
    }

    ChainRules read(std::size_t way, const std::vector<Sent>& sent, Back back) {
        const auto& [appliance, chains, iface_ids] = ways_[way];
        std::size_t place = 0;
        Sent now;
        return rules_of(space_, appliance, chains, iface_ids, [&](const Link* nat, Names& names) {
            if (nat == nullptr) {
                if (back != Back::nothing) rename(space_, names, changed_by(back == Back::address, true), "prerouting");
                return;
            }
            const auto to = place < sent.size() ? sent[place] : Sent{};
            ++place;
            if (to == Sent{}) return;
            if (to.address) now.address = to.address;
            if (to.port) now.port = to.port;
            if (to.address) names[Field::ip_daddr] = translated(Field::ip_daddr, *to.address);
            if (to.port) names[Field::tcp_dport] = translated(Field::tcp_dport, *to.port);
            if (to.port) names[Field::udp_dport] = translated(Field::udp_dport, *to.port);
            const auto text = [](const auto& value) { return value ? std::to_string(*value) : std::string("none"); };
            rename(space_, names, {Field::ip_checksum, Field::tcp_checksum, Field::udp_checksum},
                   "translation " + text(now.address) + ' ' + text(now.port));
        });
    }

    /// The field, sent to the value in that place.
    Variable translated(Field field, std::size_t place) {
        Names names;
        rename(space_, names, {field}, "translation " + std::to_string(place));
        return *of_flow_.insert(names.at(field)).first;
    }

    /// Where they have been sent.
    Box said(const Chosen& chosen) {
        Values values;
        Box box;
        for (const auto& one : chosen) {
            if (one.destination) {
                const auto place = place_of(values.addresses, *one.destination);
                narrow(space_, box, translated(Field::ip_daddr, place), space_.one(*one.destination));
            }
            if (!one.destination_port) continue;
            const auto place = place_of(values.ports, *one.destination_port);
            for (const auto field : {Field::tcp_dport, Field::udp_dport})
                narrow(space_, box, translated(field, place), space_.one(*one.destination_port));
        }
        return box;
    }

    /// The packets that can come in some states. On a path where they go when they are translated may be anywhere.
    std::vector<Box> packets(State from, State to, bool wherever) {
        const auto& [appliance, way, iface_ids] = ways_.back();
        const bool invalid = to == State::invalid && invalid_;
        const auto region = wherever && comes_in_ ? packets_wherever_to(space_, appliance, way, invalid)
                                                  : packets_at(space_, appliance, way, invalid);
        return narrowed(space_, region, {{{value_of(from), value_of(to)}}, {}});
    }

    /// Each thing that the Nats can do to packets, one Nat after the other. `first`: to those that they decide about, else
    /// to later ones of the same flow.
    void explore(bool first) {
        const auto last = first ? State::fresh : State::established;
        // Where all packets of a flow are the same to the Nats, new ones are as the first.
        base_ = packets(first || !are_about_flows_ ? State::fresh : State::established, last, true);
        explore(first, {}, {});
    }

    void explore(bool first, const Chosen& chosen, const std::vector<Stage>& before) {
        if (!result_.whole && (is_full() || ways_.size() == 1)) return;
        if (chosen.size() == nats_.size()) return add(first, chosen, before);
        const auto& nat = nats_[chosen.size()];
        const auto& link = reading(nat.way, chosen).links[nat.link];
        const auto& list = decisions_of(link, first);
        const auto rewrite = [&](const Rule& rule) { return rewrite_of(ways_[nat.way].appliance, link, rule); };
        std::map<Rewrite, SomeRules> outcomes;
        for (const auto& rule : list.rules)
            if (rule.log == nullptr) outcomes[rewrite(rule)].insert(&rule);
        symbolic::Question question{within(space_, base_, {said(chosen)}), before};
        question.stages.push_back({&list, {}});
        for (const bool as_they_are : {true, false}) // that comes first: it is the most
            while (true) {
                SomeRules left;
                for (const auto& [does, rules] : outcomes)
                    if (!as_they_are || does == Rewrite{}) left.insert(rules.begin(), rules.end());
                const auto* rule = left.empty() ? nullptr : met(question, left);
                if (rule == nullptr) break;
                auto next = chosen;
                next.push_back(rewrite(*rule));
                auto stages = before;
                stages.push_back({&list, {.some = &result_.outcomes.emplace_back(std::move(outcomes[next.back()]))}});
                outcomes.erase(next.back());
                explore(first, next, stages);
            }
    }

    /// One of some rules of the question's last list that a packet meets.
    const Rule* met(symbolic::Question& question, const SomeRules& rules) {
        question.stages.back().wanted = {.some = &rules};
        const auto answer = engine_.find(question, steps_of_a_question);
        if (std::holds_alternative<symbolic::GaveUp>(answer)) result_.whole = false;
        const auto* found = std::get_if<symbolic::Found>(&answer);
        return found == nullptr ? nullptr : deciding(space_, *question.stages.back().rules, found->box);
    }

    /// A function's rules, and one for what a Nat's leave as it is.
    const RuleList& decisions_of(const Link& link, bool first) {
        const auto [known, is_new] = decisions_.try_emplace({&link, first});
        if (!is_new) return *known->second;
        auto& list = result_.decisions.emplace_back(link.rules);
        if (!first) tell_of_first_packet(list);
        list.rules.emplace_back();
        known->second = &list;
        return list;
    }

    /// What a flow is not told by may have been anything in its first packet, but that this was new.
    void tell_of_first_packet(RuleList& list) {
        std::erase_if(list.rules, [&](Rule& rule) {
            Box guard;
            for (const auto& [variable, values] : rule.guard) {
                if (variable != symbolic::variable(Field::ct_state))
                    narrow(space_, guard, is_of_flow(variable) ? variable : in_first_packet(variable), values);
                else if (!space_.sets[values].contains(value_of(State::fresh)))
                    return true;
            }
            rule.guard = std::move(guard);
            return false;
        });
    }

    Variable in_first_packet(Variable variable) {
        const auto max = space_.sets[space_.domain(variable)].intervals().back().high;
        return space_.fact({"first packet " + std::to_string(variable), max});
    }

    bool is_full() const { return result_.all.size() >= cases_max * ways_.size() * ways_.size(); }

    void add(bool first, const Chosen& chosen, const std::vector<Stage>& before) {
        // Untranslated flows are a case of their own.
        const bool are_known = !first && are_about_flows_;
        if (are_known && std::ranges::all_of(chosen, [](const auto& one) { return one == Rewrite{}; })) return;
        if (is_full()) {
            result_.whole = false;
            return;
        }
        Case one{{}, {}, before, std::vector<Rewrite>(ways_.size()), first ? Case::About::first_packet
                                                                           : Case::About::later_packet};
        for (std::size_t way = 0; way < ways_.size(); ++way) one.rules.push_back(&reading(way, chosen));
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            auto& rewrite = one.rewrites[nats_[i].way];
            rewrite = together(rewrite, chosen[i]);
        }
        auto box = said(chosen);
        if (comes_in_ ? !takes_way(one.rewrites, box)
                      : !first && ways_.size() > 1 && !may_be_alike(one.rewrites.front(), one.rewrites.back(), box))
            return;
        one.region = within(space_, base_, {box});
        if (!first && ways_.size() > 1) let_begin(one);
        if (!one.region.empty()) result_.all.push_back(std::move(one));
    }

    /// There is a flow to compare if both policies accept its first packet.
    void let_begin(Case& one) {
        for (const auto* rules : one.rules)
            for (const auto& link : rules->links)
                if (link.kind == model::FunctionKind::filter)
                    one.begun.push_back({&decisions_of(link, false), symbolic::wanting(model::Action::accept)});
    }

    /// Whether packets that are sent so, or go where they went, take the way. Two policies' Nats do the same there.
    bool takes_way(const std::vector<Rewrite>& rewrites, Box& box) {
        const auto& to = rewrites.front().destination;
        if (rewrites.front() != rewrites.back()) return false;
        if (to) return destinations_on(space_, ways_.back().appliance, ways_.back().way).contains(*to);
        return narrow(space_, box, symbolic::variable(Field::ip_daddr), on_way());
    }

    /// Whether two Nats' packets may leave alike; of first packets that do not, it has been told.
    bool may_be_alike(const Rewrite& was, const Rewrite& is, Box& box) {
        if (was.source != is.source) return false;
        if (was.destination && is.destination) return *was.destination == *is.destination;
        const auto& one = was.destination ? was.destination : is.destination;
        return !one || narrow(space_, box, symbolic::variable(Field::ip_daddr), space_.one(*one));
    }

    void add_untranslated(State from) {
        auto& one = result_.all.emplace_back();
        for (std::size_t way = 0; way < ways_.size(); ++way) one.rules.push_back(&reading(way, {}));
        one.region = packets(from, State::invalid, false);
        one.rewrites.resize(ways_.size());
    }

    /// What comes back to who asked: only where prerouting ends it goes where its flow goes.
    void translated_back() {
        Names names;
        rename(space_, names, {Field::ip_daddr}, "prerouting");
        for (const auto& back : sent_back(space_, ways_.back().appliance)) {
            const auto came = symbolic::variable(Field::ip_daddr), goes = back.keeps_address ? came : names.at(Field::ip_daddr);
            Box sent;
            if (!narrow(space_, sent, goes, on_way()) || !narrow(space_, sent, goes, space_.sets.add(back.to)) ||
                !narrow(space_, sent, came, space_.sets.add(back.came)) ||
                !narrow(space_, sent, symbolic::variable(Field::ip_saddr), space_.sets.add(back.peers)))
                continue;
            auto& one = result_.all.emplace_back();
            for (std::size_t way = 0; way < ways_.size(); ++way)
                one.rules.push_back(&reading(way, {}, back.keeps_address ? Back::port : Back::address));
            one.rewrites.resize(ways_.size());
            one.region = within(space_, packets(back.from, back.to_state, true), {sent});
        }
    }

    /// What a Nat of another Iface has made of the first packet of the flow: destinations and ports are of those that
    /// some Nat gives, one that none gives alone is as it came.
    void translated_elsewhere() {
        const auto& [appliance, way, iface_ids] = ways_.front();
        std::vector<model::Interval> addresses, ports;
        std::set<std::vector<Field>> changes;
        for (const auto* statement : translations_on_chains(appliance)) {
            if (statement->action != model::Action::dnat) continue;
            if (const auto& to = statement->ipv4_address) addresses.push_back({*to, *to});
            if (const auto& to = statement->port) ports.push_back({*to, *to});
            changes.insert(changed_by(statement->ipv4_address.has_value(), statement->port.has_value()));
        }
        if (changes.size() > 1) changes.insert(changed_by(true, true));
        const auto to_address = space_.sets.add(model::IntervalSet(addresses)), to_port = space_.sets.add(model::IntervalSet(ports));
        for (const auto& fields : changes) {
            Box sent;
            auto& rules = result_.readings.emplace_back(
                rules_of(space_, appliance, way, iface_ids, [&](const Link* nat, Names& names) {
                    if (nat != nullptr) return;
                    rename(space_, names, fields, "elsewhere");
                    for (const auto field : {Field::tcp_dport, Field::udp_dport})
                        if (names.contains(field)) narrow(space_, sent, names.at(field), to_port);
                    const bool is_sent = names.contains(Field::ip_daddr);
                    if (is_sent) narrow(space_, sent, names.at(Field::ip_daddr), to_address);
                    narrow(space_, sent, is_sent ? names.at(Field::ip_daddr) : symbolic::variable(Field::ip_daddr), on_way());
                }));
            auto region = within(space_, packets(State::fresh, State::related, true), {sent});
            if (!region.empty()) result_.all.push_back({{&rules}, std::move(region), {}, {Rewrite{}}});
        }
    }

    static std::vector<Field> changed_by(bool address, bool port) {
        std::vector<Field> fields = {Field::ip_checksum, Field::tcp_checksum, Field::udp_checksum};
        if (address) fields.push_back(Field::ip_daddr);
        if (port) fields.insert(fields.end(), {Field::tcp_dport, Field::udp_dport});
        return fields;
    }

    /// Too many translations to tell apart: behind a Nat, and when they are sent on, packets may be on their way to
    /// any place out there.
    void anywhere() {
        const auto& [appliance, way, iface_ids] = ways_.front();
        Box sent;
        std::size_t nats = 0;
        auto& rules = result_.readings.emplace_back(
            rules_of(space_, appliance, way, iface_ids, [&](const Link* nat, Names& names) {
                rename(space_, names, {changed_by_dnat.begin(), changed_by_dnat.end()},
                       nat == nullptr ? "prerouting" : "nat " + std::to_string(nats++));
                if (nat == nullptr) narrow(space_, sent, names.at(Field::ip_daddr), on_way());
            }));
        result_.all.push_back({{&rules}, within(space_, packets(State::fresh, State::related, true), {sent}), {}, {Rewrite{}}});
    }

    /// Destinations that lead to the way's end.
    symbolic::SetRef on_way() {
        return space_.sets.add(destinations_on(space_, ways_.back().appliance, ways_.back().way));
    }

    symbolic::Space& space_;
    std::vector<WayIn> ways_; ///< one, or one chain of the old policy and of the new one
    bool comes_in_; ///< else it is one chain, or what is made here
    bool invalid_;
    FlowsComeBy flows_come_by_;
    symbolic::Subtraction engine_;
    std::vector<Nat> nats_;
    std::set<Variable> of_flow_;
    bool are_about_flows_ = true;
    std::map<std::tuple<std::size_t, std::vector<Sent>, Back>, const ChainRules*> by_sent_;
    std::map<std::pair<const Link*, bool>, const RuleList*> decisions_;
    std::vector<Box> base_; ///< of the packets that are explored
    Cases result_;
};

} // namespace

const Rule* deciding(const symbolic::Space& space, const RuleList& list, const Box& box) {
    const auto holds = [&](const symbolic::Side& side) {
        const auto values = values_of(space, box, side.variable);
        return space.sets[side.values].contains(space.sets[values].intervals().front().low);
    };
    const auto found = std::ranges::find_if(list.rules, [&](const Rule& rule) {
        return rule.log == nullptr && std::ranges::all_of(rule.guard, holds);
    });
    return found == list.rules.end() ? nullptr : &*found;
}

Cases cases_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way, bool invalid, FlowsComeBy by) {
    return Maker(space, {{appliance, way}}, invalid, by).run();
}

Cases cases_of(symbolic::Space& space, const WayIn& before, const WayIn& after) {
    return Maker(space, {before, after}, true, FlowsComeBy::one_iface).run();
}

} // namespace analysis
