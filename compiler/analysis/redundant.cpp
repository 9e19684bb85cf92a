#include "compiler/analysis/redundant.hpp"

#include "compiler/analysis/needed.hpp"
#include "compiler/analysis/region.hpp"
#include "compiler/analysis/walk.hpp"
#include "compiler/eval/chains.hpp"
#include "compiler/symbolic/overlaps.hpp"

#include <algorithm>

namespace analysis {

namespace {

using model::Action;
using model::StatementId;
using symbolic::Box;
using symbolic::Rule;
using symbolic::RuleIndex;
using symbolic::RuleList;

constexpr std::size_t steps_for_each_statement = 10'000;
constexpr std::size_t steps_max = 300'000'000; ///< of all: some seconds
constexpr std::size_t of_a_question = 100'000, of_a_question_if_long = 5'000;
constexpr std::size_t rules_of_short = 1'000; ///< a list about whose statements much may be asked
constexpr std::size_t rules_around_max = 1'000; ///< of a long list, that share packets with a statement
constexpr std::size_t steps_of_a_rule = 8;        ///< to ask about it
constexpr std::size_t packets_max = 1 << 10; ///< boxes of those that can come, which are tried for each statement

/// A function of some chains without some of its statements. What never decides may begin to, where one goes that stands
/// before it; and it may go itself. So it counts where it says otherwise, and not where it says the same.
class Fewer {
public:
    Fewer(const model::Appliance& appliance, Listing& listing, const std::set<StatementId>& dead,
          const std::set<StatementId>& gone)
        : appliance_(appliance), listing_(listing), dead_(dead), gone_(gone), all_(listing.rules()), has_effects_(all_.rules.size()),
          overlaps_(listing.space(), with_effects(), columns_) {
        for (RuleIndex i = 0; i < all_.rules.size(); ++i)
            if (all_.rules[i].log == nullptr && !has_effects_[i]) rules_of_[*all_.rules[i].statement].push_back(i);
    }

    const std::map<StatementId, std::vector<RuleIndex>>& rules_of() const { return rules_of_; }

    /// Whether others decide the same in the place of a statement, and which do. False where that is not known. It is so with
    /// those that have gone, and without them: who leaves out this statement alone is told the truth, too.
    bool is_same_without(StatementId statement, std::set<StatementId>& by) {
        if (all_.cut) return false; // what would follow is not in the list
        const auto is_same = [&](std::set<StatementId>& who) {
            return std::ranges::all_of(rules_of_.at(statement), [&](RuleIndex rule) { return is_same_without_rule(rule, who); });
        };
        if (!is_same(by)) return false;
        if (gone_.empty()) return true;
        std::set<StatementId> of_these;
        with_gone_ = true;
        const bool is_so = is_same(of_these);
        with_gone_ = false;
        return is_so;
    }

    std::size_t steps() const { return steps_ + overlaps_.work(); }

private:
    /// Makes rules that decide of what else can be noticed of a packet: what it logs, and that it asks a Limit.
    const RuleList& with_effects() {
        for (RuleIndex i = 0; i < all_.rules.size(); ++i) {
            auto& rule = all_.rules[i];
            has_effects_[i] = rule.log != nullptr && !rule.statement;
            if (has_effects_[i]) rule.log = nullptr;
        }
        for (const auto& met : all_.met) {
            const auto* branch = std::get_if<model::Branch>(&met.step->is);
            if (branch == nullptr || !asks_limits(branch->condition)) continue;
            has_effects_[met.rule] = true;
            all_.rules[met.rule].log = nullptr;
        }
        return all_;
    }

    bool is_alike(RuleIndex one, RuleIndex other) const {
        if (has_effects_[other]) return false;
        const auto& a = appliance_.statements.at(*all_.rules[one].statement);
        const auto& b = appliance_.statements.at(*all_.rules[other].statement);
        return a.action == b.action && eval::translation_of(a) == eval::translation_of(b);
    }

