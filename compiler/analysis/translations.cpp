#include "compiler/analysis/translations.hpp"

#include "compiler/eval/routing.hpp"
#include "compiler/symbolic/find.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace analysis {

namespace {

using model::Action;
using model::Field;
using model::FunctionKind;
using model::StatementId;
using symbolic::Box;
using symbolic::RuleList;
using symbolic::Stage;

constexpr std::size_t steps_max = 1'000'000; ///< of a question

/// One Nat on a prerouting chain, and what its packets meet afterwards.
class Followed {
public:
    Followed(const model::Appliance& appliance, model::IfaceId ingress, std::size_t place)
        : appliance_(appliance), ingress_(ingress), engine_(space_) {
        const auto& chain = appliance.ifaces[ingress].chain(model::Hook::prerouting);
        unrouted_[Field::iface_out] = space_.fact({"iface.out before routing", model::info(Field::iface_out).max()});
        routed_[Field::ip_checksum] = space_.fact({"ip.checksum routed", model::info(Field::ip_checksum).max()});
        nat_ = symbolic::rules_of({.space = space_, .appliance = appliance, .names = unrouted_, .prefix = "nat "},
                                  chain[place]);
        for (auto later = place + 1; later < chain.size(); ++later) {
            add(before_, chain[later], unrouted_, 0);
            if (appliance.functions.at(chain[later]).kind == FunctionKind::nat) later_nats_.insert(&before_.back());
        }
    }

    std::set<StatementId> translations() const {
        std::set<StatementId> found;
        for (const auto& rule : nat_.rules)
            if (rule.statement && rule.action == Action::dnat && rule.place.file == 0) found.insert(*rule.statement);
        return found;
    }

    /// Nothing when something may arrive.
    std::optional<Lost> lost(StatementId translation) {
        const auto& statement = appliance_.statements.at(translation);
        if (!nat_.whole || !statement.ipv4_address || !comes_to(translation)) return std::nullopt;
        const auto egress = egress_to(*statement.ipv4_address);
        if (!egress) return std::nullopt;
        const auto region = translated(translation, *egress);
        std::vector<Stage> passed;
        for (const auto& stage : way_by(*egress)) {
            passed.push_back(stage);
            const auto answer = engine_.find({region, passed}, steps_max);
            if (std::holds_alternative<symbolic::GaveUp>(answer)) return std::nullopt;
            if (later_nats_.contains(stage.rules)) {
                if (std::holds_alternative<symbolic::Found>(answer)) return std::nullopt; // it sends some elsewhere
                passed.pop_back();
                continue;
            }
            if (std::holds_alternative<symbolic::Found>(answer)) continue;
            return last_that_drops({region, passed}, translation);
        }
        return std::nullopt;
    }

private:
    void add(std::deque<RuleList>& lists, model::FunctionId function, const symbolic::Names& names,
             model::Value ttl_spent) {
        const auto prefix = "later " + std::to_string(evaluations_++) + ' ';
        lists.push_back(symbolic::rules_of(
            {.space = space_, .appliance = appliance_, .names = names, .prefix = prefix, .ttl_spent = ttl_spent},
            function));
    }

    bool comes_to(StatementId translation) {
        return std::holds_alternative<symbolic::Found>(
            engine_.find({{{}}, {{&nat_, {.statement = translation}}}}, steps_max));
    }

    /// What it translates, afterwards. What Limits, leases and comparisons of fields say was about another packet.
    std::vector<Box> translated(StatementId translation, model::IfaceId egress) {
        const auto& statement = appliance_.statements.at(translation);
        std::vector<Box> region;
        for (const auto& rule : nat_.rules) {
            if (rule.log != nullptr || rule.statement != translation) continue;
            auto box = rule.guard;
            std::erase_if(box, [&](const symbolic::Side& side) {
                const auto is = [&](Field field) { return side.variable == symbolic::variable(field); };
                return side.variable > symbolic::header_complete || is(Field::ip_daddr) || is(Field::ip_checksum) ||
                       is(Field::tcp_checksum) || is(Field::udp_checksum) ||
                       (statement.port && (is(Field::tcp_dport) || is(Field::udp_dport)));
            });
            const auto set = [&](Field field, model::Value value) {
                return narrow(space_, box, symbolic::variable(field), space_.one(value));
            };
            bool is_there = set(Field::ip_daddr, *statement.ipv4_address) && set(Field::iface_in, ingress_) &&
                            set(Field::iface_out, egress) &&
                            set(Field::ct_state, static_cast<model::Value>(model::State::fresh));
            if (statement.port)
                is_there = is_there && set(Field::tcp_dport, *statement.port) && set(Field::udp_dport, *statement.port);
            if (is_there) region.push_back(std::move(box));
        }
        return region;
    }

