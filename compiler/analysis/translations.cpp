#include "compiler/analysis/translations.hpp"

#include "compiler/analysis/region.hpp"
#include "compiler/analysis/walk.hpp"
#include "compiler/eval/routing.hpp"
#include "compiler/eval/validity.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace analysis {

namespace {

using model::Action;
using model::Field;
using model::FunctionKind;
using model::IfaceId;
using model::StatementId;
using symbolic::Box;
using symbolic::RuleList;
using symbolic::Stage;

constexpr std::size_t steps_max = 1'000'000; ///< of a question

/// A way that packets may take behind prerouting.
struct Onward {
    Way way;
    std::vector<Box> packets;        ///< as they come in, whatever their destinations
    model::IntervalSet destinations; ///< that lead there
    std::deque<RuleList> behind{};   ///< the Filters behind prerouting, once they are asked about
    bool has_rules = false;
};

/// What becomes of packets on a way: it is not known, some get to its end, or none; then, what drops some.
struct Fate {
    enum class Is : std::uint8_t { unknown, through, dropped } is{};
    std::optional<StatementId> by{};
};

/// Those on which packets that come in by an Iface may arrive.
std::vector<Way> ways_from(const model::Appliance& appliance, IfaceId ingress) {
    std::vector<Way> ways = {Delivery{ingress, ingress}};
    if (!eval::forwards(appliance, ingress)) return ways;
    for (IfaceId to = 0; to < appliance.ifaces.size(); ++to) {
        if (eval::forwards(appliance, to)) ways.emplace_back(model::Assert::Path{ingress, to});
        if (to != ingress) ways.emplace_back(Delivery{ingress, to});
    }
    return ways;
}

/// One Nat on a prerouting chain, and what its packets meet afterwards.
class Followed {
public:
    Followed(const model::Appliance& appliance, IfaceId ingress, std::size_t place)
        : appliance_(appliance), ingress_(ingress), engine_(space_) {
        const auto& chain = appliance.ifaces[ingress].chain(model::Hook::prerouting);
        nat_ = symbolic::rules_of({.space = space_, .appliance = appliance, .prefix = "nat "}, chain[place]);
        symbolic::Names as_it_came;
        rename(space_, as_it_came, {changed_by_dnat.begin(), changed_by_dnat.end()}, "before it was translated");
        for (std::size_t earlier = 0; earlier < place; ++earlier) {
            if (appliance.functions.at(chain[earlier]).kind == FunctionKind::nat) {
                is_first_nat_ = false;
                continue;
            }
            add(coming_, chain[earlier], {}, 0);
            add(before_, chain[earlier], as_it_came, 0);
        }
        for (auto later = place + 1; later < chain.size(); ++later) {
            add(before_, chain[later], {}, 0);
            if (appliance.functions.at(chain[later]).kind == FunctionKind::nat)
                later_nats_.insert(&before_.back());
        }
    }

    std::set<StatementId> translations() const {
        std::set<StatementId> found;
        for (const auto& rule : nat_.rules)
            if (rule.statement && rule.action == Action::dnat && rule.place.file == 0)
                found.insert(*rule.statement);
        return found;
    }

    /// Whether some packet that comes in there may get to it. An earlier Nat is not followed.
    bool may_come(StatementId translation) {
        if (!is_first_nat_ || !nat_.whole) return true;
        const model::IfaceChain chain{ingress_, model::Hook::prerouting};
        symbolic::Question question{first_packets(space_, packets_at(space_, appliance_, chain, false)), {}};
        for (const auto& list : coming_) question.stages.push_back({&list, symbolic::wanting(Action::accept)});
        question.stages.push_back({&nat_, {.statement = translation}});
        return !question.region.empty() && !std::holds_alternative<symbolic::Proved>(engine_.find(question, steps_max));
    }

    /// Nothing when something may arrive.
    std::optional<Lost> lost(StatementId translation) {
        if (appliance_.load_balancer || !nat_.whole || !comes_to(translation)) return std::nullopt;
        const auto& address = appliance_.statements.at(translation).ipv4_address;
        const auto region = translated(translation);
        std::optional<Lost> lost;
        bool is_led = false;
        for (auto& onward : onwards()) {
            if (address && !onward.destinations.contains(*address)) continue;
            is_led = true;
            const auto fate = fate_on(onward, region);
            if (fate.is != Fate::Is::dropped) return std::nullopt;
            if (fate.by) lost = {translation, Lost::Because::functions, ingress_, fate.by};
        }
        return is_led || !address ? lost : led_nowhere(translation, *address, region);
    }

private:
    void add(std::deque<RuleList>& lists, model::FunctionId function, const symbolic::Names& names,
             model::Value ttl_spent) {
        const auto prefix = "later " + std::to_string(evaluations_++) + ' ';
        lists.push_back(symbolic::rules_of({.space = space_,
                                            .appliance = appliance_,
                                            .names = names,
                                            .prefix = prefix,
                                            .ttl_spent = ttl_spent},
                                           function));
    }

