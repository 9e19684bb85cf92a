#include "compiler/analysis/shadows.hpp"

#include "compiler/analysis/cases.hpp"
#include "compiler/analysis/needed.hpp"
#include "compiler/analysis/region.hpp"
#include "compiler/analysis/walk.hpp"
#include "compiler/analysis/ways.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

namespace analysis {

namespace {

using model::StatementId;
using symbolic::Box;
using symbolic::Found;
using symbolic::Proved;
using symbolic::Question;
using symbolic::Stage;

// A step is some tens of nanoseconds. Large lists of rules, as firewalls have them, need up to 10,000 steps for
// each statement on the average; the most is half a minute for a policy, and 30 milliseconds for one statement.
constexpr std::size_t steps_for_each_statement = 20'000;
constexpr std::size_t steps_max = 1'000'000'000;
constexpr std::size_t steps_at_least = 20'000'000; ///< a short policy can wait for a solver
constexpr std::size_t of_a_statement = 1'000'000;
constexpr std::size_t statements_on_ways_max = 200'000; ///< all ways together: some seconds

class Search {
public:
    explicit Search(const model::Appliance& appliance) : appliance_(appliance) {}

    Shadows run() && {
        for (const auto& chain : chains_of(appliance_)) look_at(chain);
        look_at_ways();
        Shadows result;
        for (const auto statement : undecided_)
            if (!alive_.contains(statement)) result.undecided.push_back(statement);
        for (auto& [statement, found] : dead_)
            if (!alive_.contains(statement) && !undecided_.contains(statement)) result.dead.push_back(std::move(found));
        return result;
    }

private:
    /// A statement in one function of a chain, and what comes before it.
    struct Asked {
        StatementId statement = 0;
        const symbolic::RuleList& list;
        const symbolic::RulesByStatement& own; ///< those of the list
        const std::vector<Stage>& accepted; ///< by the functions before
        const std::vector<Box>& packets;    ///< that can come to the chain
    };

    void look_at(const Way& chain) {
        symbolic::Space space;
        symbolic::Engines engines(space);
        const auto rules = rules_of(space, appliance_, chain);
        Case plain{{&rules}, packets_at(space, appliance_, chain, !rules.drops_invalid), {}, {}};
        if (plain.region.empty()) plain.region = {{}}; // that nothing comes to a chain is no fault of its statements
        look_at(space, engines, plain, false);
        const auto translates = [&](const Link& link) { return translates_destinations(chain, link.kind); };
        if (std::ranges::count_if(rules.links, translates) < 2) return;
        const auto cases = cases_of(space, appliance_, chain, false);
        for (const auto& one : cases.all) look_at(space, engines, one, true);
    }

    /// What is alive on each chain by itself may wait in vain for what earlier chains let through: prerouting of what comes to
    /// forward or input, both of what comes to postrouting.
    void look_at_ways() {
        if (appliance_.load_balancer || translates_output(appliance_)) return;
        auto ways = ways_through(appliance_);
        for (const auto& way : ways) // nothing is stopped before its first chain
            for (const auto function : functions_of(appliance_, chains_on(way).front()))
                coming_.merge(statements_in(appliance_, appliance_.functions.at(function).body));
        std::erase_if(ways, [&](const Way& way) {
            const auto chains = chains_on(way);
            return std::all_of(chains.begin() + 1, chains.end(),
                               [&](const Way& chain) { return functions_of(appliance_, chain).empty(); });
        });
        if (ways.size() * (translations_on_chains(appliance_).size() + 1) * (appliance_.statements.size() + 1) > statements_on_ways_max) return;
        coming_.insert(undecided_.begin(), undecided_.end());
        for (const auto& way : ways) look_at_way(way);
        for (auto& [statement, stopped] : stopped_) {
            if (coming_.contains(statement)) continue;
            alive_.erase(statement);
            auto by = stopped.by;
            by.insert(stopped.own.begin(), stopped.own.end());
            const auto because = stopped.own_too ? Shadowed::Because::verdicts : Shadowed::Because::chains;
            dead_[statement] = {statement, because, {by.begin(), by.end()}, true};
        }
        for (auto& [statement, found] : dead_) name_living(found);
    }

