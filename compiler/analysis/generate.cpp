#include "compiler/analysis/generate.hpp"

#include "compiler/analysis/boundaries.hpp"
#include "compiler/analysis/candidates.hpp"
#include "compiler/analysis/describe.hpp"
#include "compiler/analysis/leased.hpp"
#include "compiler/analysis/packet.hpp"
#include "compiler/analysis/walk.hpp"
#include "compiler/eval/routing.hpp"

#include <algorithm>
#include <deque>
#include <tuple>

namespace analysis {

namespace {

using model::Field;
using model::IfaceId;
using model::StatementId;
using symbolic::Rule;

constexpr std::size_t repeats_max = 64; ///< of a packet that spends the tokens of a Limit

/// Two Tests of which this is the same send the same packet to the same place.
std::string key_of(const model::Scenario& test) {
    const auto& step = std::get<model::SendStep>(test.steps.front().is);
    std::string about = "whole";
    if (const auto* function = std::get_if<model::FunctionId>(&test.about))
        about = "function " + std::to_string(*function);
    else if (const auto* chain = std::get_if<model::IfaceChain>(&test.about))
        about = "chain " + std::to_string(chain->iface) + ' ' + std::to_string(static_cast<int>(chain->hook));
    else if (std::holds_alternative<model::ForwardChain>(test.about))
        about = "forward";
    return about + ' ' + (step.iface ? std::to_string(*step.iface) : "-") + ' ' +
           std::to_string(static_cast<int>(step.state.value_or(model::State::fresh))) + ' ' +
           literal_of(step.packet) + ' ' + std::to_string(test.steps.size());
}

std::string text_of(const model::Appliance& appliance, Field field, const Boundary& boundary) {
    const auto& [value, inside, interval] = boundary;
    return std::string(model::info(field).name) + ' ' + analysis::text_of(appliance, field, value) +
           (inside ? " is in " : " is not in ") + analysis::text_of(appliance, field, interval.low) +
           (interval.low == interval.high ? "" : " - " + analysis::text_of(appliance, field, interval.high));
}

/// The fields that a function, or what it calls, compares with a set.
class Compared {
public:
    Compared(const model::Appliance& appliance, model::FunctionId function) : appliance_(appliance) {
        visit(function);
    }

    bool contains(Field field) const { return fields_.contains(field); }

private:
    void visit(model::FunctionId function) {
        if (!seen_.insert(function).second) return;
        const auto& body = appliance_.functions.at(function).body;
        each_condition(body, [&](const model::Condition& condition) {
            if (const auto* test = std::get_if<model::Test>(&condition.is)) fields_.insert(test->field);
        });
        each_step(body, [&](const model::Step& step) {
            if (const auto* call = std::get_if<model::Call>(&step.is)) visit(call->function);
        });
    }

    const model::Appliance& appliance_;
    std::set<model::FunctionId> seen_;
    std::set<Field> fields_;
};

/// A translation shows in what leaves: where nothing does, the function alone says more.
bool hides_translation(const model::Scenario& test) {
    return std::holds_alternative<model::WholeAppliance>(test.about) &&
           !std::get<model::SendStep>(test.steps.back().is).out;
}

class Generator {
public:
    Generator(const model::Appliance& policy, const Play& play, const Generation& how)
        : play_(play), how_(how), leases_(leases_for(policy)), says_leases_(compares_leases(policy)),
          appliance_(leasing(policy, leases_)), random_(how.seed) {}

    Generated run(const std::set<StatementId>& statements) {
        const auto chains = chains_of(appliance_);
        for (const auto& chain : chains) look_at(candidates_.emplace_back(appliance_, chain), chain);
        // What no rule is of has a condition that is never true.
        const bool whole = std::ranges::all_of(candidates_, &Candidates::is_whole);
        for (const auto id : statements) failed(id, whole ? Untested::unreachable : Untested::undecided);
        for (auto& candidates : candidates_) boundaries(candidates);
        std::ranges::stable_sort(result_.tests, {}, [&](const GeneratedTest& test) {
            const auto& place = place_of(test);
            return std::tuple(place.file, place.line, place.column);
        });
        return std::move(result_);
    }

private:
    bool is_full() {
        if (result_.tests.size() < how_.tests_max) return false;
        result_.whole = false;
        return true;
    }