    bool comes_to(StatementId translation) {
        return std::holds_alternative<symbolic::Found>(
            engine_.find({{{}}, {{&nat_, {.statement = translation}}}}, steps_max));
    }

    /// What Limits, leases and comparisons of fields say was about the packet as it came in.
    static bool is_about_another(const symbolic::Side& side) {
        return side.variable > symbolic::header_complete;
    }

    /// What it translates, afterwards.
    std::vector<Box> translated(StatementId translation) {
        const auto& statement = appliance_.statements.at(translation);
        const auto& address = statement.ipv4_address;
        const auto& port = statement.port;
        std::vector<Box> region;
        for (const auto& rule : nat_.rules) {
            if (rule.log != nullptr || rule.statement != translation) continue;
            auto box = rule.guard;
            std::erase_if(box, [&](const symbolic::Side& side) {
                const auto is = [&](Field field) { return side.variable == symbolic::variable(field); };
                return is_about_another(side) || is(Field::ip_checksum) || is(Field::tcp_checksum) ||
                       is(Field::udp_checksum) || (address && is(Field::ip_daddr)) ||
                       (port && (is(Field::tcp_dport) || is(Field::udp_dport)));
            });
            const auto set = [&](Field field, model::Value value) {
                return narrow(space_, box, symbolic::variable(field), space_.one(value));
            };
            bool is_there = set(Field::ct_state, static_cast<model::Value>(model::State::fresh));
            if (address) is_there = is_there && set(Field::ip_daddr, *address);
            if (port) is_there = is_there && set(Field::tcp_dport, *port) && set(Field::udp_dport, *port);
            if (is_there) region.push_back(std::move(box));
        }
        return region;
    }

    /// Packets of a way, wherever they have been sent to.
    std::vector<Box> packets_on(const Way& way) {
        auto packets = packets_wherever_to(space_, appliance_, way, false);
        for (auto& box : packets)
            std::erase_if(box, [](const symbolic::Side& side) {
                return is_about_another(side) || side.variable == symbolic::variable(Field::ip_daddr);
            });
        return packets;
    }

    /// None by which no packet can come.
    std::vector<Onward>& onwards() {
        if (onwards_.empty())
            for (const auto& way : ways_from(appliance_, ingress_))
                if (auto packets = packets_on(way); !packets.empty())
                    onwards_.push_back({way, std::move(packets), destinations_on(space_, appliance_, way)});
        return onwards_;
    }

    std::vector<Box> both_of(const std::vector<Box>& region, const std::vector<Box>& packets,
                             const model::IntervalSet& destinations) {
        const auto to = space_.sets.add(destinations);
        std::vector<Box> shared;
        for (const auto& one : region)
            for (const auto& other : packets) {
                auto box = both(space_, one, other);
                if (box && narrow(space_, *box, symbolic::variable(Field::ip_daddr), to))
                    shared.push_back(std::move(*box));
            }
        return shared;
    }

    std::vector<Stage> stages_before() const {
        std::vector<Stage> stages;
        for (const auto& list : before_)
            stages.push_back({&list, later_nats_.contains(&list)
                                         ? symbolic::wanting(Action::dnat, Action::snat)
                                         : symbolic::wanting(Action::accept)});
        return stages;
    }

    /// The Filters from the Nat to the end of the way: Nats translate no destinations there.
    std::vector<Stage> stages_on(Onward& onward) {
        if (!onward.has_rules) {
            symbolic::Names names;
            if (is_routed(onward.way)) rename(space_, names, {Field::ip_checksum}, "routing");
            auto chains = chains_on(onward.way);
            chains.erase(chains.begin()); // prerouting
            for (const auto& chain : chains)
                for (const auto function : functions_of(appliance_, chain))
                    if (appliance_.functions.at(function).kind == FunctionKind::filter)
                        add(onward.behind, function, names, is_routed(onward.way) ? 1 : 0);
            onward.has_rules = true;
        }
        auto stages = stages_before();
        for (const auto& list : onward.behind) stages.push_back({&list, symbolic::wanting(Action::accept)});
        return stages;
    }