    /// An `else` that packets of the rule cannot come to.
    bool is_elsewhere(RuleIndex rule, RuleIndex other) const {
        return std::ranges::any_of(all_.otherwise, [&](const symbolic::Otherwise& one) {
            return one.then <= rule && rule < one.begin && one.begin <= other && other < one.end;
        });
    }

    /// Less is asked then about each statement.
    bool is_long() const { return all_.rules.size() > rules_of_short; }

    bool covers(const Box& outer, const Box& inner) {
        auto& space = listing_.space();
        return std::ranges::all_of(outer, [&](const symbolic::Side& side) {
            return space.sets.covers(side.values, values_of(space, inner, side.variable));
        });
    }

    /// What packets of a piece may meet: what decides before the rule, and what they come to behind it.
    std::vector<RuleIndex> around(RuleIndex rule, const symbolic::Piece& piece) {
        auto rules = overlaps_.with(piece, all_.rules.size());
        std::erase_if(rules, [&](RuleIndex other) {
            const auto& statement = all_.rules[other].statement;
            if (statement == all_.rules[rule].statement || (statement && !with_gone_ && gone_.contains(*statement))) return true;
            const bool is_dead = statement && dead_.contains(*statement);
            if (other < rule) return is_dead || has_effects_[other];
            return is_elsewhere(rule, other) || (is_dead && is_alike(rule, other));
        });
        return rules;
    }

    /// Of most rules some packet shows at once that they are needed. It need not be one that can come.
    bool is_seen_needed(RuleIndex rule, const symbolic::Piece& piece) {
        constexpr int packets = 6;
        std::uint64_t state = rule;
        for (int i = 0; i < packets; ++i) {
            const auto met = around(rule, packet_in(piece, overlaps_.columns(), state));
            if (met.empty() || (met.front() > rule && !is_alike(rule, met.front()))) return true;
        }
        return false;
    }

    /// Asks for a packet that the rule decides about, and what is behind it otherwise.
    bool is_same_without_rule(RuleIndex rule, std::set<StatementId>& by) {
        const auto& own = all_.rules[rule];
        const auto piece = piece_of(listing_.space(), columns_, own.guard);
        if (is_long() && is_seen_needed(rule, piece)) return false;
        const auto all_around = around(rule, piece);
        if (is_long() && all_around.size() > rules_around_max) return false;
        steps_ += all_around.size() * steps_of_a_rule;
        RuleList before, behind;
        bool is_some_alike = false;
        for (const auto other : all_around) {
            const auto& one = all_.rules[other];
            if (other < rule) {
                before.rules.push_back(one);
                continue;
            }
            const bool alike = is_alike(rule, other);
            is_some_alike = is_some_alike || alike;
            behind.rules.push_back(one);
            behind.rules.back().action = alike ? unwanted : wanted;
            if (covers(one.guard, own.guard)) break;
        }
        if (!is_some_alike) return false;
        before.rules.push_back(own);
        behind.rules.push_back({.guard = {}, .statement = {}, .action = wanted, .place = {}}); // nothing decides
        return is_proved(own, before, behind, by);
    }

    /// First of whatever the rule's conditions let pass, then of what is left there of earlier rules, and of what can come.
    bool is_proved(const Rule& own, const RuleList& before, const RuleList& behind, std::set<StatementId>& by) {
        auto& space = listing_.space();
        symbolic::Engines engines(space);
        symbolic::Question question{{own.guard}, {{&behind, symbolic::wanting(wanted)}}};
        const auto ask = [&](const std::vector<RuleIndex>* only) {
            const auto steps = is_long() ? of_a_question_if_long : of_a_question;
            return engines.confirmed(question, engines.subtraction.find(question, steps, only), {.steps = steps}, only);
        };
        const auto needed = [&](std::vector<RuleIndex> rules) {
            return needed_of([&](const auto& some) { return ask(&some); }, std::move(rules));
        };
        auto answer = ask(nullptr);
        const auto* proved = std::get_if<symbolic::Proved>(&answer);
        auto rules = proved != nullptr ? needed(proved->because) : std::vector<RuleIndex>();
        if (proved == nullptr || rules.size() > 1) {
            question.stages.insert(question.stages.begin(), {&before, {.statement = own.statement}});
            if (proved == nullptr) answer = ask(nullptr);
            const auto* found = std::get_if<symbolic::Found>(&answer);
            if (found != nullptr && listing_.packets().size() <= packets_max &&
                !can_come(space, listing_.packets(), found->box)) {
                question.region = within(space, question.region, listing_.packets());
                answer = ask(nullptr);
            }
            proved = std::get_if<symbolic::Proved>(&answer);
            if (proved != nullptr) rules = needed(rules.empty() ? proved->because : std::move(rules));
        }
        for (const auto rule : rules) by.insert(behind.rules[rule].statement.value());
        steps_ += engines.subtraction.steps() + engines.sat.steps();
        return proved != nullptr;
    }