    /// What earlier chains leave no packets stops none itself: in its place stands what stops these.
    void name_living(Shadowed& found) const {
        const auto is_by_chains = [&](StatementId statement) {
            const auto stopped = dead_.find(statement);
            return stopped != dead_.end() && stopped->second.because == Shadowed::Because::chains;
        };
        if (std::ranges::none_of(found.by, is_by_chains)) return;
        std::set<StatementId> by;
        for (const auto statement : found.by)
            if (is_by_chains(statement))
                by.insert(dead_.at(statement).by.begin(), dead_.at(statement).by.end());
            else
                by.insert(statement);
        // Of its own function it may be that none is left.
        const auto known = stopped_.find(found.statement);
        const bool is_on_ways = known != stopped_.end() && !coming_.contains(found.statement);
        const auto own = is_on_ways ? known->second.own : std::set(found.by.begin(), found.by.end());
        if (!own.empty() && std::ranges::all_of(own, is_by_chains)) found.because = Shadowed::Because::chains;
        found.by.assign(by.begin(), by.end());
        found.is_by_chains = true;
    }

    void look_at_way(const Way& way) {
        symbolic::Space space;
        symbolic::Engines engines(space);
        const bool invalid = !functions_on(appliance_, way).drops_invalid;
        const auto cases = cases_of(space, appliance_, way, invalid, FlowsComeBy::any_iface);
        for (const auto& one : cases.all) {
            const auto first = first_packets(space, one.region);
            auto accepted = one.before;
            for (const auto& link : one.rules.front()->links) {
                const bool is_nat = link.kind == model::FunctionKind::nat;
                look_at_link(engines, {is_nat ? first : one.region, accepted}, link);
                if (!is_nat) accepted.push_back({&link.rules, symbolic::wanting(model::Action::accept)});
            }
        }
    }

    void look_at_link(symbolic::Engines& engines, const Question& question, const Link& link) {
        if (question.region.empty()) return; // that nothing comes this way is no other chain's doing
        if (!link.rules.whole) coming_.merge(statements_in(appliance_, appliance_.functions.at(link.function).body));
        for (const auto statement : listed_in(link)) {
            if (!alive_.contains(statement) || coming_.contains(statement)) continue;
            if (const auto one = stopped_before(engines, question, link, statement)) {
                auto& stopped = stopped_[statement];
                stopped.by.insert(one->by.begin(), one->by.end());
                stopped.own.insert(one->own.begin(), one->own.end());
                stopped.own_too |= one->own_too;
            } else {
                coming_.insert(statement);
            }
        }
    }

    static std::set<StatementId> listed_in(const Link& link) {
        std::set<StatementId> result;
        for (const auto& rule : link.rules.rules)
            if (rule.statement) result.insert(*rule.statement);
        return result;
    }

    /// Statements, without any of which some packet would come.
    struct Stopped {
        std::set<StatementId> by, own; ///< of earlier chains and functions, and of its own; empty where they are too many to try
        bool own_too = false;          ///< what is before it in its own function decides about some
    };

    /// What stops all that a statement would decide about; nothing where something comes, or that is not known.
    std::optional<Stopped> stopped_before(symbolic::Engines& engines, Question question, const Link& link,
                                          StatementId statement) {
        const bool are_all_few = are_few(question.stages);
        question.stages.push_back({&link.rules, {.statement = statement}});
        const auto before = spent_by(engines);
        const auto steps = are_all_few ? of_a_statement : steps_for_each_statement;
        const auto ask_of_some = [&](const auto& some) { return ask(engines, question, steps, &some); };
        const auto answer = ask(engines, question, steps);
        std::optional<Stopped> stopped;
        if (const auto* proved = std::get_if<Proved>(&answer)) {
            const std::vector<symbolic::RuleIndex> none;
            auto rules = proved->because;
            stopped.emplace();
            // What its own function decides too need not be named where no packet comes to it anyway.
            stopped->own_too = !std::holds_alternative<Proved>(ask_of_some(none));
            if (are_all_few) stopped->by = needed_before(engines, question, rules, stopped->own_too ? nullptr : &none);
            if (are_all_few && stopped->own_too)
                for (const auto rule : needed_of(ask_of_some, std::move(rules)))
                    stopped->own.insert(*link.rules.rules[rule].statement);
        }
        steps_ += spent_by(engines) - before;
        return stopped;
    }