    Fate fate_on(Onward& onward, const std::vector<Box>& region) {
        return fate_of(both_of(region, onward.packets, onward.destinations), stages_on(onward));
    }

    /// What a later Nat translates again is not followed.
    Fate fate_of(std::vector<Box> region, const std::vector<Stage>& stages) {
        if (region.empty()) return {Fate::Is::dropped};
        symbolic::Question question{std::move(region), {}};
        for (std::size_t place = 0; place < stages.size(); ++place) {
            const auto& stage = stages[place];
            question.stages.push_back(stage);
            const auto answer = engine_.find(question, steps_max);
            const bool is_found = std::holds_alternative<symbolic::Found>(answer);
            if (std::holds_alternative<symbolic::GaveUp>(answer)) return {Fate::Is::unknown};
            if (later_nats_.contains(stage.rules)) {
                if (is_found) return {Fate::Is::unknown};
                question.stages.pop_back();
            } else if (!is_found) {
                if (place < coming_.size()) return {Fate::Is::dropped}; // it does not come so far
                return {Fate::Is::dropped, last_that_drops(std::move(question))};
            }
        }
        return {Fate::Is::through};
    }

    /// What stands last in a function drops most, as a rule.
    std::optional<StatementId> last_that_drops(symbolic::Question question) {
        const auto& rules = question.stages.back().rules->rules;
        for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
            if (!rule->statement || rule->log != nullptr || rule->action == Action::accept) continue;
            question.stages.back().wanted = {.statement = rule->statement};
            if (std::holds_alternative<symbolic::Found>(engine_.find(question, steps_max)))
                return rule->statement;
        }
        return std::nullopt;
    }

    /// No way leads to where it sends packets: they end behind prerouting. Groups have reasons of their own.
    std::optional<Lost> led_nowhere(StatementId translation, model::Ipv4Address address,
                                    const std::vector<Box>& region) {
        const bool is_for_all = std::ranges::any_of(appliance_.ifaces, [&](const model::Iface& iface) {
            return eval::is_broadcast_of(iface, address);
        });
        if (is_for_all || eval::is_multicast(address)) return std::nullopt;
        const DeadEnd dead_end{ingress_};
        const auto packets = both_of(region, packets_on(dead_end), {{address, address}});
        const auto fate = fate_of(packets, stages_before());
        if (fate.is == Fate::Is::through)
            return Lost{translation,
                        eval::forwards(appliance_, ingress_) ? Lost::Because::no_route
                                                             : Lost::Because::no_forwarding,
                        ingress_,
                        {}};
        if (!fate.by) return std::nullopt;
        return Lost{translation, Lost::Because::functions, ingress_, fate.by};
    }

    const model::Appliance& appliance_;
    IfaceId ingress_;
    symbolic::Space space_;
    symbolic::Subtraction engine_;
    RuleList nat_;
    std::deque<RuleList> coming_;          ///< the Filters before the Nat
    bool is_first_nat_ = true;
    std::deque<RuleList> before_;          ///< these, as what it translates was before, and the later functions of prerouting
    std::set<const RuleList*> later_nats_; ///< among them
    std::vector<Onward> onwards_;
    std::size_t evaluations_ = 0;
};

} // namespace

std::vector<Lost> lost_translations(const model::Appliance& appliance,
                                    const std::vector<Shadowed>& shadowed) {
    std::map<StatementId, Lost> lost;
    std::set<StatementId> arriving; ///< or not to be looked at
    for (const auto& one : shadowed) arriving.insert(one.statement);
    for (IfaceId iface = 0; iface < appliance.ifaces.size(); ++iface) {
        for (const auto function : appliance.ifaces[iface].chain(model::Hook::output)) // of what is made here
            arriving.merge(statements_in(appliance, appliance.functions.at(function).body));
        const auto& chain = appliance.ifaces[iface].chain(model::Hook::prerouting);
        for (std::size_t place = 0; place < chain.size(); ++place) {
            if (appliance.functions.at(chain[place]).kind != FunctionKind::nat) continue;
            Followed followed(appliance, iface, place);
            for (const auto translation : followed.translations()) {
                if (!followed.may_come(translation)) continue; // another Iface's
                if (const auto found = followed.lost(translation))
                    lost.emplace(translation, *found);
                else
                    arriving.insert(translation);
            }
        }
    }
    std::vector<Lost> result;
    for (const auto& [translation, found] : lost)
        if (!arriving.contains(translation)) result.push_back(found);
    return result;
}

} // namespace analysis