    static constexpr auto unwanted = Action::drop, wanted = Action::accept; ///< endings behind the rule

    const model::Appliance& appliance_;
    Listing& listing_;
    const std::set<StatementId>&dead_, &gone_;
    RuleList all_;
    std::vector<bool> has_effects_; ///< rules that decide nothing
    symbolic::Columns columns_;
    symbolic::Overlaps overlaps_;
    std::map<StatementId, std::vector<RuleIndex>> rules_of_;
    std::size_t steps_ = 0;
    bool with_gone_ = false; ///< they count
};

/// Statements that are asked for something, and not for what others leave; none that asks a Limit, since whoever leaves it out
/// with its `if` leaves others more of that.
class Conditional {
public:
    explicit Conditional(const model::Appliance& appliance) {
        for (const auto& function : appliance.functions) look_at(function.body, false, false);
    }

    std::set<StatementId> statements;

private:
    void look_at(const model::Block& block, bool is_asked, bool takes_tokens) {
        for (const auto& step : block) {
            if (const auto* verdict = std::get_if<model::Verdict>(&step.is); verdict != nullptr && is_asked && !takes_tokens)
                statements.insert(verdict->statement);
            if (const auto* enter = std::get_if<model::Enter>(&step.is)) look_at(enter->body, is_asked, takes_tokens);
            const auto* branch = std::get_if<model::Branch>(&step.is);
            if (branch == nullptr) continue;
            const bool takes = takes_tokens || asks_limits(branch->condition);
            look_at(branch->then, true, takes);
            look_at(branch->otherwise, is_asked, takes);
        }
    }
};

} // namespace

std::vector<Redundant> redundant_verdicts(const model::Appliance& appliance, Places& places,
                                          const std::set<StatementId>& dead, const std::set<StatementId>& silent) {
    if (!places.whole()) return {};
    std::set<StatementId> gone;
    std::deque<Fewer> functions;
    std::map<StatementId, std::vector<Fewer*>> with;
    for (auto& listing : places.listings()) {
        auto& function = functions.emplace_back(appliance, listing, dead, gone);
        for (const auto& [statement, rules] : function.rules_of()) with[statement].push_back(&function);
    }
    const auto conditional = Conditional(appliance).statements;
    const auto all_steps = std::min(steps_for_each_statement * (appliance.statements.size() + 100), steps_max);
    std::size_t steps = 0;
    std::vector<Redundant> result;
    // The last ones first: of two that say the same, the one that says less goes.
    for (auto one = conditional.rbegin(); one != conditional.rend() && steps < all_steps; ++one) {
        const auto statement = *one;
        if (!with.contains(statement) || appliance.statements.at(statement).place.file != 0) continue;
        if (dead.contains(statement) || silent.contains(statement)) continue;
        std::set<StatementId> by;
        const bool is_redundant = std::ranges::all_of(with[statement], [&](Fewer* function) {
            const auto before = function->steps();
            const bool is_same = function->is_same_without(statement, by);
            steps += function->steps() - before;
            return is_same;
        });
        if (!is_redundant) continue;
        gone.insert(statement);
        const bool is_by_last = !std::ranges::all_of(by, [&](StatementId other) { return conditional.contains(other); });
        result.push_back({statement, {by.begin(), by.end()}, is_by_last});
    }
    std::ranges::reverse(result);
    return result;
}

} // namespace analysis
