#include "compiler/analysis/cases.hpp"

#include "compiler/analysis/region.hpp"

#include <algorithm>
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

class Cases {
public:
    Cases(symbolic::Space& space, const model::Appliance& appliance, const model::Assert::Path& path,
          bool invalid)
        : space_(space), appliance_(appliance), path_(path), invalid_(invalid),
          out_(space.sets.add(destinations_by(space, appliance, path.to))) {}

    std::deque<Case> run() {
        untranslated_flows();
        translated_flows();
        find_targets();
        if (combinations() <= cases_max) {
            std::vector<Target> chosen;
            first_packets(chosen);
        } else {
            anywhere({{static_cast<model::Value>(State::fresh), static_cast<model::Value>(State::fresh)}});
        }
        return std::move(cases_);
    }

private:
    static model::Interval states(State from, State to) {
        return {static_cast<model::Value>(from), static_cast<model::Value>(to)};
    }

    /// The part of a region that is in some states, with one more thing said of it.
    std::vector<Box> narrowed(std::vector<Box> region, const model::IntervalSet& states, const Box& also) {
        const auto set = space_.sets.add(states);
        std::vector<Box> result;
        for (auto& box : region) {
            if (!narrow(space_, box, symbolic::variable(Field::ct_state), set)) continue;
            if (auto inside = both(space_, std::move(box), also)) result.push_back(std::move(*inside));
        }
        return result;
    }

    void untranslated_flows() {
        auto& one = cases_.emplace_back();
        one.rules = rules_of(space_, appliance_, path_, {}, [](const Link*, Names&) {});
        one.region = narrowed(packets_at(space_, appliance_, path_, invalid_),
                              {states(State::established, State::invalid)}, {});
    }

    void translated_flows() { anywhere({states(State::established, State::related)}); }

    /// Behind the first Nat, and when they are sent on, packets may be on their way to any place out there.
    void anywhere(const model::IntervalSet& states) {
        auto& one = cases_.emplace_back();
        Box sent;
        one.rules = rules_of(space_, appliance_, path_, {}, [&](const Link* nat, Names& names) {
            const std::string after = nat == nullptr ? "prerouting" : "a nat";
            rename(space_, names,
                   {Field::ip_daddr, Field::ip_checksum, Field::tcp_dport, Field::udp_dport, Field::tcp_checksum,
                    Field::udp_checksum},
                   after);
            if (nat == nullptr) narrow(space_, sent, names.at(Field::ip_daddr), out_);
        });
        one.region = narrowed(packets_wherever_to(space_, appliance_, path_, false), states, sent);
    }

    /// What each Nat of prerouting may do.
    void find_targets() {
        rules_of(space_, appliance_, path_, {}, [&](const Link* nat, Names&) {
            if (nat == nullptr) return;
            std::map<Target, bool> found = {{Target{}, true}};
            for (const auto& rule : nat->rules.rules) found[target_of(appliance_, rule)] = true;
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

    void first_packets(std::vector<Target>& chosen) {
        if (chosen.size() == targets_.size()) {
            first_packets_by(chosen);
            return;
        }
        for (const auto& target : targets_[chosen.size()]) {
            chosen.push_back(target);
            first_packets(chosen);
            chosen.pop_back();
        }
    }

    void first_packets_by(const std::vector<Target>& chosen) {
        auto& one = cases_.emplace_back();
        Box said;
        std::size_t place = 0;
        auto destination = symbolic::variable(Field::ip_daddr);
        one.rules = rules_of(space_, appliance_, path_, {}, [&](const Link* nat, Names& names) {
            if (nat == nullptr) return;
            const auto& target = chosen[place++];
            decide(one, *nat, target);
            const auto set = [&](Field field, model::Value value) {
                const std::string after = "translation to " + std::to_string(value);
                rename(space_, names, {field}, after);
                narrow(space_, said, names.at(field), space_.one(value));
            };
            if (target.address) set(Field::ip_daddr, *target.address);
            if (target.port) set(Field::tcp_dport, *target.port);
            if (target.port) set(Field::udp_dport, *target.port);
            if (target.address || target.port)
                rename(space_, names, {Field::ip_checksum, Field::tcp_checksum, Field::udp_checksum}, "translation");
            if (target.address) destination = names.at(Field::ip_daddr);
        });
        if (!narrow(space_, said, destination, out_)) {
            cases_.pop_back(); // it leads elsewhere
            return;
        }
        one.region = narrowed(packets_wherever_to(space_, appliance_, path_, false),
                              {states(State::fresh, State::fresh)}, said);
    }

    /// The Nat does this and nothing else: what no rule of it decides it leaves as it is.
    void decide(Case& one, const Link& nat, const Target& target) {
        auto& list = one.nats.emplace_back(nat.rules);
        list.rules.emplace_back();
        auto& some = one.outcomes.emplace_back();
        for (const auto& rule : list.rules)
            if (target_of(appliance_, rule) == target) some.insert(&rule);
        one.before.push_back({&list, {.some = &some}});
    }

    symbolic::Space& space_;
    const model::Appliance& appliance_;
    model::Assert::Path path_;
    bool invalid_;
    symbolic::SetRef out_; ///< destinations that lead to the path's end
    std::vector<std::vector<Target>> targets_; ///< by Nat
    bool are_whole_ = true;
    std::deque<Case> cases_;
};

} // namespace

std::deque<Case> cases_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way,
                          bool invalid) {
    const auto* path = std::get_if<model::Assert::Path>(&way);
    if (path != nullptr && appliance.translates()) return Cases(space, appliance, *path, invalid).run();
    std::deque<Case> cases(1);
    cases.front().rules = rules_of(space, appliance, way);
    cases.front().region = packets_at(space, appliance, way, invalid);
    return cases;
}

} // namespace analysis