    /// `retranslating`: Nats behind those that translate destinations, or else everything but these. What they see
    /// depends on what has been done to the very packet.
    void look_at(symbolic::Space& space, symbolic::Engines& engines, const Case& one, bool retranslating) {
        const auto first = first_packets(space, one.region);
        if (retranslating && first.empty()) return;
        const auto before = steps_, spent = spent_by(engines);
        auto accepted = one.before;
        bool is_behind = false;
        for (const auto& link : one.rules.front()->links) {
            const bool is_nat = link.kind == model::FunctionKind::nat;
            if ((is_nat && is_behind) == retranslating) {
                const auto own = symbolic::by_statement(link.rules);
                for (const auto statement : statements_of(link)) {
                    look_at(space, engines, {statement, link.rules, own, accepted, is_nat ? first : one.region});
                    steps_ = before + spent_by(engines) - spent;
                }
            }
            if (!is_nat) accepted.push_back({&link.rules, symbolic::wanting(model::Action::accept)});
            is_behind = is_behind || translates_destinations(link.chain, link.kind);
        }
    }

    /// Each that may be said something of, once. No translation is a last line of defence.
    std::set<StatementId> statements_of(const Link& link) const {
        const bool all = link.kind == model::FunctionKind::nat;
        std::set<StatementId> result;
        for (const auto& rule : link.rules.rules)
            // What a policy imports may well hold more than it needs.
            if (rule.statement && (all || rule.conditional) && rule.place.file == 0 &&
                !alive_.contains(*rule.statement))
                result.insert(*rule.statement);
        if (link.rules.whole) return result;
        for (const auto statement : statements_in(appliance_, appliance_.functions.at(link.function).body))
            if (appliance_.statements.at(statement).place.file == 0) result.insert(statement);
        return result;
    }

    /// First of any packets: most statements are shown to decide, or not to, by their own function. Then of those
    /// that can come, and last of those that earlier functions let through.
    void look_at(symbolic::Space& space, symbolic::Engines& engines, const Asked& asked) {
        using Because = Shadowed::Because;
        Question question{{{}}, {{&asked.list, {.statement = asked.statement}}}};
        auto answer = ask(engines, question, of_a_statement);
        auto because = Because::verdicts;
        if (const auto* found = std::get_if<Found>(&answer); found != nullptr && !can_come(space, asked.packets, found->box)) {
            question.region = asked.packets;
            answer = ask(engines, question, of_a_statement);
            because = Because::nobody;
        }
        if (std::holds_alternative<Found>(answer) && !asked.accepted.empty()) {
            question.region = asked.packets;
            question.stages.insert(question.stages.begin(), asked.accepted.begin(), asked.accepted.end());
            answer = ask(engines, question, are_few(asked.accepted) ? of_a_statement : steps_for_each_statement);
            because = Because::functions;
        }
        if (std::holds_alternative<Found>(answer)) alive_.insert(asked.statement);
        if (std::holds_alternative<symbolic::GaveUp>(answer)) undecided_.insert(asked.statement);
        const auto* proved = std::get_if<Proved>(&answer);
        if (proved == nullptr) return;
        const auto known = dead_.find(asked.statement);
        const auto is_own = [&](StatementId statement) { return asked.own.contains(statement); };
        if (known != dead_.end() && known->second.because == Because::verdicts &&
            std::ranges::all_of(known->second.by, is_own))
            return; // there is no better reason
        auto rules = proved->because;
        std::set<StatementId> by;
        if (because == Because::functions && are_few(asked.accepted)) by = needed_before(engines, question, rules);
        const bool is_by_functions = !by.empty(); // among others
        const auto ask_of_some = [&](const auto& some) { return ask(engines, question, of_a_statement, &some); };
        for (const auto rule : needed_of(ask_of_some, rules)) by.insert(*asked.list.rules[rule].statement);
        name_living(asked, ask_of_some, because, by);
        if (known != dead_.end() && is_by_functions) by.insert(known->second.by.begin(), known->second.by.end());
        if (std::ranges::any_of(by, is_own)) because = Because::verdicts;
        dead_[asked.statement] = {asked.statement, because, {by.begin(), by.end()}, false};
    }

