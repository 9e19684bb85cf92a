#include "compiler/analysis/cases.hpp"

#include "compiler/analysis/region.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace analysis {

namespace {

using model::Field;
using model::State;
using symbolic::Box;
using symbolic::Names;

constexpr std::size_t cases_max = 256;

/// Where a dnat sends a packet; neither: it leaves it as it is.
struct Target {
    std::optional<std::uint32_t> address;
    std::optional<std::uint16_t> port;

    friend auto operator<=>(const Target&, const Target&) = default;
};

Target target_of(const model::Appliance& appliance, const symbolic::Rule& rule) {
    if (!rule.statement || rule.action != model::Action::dnat) return {};
    const auto& statement = appliance.statements.at(*rule.statement);
    return {statement.ipv4_address, statement.port};
}

/// What a flow is told by: packets of its first one's direction share these.
constexpr std::array told_by = {Field::ip_protocol, Field::ip_saddr,  Field::ip_daddr,  Field::tcp_sport,
                                Field::tcp_dport,   Field::udp_sport, Field::udp_dport, Field::icmp_type,
                                Field::iface_in,    Field::iface_out, Field::ct_state};

/// Whether packets of a flow that it tells apart share the variable. `names`: how fields are called there.
bool is_of_flow(const Names& names, symbolic::Variable variable) {
    return variable == symbolic::header_complete || std::ranges::any_of(told_by, [&](Field field) {
               const auto renamed = names.find(field);
               return variable == (renamed == names.end() ? symbolic::variable(field) : renamed->second);
           });
}

/// Whether all packets of a flow in its first one's direction are the same to a Nat.
bool is_about_flows(const symbolic::RuleList& nat, const Names& names) {
    return std::ranges::all_of(nat.rules, [&](const symbolic::Rule& rule) {
        return rule.log != nullptr || std::ranges::all_of(rule.guard, [&](const symbolic::Side& side) {
                   return is_of_flow(names, side.variable);
               });
    });
}

class Cases {
public:
    Cases(symbolic::Space& space, const model::Appliance& appliance, const Way& way, bool invalid)
        : space_(space), appliance_(appliance), way_(way), path_(std::get_if<model::Assert::Path>(&way_)),
          invalid_(invalid) {}

    std::deque<Case> run() {
        find_targets();
        const bool are_few = combinations() <= cases_max;
        // What is found of first packets is the easiest to understand.
        if (are_few) each_combination({}, [&](const auto& chosen) { new_flows(chosen, true); });
        untranslated_flows();
        if (are_few)
            each_combination({}, [&](const auto& chosen) {
                known_flows(chosen);
                // Where all packets of a flow are the same to the Nats, these are as its first one.
                if (!are_about_flows_) new_flows(chosen, false);
            });
        else
            anywhere();
        return std::move(cases_);
    }

private:
    static model::IntervalSet states(State from, State to) {
        return {{static_cast<model::Value>(from), static_cast<model::Value>(to)}};
    }

    /// The packets that can come in some states, with one more thing said of them. Where they go when they are
    /// translated may be anywhere.
    std::vector<Box> narrowed(std::vector<Box> region, const model::IntervalSet& states, const Box& also) {
        const auto set = space_.sets.add(states);
        std::vector<Box> result;
        for (auto& box : region) {
            if (!narrow(space_, box, symbolic::variable(Field::ct_state), set)) continue;
            if (auto inside = both(space_, std::move(box), also)) result.push_back(std::move(*inside));
        }
        return result;
    }
    std::vector<Box> translated(const model::IntervalSet& states, const Box& also) {
        auto region = path_ != nullptr ? packets_wherever_to(space_, appliance_, *path_, false)
                                       : packets_at(space_, appliance_, way_, false);
        return narrowed(std::move(region), states, also);
    }

    void untranslated_flows() {
        auto& one = cases_.emplace_back();
        one.rules = rules_of(space_, appliance_, way_, {}, [](const Link*, Names&) {});
        one.region = narrowed(packets_at(space_, appliance_, way_, invalid_),
                              states(State::established, State::invalid), {});
    }

    /// Too many translations to tell apart: behind a Nat, and when they are sent on, packets may be on their way to
    /// any place out there.
    void anywhere() {
        auto& one = cases_.emplace_back();
        Box sent;
        std::size_t nats = 0;
        one.rules = rules_of(space_, appliance_, way_, {}, [&](const Link* nat, Names& names) {
            rename(space_, names, {changed_by_dnat.begin(), changed_by_dnat.end()},
                   nat == nullptr ? "prerouting" : "nat " + std::to_string(nats++));
            if (nat == nullptr) narrow(space_, sent, names.at(Field::ip_daddr), out());
        });
        one.region = translated(states(State::fresh, State::related), sent);
    }

    /// What each Nat that translates destinations may do.
    void find_targets() {
        rules_of(space_, appliance_, way_, {}, [&](const Link* nat, const Names& names) {
            if (nat == nullptr) return;
            std::map<Target, bool> found = {{Target{}, true}};
            for (const auto& rule : nat->rules.rules) found[target_of(appliance_, rule)] = true;
            are_about_flows_ = are_about_flows_ && is_about_flows(nat->rules, names);
            auto& targets = targets_.emplace_back();
            for (const auto& [target, ignored] : found) targets.push_back(target);
            are_whole_ = are_whole_ && nat->rules.whole;
        });
    }