    const model::Place& place_of(const GeneratedTest& test) const {
        return test.statement ? appliance_.statements.at(*test.statement).place : test.of;
    }

    void look_at(Candidates& candidates, const Way& chain) {
        const auto& links = candidates.rules().links;
        for (std::size_t link = 0; link < links.size(); ++link) {
            std::set<StatementId> seen;
            for (const auto& rule : links[link].rules.rules)
                if (rule.statement && seen.insert(*rule.statement).second)
                    statement(candidates, chain, {.link = link, .statement = rule.statement});
        }
    }

    void statement(Candidates& candidates, const Way& chain, const Target& target) {
        const auto id = *target.statement;
        if (is_full()) return failed(id, Untested::left_out);
        const auto reach = candidates.reach(target);
        if (reach == Reach::no) return failed(id, Untested::unreachable);
        const auto take = [&](model::Scenario test, bool repeats) {
            return take_for(id, std::move(test), repeats);
        };
        if (candidates.offer(target, take) || offer_paths(candidates, chain, target, take)) return has_test(id);
        failed(id, reach == Reach::yes ? Untested::unsaid : Untested::undecided);
    }

    void has_test(StatementId id) {
        tested_.insert(id);
        result_.untested.erase(id);
    }

    /// The better reason counts: what is unreachable on one chain may be reached on another.
    void failed(StatementId id, Untested why) {
        if (tested_.contains(id)) return;
        auto& known = result_.untested.try_emplace(id, why).first->second;
        known = std::max(known, why);
    }

    /// By which Iface a packet leaves only the routes say: that takes the whole appliance.
    bool offer_paths(const Candidates& candidates, const Way& chain, const Target& target, const Take& take) {
        if (!std::holds_alternative<model::ForwardChain>(chain)) return false;
        const auto function = candidates.rules().links[target.link].function;
        for (IfaceId from = 0; from < appliance_.ifaces.size(); ++from) {
            if (!eval::forwards(appliance_, from)) continue;
            for (IfaceId to = 0; to < appliance_.ifaces.size(); ++to) {
                auto& path =
                    paths_.try_emplace({from, to}, appliance_, model::Assert::Path{from, to}).first->second;
                const auto& links = path.rules().links;
                for (std::size_t link = 0; link < links.size(); ++link)
                    if (std::holds_alternative<model::ForwardChain>(links[link].chain) &&
                        links[link].function == function &&
                        path.offer({.link = link, .statement = target.statement}, take))
                        return true;
            }
        }
        return false;
    }

    bool take_for(StatementId id, model::Scenario test, bool repeats) {
        add_leases(test);
        const auto step = test.steps.front();
        const auto action = appliance_.statements.at(id).action;
        const bool translates = action == model::Action::dnat || action == model::Action::snat;
        for (std::size_t times = 1; times <= repeats_max; ++times) {
            const auto decided = play_(test);
            if (!decided) return false;
            if (std::ranges::find(*decided, id) != decided->end())
                return !(translates && hides_translation(test)) && add({std::move(test), id, {}, {}});
            if (!repeats) return false;
            test.steps.push_back(step);
        }
        return false;
    }

    void boundaries(Candidates& candidates) {
        const auto& links = candidates.rules().links;
        for (std::size_t link = 0; link < links.size(); ++link) {
            const Compared compared(appliance_, links[link].function);
            const auto& rules = links[link].rules.rules;
            for (std::size_t index = 0; index < rules.size(); ++index) {
                if (!rules[index].statement) continue;
                for (const auto& side : rules[index].guard) {
                    if (is_full()) return;
                    const auto field = static_cast<Field>(side.variable);
                    if (side.variable < symbolic::header_complete && compared.contains(field))
                        boundaries(candidates, link, index, side);
                }
            }
        }
    }