    /// What never decides itself stops nothing: in its place stands what leaves it nothing.
    void name_living(const Asked& asked, const AskOfSome& ask_of_some, Shadowed::Because& because,
                     std::set<StatementId>& by) const {
        std::set<StatementId> living;
        bool is_by_functions = because == Shadowed::Because::functions;
        for (const auto statement : by) {
            const auto dead = alive_.contains(statement) ? dead_.end() : dead_.find(statement);
            if (dead == dead_.end()) {
                living.insert(statement);
                continue;
            }
            living.insert(dead->second.by.begin(), dead->second.by.end());
            is_by_functions = is_by_functions || dead->second.because == Shadowed::Because::functions;
        }
        if (living.empty() || living == by) return;
        by = std::exchange(living, {});
        if (is_by_functions) {
            because = Shadowed::Because::functions;
            return;
        }
        std::vector<symbolic::RuleIndex> rules;
        for (const auto statement : by)
            if (const auto own = asked.own.find(statement); own != asked.own.end())
                rules.insert(rules.end(), own->second.begin(), own->second.end());
        std::ranges::sort(rules);
        if (!std::holds_alternative<Proved>(ask_of_some(rules))) return;
        by.clear();
        for (const auto rule : needed_of(ask_of_some, std::move(rules))) by.insert(*asked.list.rules[rule].statement);
    }

    /// The statements of earlier functions that stop packets, without any of which some would come. The question is
    /// left without the others; `rules` are those of the last stage that prove it then, of `only` these where it is given.
    std::set<StatementId> needed_before(symbolic::Engines& engines, Question& question, std::vector<symbolic::RuleIndex>& rules,
                                        const std::vector<symbolic::RuleIndex>* only = nullptr) {
        std::set<StatementId> needed;
        // The later ones first, so that what is said of several cases is said of what comes first in each.
        for (auto stage = question.stages.rbegin() + 1; stage != question.stages.rend(); ++stage) {
            if (stage->wanted != symbolic::wanting(model::Action::accept)) continue; // of a Nat
            std::set<StatementId> stopping;
            for (const auto* rule : symbolic::deciding(*stage->rules))
                if (rule->action != model::Action::accept) stopping.insert(rule->statement.value());
            for (const auto statement : stopping) {
                const auto* const before = std::exchange(stage->rules, &without(*stage->rules, statement));
                const auto answer = ask(engines, question, of_a_statement, only);
                if (const auto* proved = std::get_if<Proved>(&answer)) {
                    rules = proved->because;
                } else {
                    stage->rules = before;
                    needed.insert(statement);
                }
            }
        }
        return needed;
    }

    /// What the function would be if it did not have the statement: what nothing decides goes on.
    const symbolic::RuleList& without(const symbolic::RuleList& list, StatementId statement) {
        auto& fewer = lists_.emplace_back(list);
        std::erase_if(fewer.rules, [&](const symbolic::Rule& rule) { return rule.statement == statement; });
        fewer.rules.push_back({.guard = {}, .statement = {}, .action = model::Action::accept, .place = {}});
        return fewer;
    }

    static std::size_t spent_by(const symbolic::Engines& engines) {
        return engines.subtraction.steps() + engines.sat.steps();
    }

    symbolic::Answer ask(symbolic::Engines& engines, const Question& question, std::size_t steps_max_of_it,
                         const std::vector<symbolic::RuleIndex>* only = nullptr) const {
        const auto all = std::clamp(steps_for_each_statement * appliance_.statements.size(), steps_at_least, steps_max);
        if (only == nullptr && steps_ > all + of_a_statement) return symbolic::GaveUp{};
        return engines.confirmed(question, engines.subtraction.find(question, steps_max_of_it, only),
                                 {.steps = steps_max_of_it}, only);
    }

    /// Functions before the statement's own, whose combinations can be tried for each statement.
    static bool are_few(const std::vector<Stage>& stages) {
        constexpr std::size_t rules_max = 64;
        std::size_t rules = 0;
        for (const auto& stage : stages) rules += stage.rules->rules.size();
        return rules <= rules_max;
    }

    const model::Appliance& appliance_;
    std::set<StatementId> alive_, undecided_; ///< on some chain
    std::map<StatementId, Shadowed> dead_;
    std::set<StatementId> coming_; ///< for which a packet comes by some way, as far as is known
    std::map<StatementId, Stopped> stopped_; ///< for which none comes by a way
    std::deque<symbolic::RuleList> lists_; ///< what questions point at
    std::size_t steps_ = 0;
};

} // namespace

Shadows shadowed_statements(const model::Appliance& appliance) { return Search(appliance).run(); }

} // namespace analysis