    std::size_t combinations() const {
        if (!are_whole_) return cases_max + 1;
        std::size_t product = 1;
        for (const auto& targets : targets_) product = std::min(product * targets.size(), cases_max + 1);
        return product;
    }

    template <typename Visit>
    void each_combination(std::vector<Target> chosen, const Visit& visit) {
        if (chosen.size() == targets_.size()) return visit(chosen);
        for (const auto& target : targets_[chosen.size()]) {
            chosen.push_back(target);
            each_combination(chosen, visit);
            chosen.pop_back();
        }
    }

    /// How functions behind a Nat read what it has translated. `said`: to what.
    void translate(const Target& target, std::size_t place, Names& names, Box& said) {
        const auto set = [&](Field field, model::Value value) {
            rename(space_, names, {field}, "translation to " + std::to_string(value));
            narrow(space_, said, names.at(field), space_.one(value));
        };
        if (target.address) set(Field::ip_daddr, *target.address);
        if (target.port) set(Field::tcp_dport, *target.port);
        if (target.port) set(Field::udp_dport, *target.port);
        if (target.address || target.port)
            rename(space_, names, {Field::ip_checksum, Field::tcp_checksum, Field::udp_checksum},
                   "translation " + std::to_string(place));
    }

    /// Their Nats have decided about a first packet, which may have come by another Iface, so that only where
    /// prerouting ends they go where their flow goes.
    void known_flows(const std::vector<Target>& chosen) {
        auto& one = cases_.emplace_back();
        Box said;
        std::size_t place = 0;
        one.rules = rules_of(space_, appliance_, way_, {}, [&](const Link* nat, Names& names) {
            if (nat != nullptr) {
                translate(chosen[place], place, names, said);
                ++place;
                return;
            }
            rename(space_, names, {changed_by_dnat.begin(), changed_by_dnat.end()}, "prerouting");
            narrow(space_, said, names.at(Field::ip_daddr), out());
        });
        one.region = translated(states(State::established, State::related), said);
    }

    /// What a flow is not told by may have been anything in its first packet.
    symbolic::RuleList of_first_packet(symbolic::RuleList rules, const Names& names) {
        for (auto& rule : rules.rules) {
            Box guard;
            for (const auto& [variable, values] : rule.guard)
                narrow(space_, guard, is_of_flow(names, variable) ? variable : in_first_packet(variable), values);
            rule.guard = std::move(guard);
        }
        return rules;
    }

    symbolic::Variable in_first_packet(symbolic::Variable variable) {
        const auto max = space_.sets[space_.domain(variable)].intervals().back().high;
        return space_.fact({"first packet " + std::to_string(variable), max});
    }

    /// `first`: their Nats decide about them, else about a first packet of the same flow.
    void new_flows(const std::vector<Target>& chosen, bool first) {
        auto& one = cases_.emplace_back();
        Box said;
        std::size_t place = 0;
        auto destination = symbolic::variable(Field::ip_daddr);
        one.rules = rules_of(space_, appliance_, way_, {}, [&](const Link* nat, Names& names) {
            if (nat == nullptr) return;
            const auto& target = chosen[place];
            decide(one, first ? nat->rules : of_first_packet(nat->rules, names), target);
            translate(target, place, names, said);
            if (target.address) destination = names.at(Field::ip_daddr);
            ++place;
        });
        if (path_ != nullptr && !narrow(space_, said, destination, out())) {
            cases_.pop_back(); // it leads elsewhere
            return;
        }
        one.region = translated(states(State::fresh, State::fresh), said);
    }

    /// The Nat does this and nothing else: what no rule of it decides it leaves as it is.
    void decide(Case& one, symbolic::RuleList nat, const Target& target) {
        auto& list = one.nats.emplace_back(std::move(nat));
        list.rules.emplace_back();
        auto& some = one.outcomes.emplace_back();
        for (const auto& rule : list.rules)
            if (target_of(appliance_, rule) == target) some.insert(&rule);
        one.before.push_back({&list, {.some = &some}});
    }

    /// Destinations that lead to the path's end.
    symbolic::SetRef out() { return space_.sets.add(destinations_by(space_, appliance_, path_->to)); }

    symbolic::Space& space_;
    const model::Appliance& appliance_;
    Way way_;
    const model::Assert::Path* path_; ///< nothing: it is one chain
    bool invalid_;
    std::vector<std::vector<Target>> targets_; ///< by Nat
    bool are_whole_ = true, are_about_flows_ = true;
    std::deque<Case> cases_;
};

/// Whether functions on the way may see other destinations than packets came with.
bool sees_translations(const model::Appliance& appliance, const Way& way) {
    if (std::holds_alternative<model::Assert::Path>(way)) return appliance.translates();
    return std::ranges::any_of(functions_of(appliance, way), [&](model::FunctionId function) {
        return translates_destinations(way, appliance.functions.at(function).kind);
    });
}

} // namespace

std::deque<Case> cases_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way,
                          bool invalid) {
    if (sees_translations(appliance, way)) return Cases(space, appliance, way, invalid).run();
    std::deque<Case> cases(1);
    cases.front().rules = rules_of(space, appliance, way);
    cases.front().region = packets_at(space, appliance, way, invalid);
    return cases;
}

} // namespace analysis
