#include "compiler/analysis/shadows.hpp"

#include "compiler/analysis/chain.hpp"
#include "compiler/analysis/needed.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace analysis {

namespace {

using model::StatementId;
using symbolic::Proved;
using symbolic::Question;
using symbolic::Stage;

// A step is some tens of nanoseconds. Large lists of rules, as firewalls have them, need up to 10,000 steps for
// each statement on the average; the most is half a minute for a policy, and 30 milliseconds for one statement.
constexpr std::size_t steps_for_each_statement = 20'000;
constexpr std::size_t steps_max = 1'000'000'000;
constexpr std::size_t of_a_statement = 1'000'000;

class Shadows {
public:
    explicit Shadows(const model::Appliance& appliance) : appliance_(appliance) {}

    std::vector<Shadowed> run() {
        for (const auto& chain : chains_of(appliance_)) look_at(chain);
        std::vector<Shadowed> result;
        for (auto& [statement, by] : dead_)
            if (!alive_.contains(statement)) result.push_back({statement, std::move(by)});
        return result;
    }

private:
    void look_at(const Way& chain) {
        symbolic::Space space;
        const auto rules = rules_of(space, appliance_, chain);
        symbolic::Engines engines(space);
        const auto before = steps_;
        std::vector<Stage> accepted;
        for (const auto& link : rules.links) {
            for (const auto statement : statements_of(link.rules)) {
                look_at(engines, accepted, link.rules, statement);
                steps_ = before + engines.subtraction.steps() + engines.sat.steps();
            }
            if (link.kind == model::FunctionKind::filter)
                accepted.push_back({&link.rules, symbolic::wanting(model::Action::accept)});
        }
    }

    /// Each that may be said something of, once.
    std::set<StatementId> statements_of(const symbolic::RuleList& list) const {
        std::set<StatementId> result;
        for (const auto& rule : list.rules)
            // What a policy imports may well hold more than it needs.
            if (rule.statement && rule.conditional && rule.place.file == 0 &&
                !alive_.contains(*rule.statement))
                result.insert(*rule.statement);
        return result;
    }

    void look_at(symbolic::Engines& engines, const std::vector<Stage>& accepted,
                 const symbolic::RuleList& list, StatementId statement) {
        Question question{{{}}, {{&list, {.statement = statement}}}};
        auto answer = ask(engines, question);
        if (std::holds_alternative<symbolic::Found>(answer) && are_few(accepted)) {
            question.stages.insert(question.stages.begin(), accepted.begin(), accepted.end());
            answer = ask(engines, question);
        }
        const auto* proved = std::get_if<Proved>(&answer);
        if (proved == nullptr) {
            alive_.insert(statement);
            return;
        }
        if (dead_.contains(statement)) return;
        std::set<StatementId> by;
        const auto ask_of_some = [&](const auto& some) { return ask(engines, question, &some); };
        for (const auto rule : needed_of(ask_of_some, proved->because))
            by.insert(*list.rules[rule].statement);
        dead_[statement] = {by.begin(), by.end()};
    }

    symbolic::Answer ask(symbolic::Engines& engines, const Question& question,
                         const std::vector<symbolic::RuleIndex>* only = nullptr) const {
        const auto all = std::min(steps_for_each_statement * appliance_.statements.size(), steps_max);
        if (only == nullptr && steps_ > all + of_a_statement) return symbolic::GaveUp{};
        return engines.confirmed(question, engines.subtraction.find(question, of_a_statement, only),
                                 {.steps = of_a_statement}, only);
    }

    /// Functions before the statement's own, whose combinations can be tried for each statement.
    static bool are_few(const std::vector<Stage>& stages) {
        constexpr std::size_t rules_max = 64;
        std::size_t rules = 0;
        for (const auto& stage : stages) rules += stage.rules->rules.size();
        return !stages.empty() && rules <= rules_max;
    }

    const model::Appliance& appliance_;
    std::set<StatementId> alive_; ///< or not decided
    std::map<StatementId, std::vector<StatementId>> dead_;
    std::size_t steps_ = 0;
};

} // namespace

std::vector<Shadowed> shadowed_statements(const model::Appliance& appliance) {
    return Shadows(appliance).run();
}

} // namespace analysis