    /// A packet inside is decided by this rule, one outside by a later one: else the boundary does not show. Best by one
    /// that tells another verdict, and inside with a packet that is like such a one but for the field.
    void boundaries(Candidates& candidates, std::size_t link, std::size_t index, const symbolic::Side& side) {
        auto& space = candidates.space();
        const auto& rule = candidates.rules().links[link].rules.rules[index];
        const auto field = static_cast<Field>(side.variable);
        const auto& come = candidates.values_that_come(side.variable);
        const auto all = boundaries_of(field, space.sets[side.values], come, random_);
        std::map<model::Value, model::SendStep> beyond; ///< what was told another verdict
        for (const bool inside : {false, true})
            for (const auto& boundary : all) {
                if (is_full()) return;
                auto within = rule.guard;
                std::erase_if(within, [&](const symbolic::Side& one) { return one.variable == side.variable; });
                if (boundary.inside != inside || !narrow(space, within, side.variable, space.one(boundary.value))) continue;
                const auto offer = [&](const Target& target, const symbolic::Box& box) {
                    return candidates.offer(target, box, [&](model::Scenario test, bool) {
                        const auto step = std::get<model::SendStep>(test.steps.back().is);
                        const bool taken = take_for(rule, boundary, field, std::move(test));
                        if (taken && target.unlike) beyond.emplace(boundary.value, step);
                        return taken;
                    });
                };
                if (inside) {
                    const Target here{.link = link, .first = index, .end = index + 1};
                    const auto like = like_nearest(space, within, beyond, boundary.value, field);
                    if (!(like && offer(here, *like))) offer(here, within);
                } else {
                    Target later{.link = link, .first = index + 1, .end = static_cast<std::size_t>(-1), .unlike = rule.action};
                    const bool is_told = offer(later, within);
                    later.unlike.reset();
                    if (!is_told) offer(later, within);
                }
            }
    }

    /// What of a box is, in all but one field, as the nearest of some packets says.
    static std::optional<symbolic::Box> like_nearest(symbolic::Space& space, symbolic::Box box,
                                                     const std::map<model::Value, model::SendStep>& packets,
                                                     model::Value value, Field but) {
        const auto nearest = std::ranges::min_element(
            packets, {}, [&](const auto& one) { return std::max(one.first, value) - std::min(one.first, value); });
        if (nearest == packets.end()) return std::nullopt;
        const auto& like = nearest->second;
        for (const auto& said : like.packet.fields)
            if (said.field != but && !narrow(space, box, symbolic::variable(said.field), space.one(said.value)))
                return std::nullopt;
        const auto number = static_cast<model::Value>(like.state.value_or(model::State::fresh));
        if (!narrow(space, box, symbolic::variable(Field::ct_state), space.one(number))) return std::nullopt;
        return box;
    }

    bool take_for(const Rule& rule, const Boundary& boundary, Field field, model::Scenario test) {
        add_leases(test);
        const auto decided = play_(test);
        if (!decided || hides_translation(test)) return false; // of Filters there are chains
        const bool is_by_rule = std::ranges::find(*decided, *rule.statement) != decided->end();
        if (boundary.inside && !is_by_rule) return false;
        auto by = rule.statement;
        if (!boundary.inside) by = decided->empty() ? std::nullopt : std::optional(decided->back());
        return add({std::move(test), by, text_of(appliance_, field, boundary), rule.place});
    }

    /// The whole appliance needs addresses; chains and functions, only where they compare with them.
    void add_leases(model::Scenario& test) const {
        if (says_leases_ || std::holds_alternative<model::WholeAppliance>(test.about)) test.leases = leases_;
    }

    bool add(GeneratedTest test) {
        if (test.statement) has_test(*test.statement); // one of a boundary may be the first of a function
        if (seen_.insert(key_of(test.test)).second) result_.tests.push_back(std::move(test));
        return true;
    }

    const Play& play_;
    const Generation& how_;
    std::vector<model::Lease> leases_;
    bool says_leases_;
    model::Appliance appliance_;
    std::mt19937_64 random_;
    std::deque<Candidates> candidates_; ///< of the chains
    std::map<std::pair<IfaceId, IfaceId>, Candidates> paths_;
    std::set<std::string> seen_;
    std::set<StatementId> tested_;
    Generated result_;
};

} // namespace

Generated generate_tests(const model::Appliance& appliance, const std::set<StatementId>& statements,
                         const Play& play, const Generation& how) {
    return Generator(appliance, play, how).run(statements);
}

} // namespace analysis