    /// The Filters between the Nat and the way out.
    std::vector<Stage> way_by(model::IfaceId egress) {
        const auto [known, is_new] = behind_.try_emplace(egress);
        auto& lists = known->second;
        if (is_new) {
            for (const auto function : appliance_.gateway->forward) add(lists, function, routed_, 1);
            for (const auto function : appliance_.ifaces[egress].chain(model::Hook::postrouting))
                if (appliance_.functions.at(function).kind == FunctionKind::filter) add(lists, function, routed_, 1);
        }
        std::vector<Stage> stages;
        for (const auto& list : before_)
            stages.push_back({&list, later_nats_.contains(&list) ? symbolic::wanting(Action::dnat, Action::snat)
                                                                 : symbolic::wanting(Action::accept)});
        for (const auto& list : lists) stages.push_back({&list, symbolic::wanting(Action::accept)});
        return stages;
    }

    /// Where it is routed to, if it is forwarded for sure. No lease is for a network that overlaps a fixed one.
    std::optional<model::IfaceId> egress_to(model::Ipv4Address destination) const {
        if (appliance_.load_balancer || !eval::forwards(appliance_, ingress_)) return std::nullopt;
        bool has_leases = false, is_near = false;
        for (const auto& iface : appliance_.ifaces) {
            has_leases = has_leases || iface.leases();
            if (!iface.ipv4) continue;
            const auto& network = iface.ipv4->network;
            if (iface.ipv4->address == destination || network.broadcast() == destination) return std::nullopt;
            is_near = is_near || (!iface.leases() && network.contains(destination));
        }
        if (has_leases && !is_near) return std::nullopt;
        const auto routed = eval::route_through(appliance_, destination);
        const auto* hop = std::get_if<eval::Hop>(&routed);
        if (hop == nullptr || appliance_.ifaces[hop->egress].leases()) return std::nullopt;
        return hop->egress;
    }

    /// What stands last in a function drops most, as a rule.
    std::optional<Lost> last_that_drops(symbolic::Question question, StatementId translation) {
        const auto& rules = question.stages.back().rules->rules;
        for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
            if (!rule->statement || rule->log != nullptr || rule->action == Action::accept) continue;
            question.stages.back().wanted = {.statement = rule->statement};
            if (std::holds_alternative<symbolic::Found>(engine_.find(question, steps_max)))
                return Lost{translation, rule->statement};
        }
        return std::nullopt;
    }

    const model::Appliance& appliance_;
    model::IfaceId ingress_;
    symbolic::Space space_;
    symbolic::Subtraction engine_;
    symbolic::Names unrouted_, routed_;
    RuleList nat_;
    std::deque<RuleList> before_;                                ///< the later functions of prerouting
    std::set<const RuleList*> later_nats_;                       ///< among them
    std::map<model::IfaceId, std::deque<RuleList>> behind_;      ///< those of forward and postrouting, by egress
    std::size_t evaluations_ = 0;
};

} // namespace

std::vector<Lost> lost_translations(const model::Appliance& appliance, const std::vector<Shadowed>& shadowed) {
    std::map<StatementId, Lost> lost;
    std::set<StatementId> arriving; ///< or not to be looked at
    for (const auto& one : shadowed) arriving.insert(one.statement);
    for (model::IfaceId iface = 0; iface < appliance.ifaces.size(); ++iface) {
        const auto& chain = appliance.ifaces[iface].chain(model::Hook::prerouting);
        for (std::size_t place = 0; place < chain.size(); ++place) {
            if (appliance.functions.at(chain[place]).kind != FunctionKind::nat) continue;
            Followed followed(appliance, iface, place);
            for (const auto translation : followed.translations()) {
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
