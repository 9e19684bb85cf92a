#include "compiler/analysis/foregone.hpp"

#include "compiler/analysis/outcomes.hpp"

#include <algorithm>
#include <span>

namespace analysis {

namespace {

using model::Condition;
using model::StatementId;
using symbolic::Box;
using Because = Foregone::Because;
using Region = std::vector<Box>;

/// An `if` where it is written.
struct Written {
    const model::Branch& branch;
    model::Layer layer{};
    const std::vector<Given>& around;
    std::span<const model::Step> behind; ///< in its block
};

class Search {
public:
    Search(const model::Appliance& appliance, Places& places, const std::vector<Shadowed>& shadowed)
        : appliance_(appliance), places_(places), outcomes_(places) {
        for (const auto& [statement, by] : shadowed) shadowed_[statement] = &by;
        for (const auto& listing : places.listings())
            for (const auto& rule : listing.rules().rules)
                if (rule.statement && rule.log == nullptr) decides_.insert(*rule.statement);
    }

    std::vector<Foregone> run() && {
        for (const auto& function : appliance_.functions) walk(function.body, function.layer, {});
        return std::move(found_);
    }

private:
    void walk(const model::Block& block, model::Layer layer, const std::vector<Given>& around) {
        for (std::size_t i = 0; i < block.size(); ++i) {
            if (const auto* enter = std::get_if<model::Enter>(&block[i].is))
                walk(enter->body, enter->layer == model::Layer::ip ? layer : enter->layer, around);
            const auto* branch = std::get_if<model::Branch>(&block[i].is);
            if (branch == nullptr) continue;
            if (branch->condition.place.file == 0)
                look_at({*branch, layer, around, std::span(block).subspan(i + 1)});
            auto inside = around;
            inside.push_back({&branch->condition, true});
            walk(branch->then, layer, inside);
            inside.back().holds = false;
            walk(branch->otherwise, layer, inside);
        }
    }

    void look_at(const Written& written) {
        const auto& condition = written.branch.condition;
        const auto before = found_.size();
        if (!outcomes_.of(condition)) return;
        look_at(written, condition, written.around);
        if (found_.size() == before) ask(written);
        // What a comparison alone tells has been said.
        if (found_.size() > before && tells_itself(condition, written.layer)) found_.resize(before);
    }

    /// The outermost parts that come out one way. `known`: what holds when it is asked.
    void look_at(const Written& written, const Condition& part, const std::vector<Given>& known) {
        const auto outcomes = outcomes_.of(part);
        if (!outcomes) return;
        if (!(*outcomes)[false] || !(*outcomes)[true]) {
            found_.push_back(explained(part, (*outcomes)[true], known, written.layer));
            if (&part == &written.branch.condition && (*outcomes)[true]) found_.back().explains = passed_by(written);
            return;
        }
        if (const auto* negation = std::get_if<model::Not>(&part.is))
            look_at(written, negation->operand.front(), known);
        if (const auto* all = std::get_if<model::All>(&part.is)) operands(written, all->operands, true, known);
        if (const auto* any = std::get_if<model::Any>(&part.is)) operands(written, any->operands, false, known);
    }

    void operands(const Written& written, const std::vector<Condition>& operands, bool joined_by,
                  std::vector<Given> known) {
        const auto before = found_.size();
        auto others = known;
        for (const auto& operand : operands) {
            look_at(written, operand, known);
            known.push_back({&operand, joined_by});
        }
        if (found_.size() > before) return;
        for (const auto& operand : operands) {
            if (!outcomes_.is_said_by_others(operand)) continue;
            for (const auto& other : operands)
                if (&other != &operand) others.push_back({&other, joined_by});
            found_.push_back(explained(operand, joined_by, others, written.layer));
            found_.back().because = Because::rest;
            return;
        }
    }

    /// What the fewest of the known conditions say.
    Foregone explained(const Condition& part, bool holds, const std::vector<Given>& known, model::Layer layer) {
        Foregone found{.condition = &part, .holds = holds};
        const Given contrary{&part, !holds};
        const auto excluded = [&](std::vector<Given> given) {
            given.push_back(contrary);
            return is_impossible(given, layer);
        };
        if (excluded({})) return found;
        found.because = Because::given;
        for (auto one = known.rbegin(); one != known.rend(); ++one)
            if (excluded({*one})) {
                found.given = {*one};
                return found;
            }
        found.because = Because::callers;
        if (!excluded(known)) return found;
        found.because = Because::given;
        found.given = known;
        for (std::size_t i = 0; i < found.given.size();) {
            auto fewer = found.given;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
            if (excluded(fewer))
                found.given = std::move(fewer);
            else
                ++i;
        }
        return found;
    }

    bool is_impossible(const std::vector<Given>& given, model::Layer layer) {
        constexpr std::size_t boxes_max = 256;
        auto& listing = places_.listings().front();
        Box all;
        narrow_to(listing.space(), all, layer);
        Region left = {all};
        for (const auto& [condition, holds] : given) {
            const auto boxes = listing.where(*condition, holds, layer);
            if (boxes) left = within(listing.space(), left, *boxes);
            if (left.size() > boxes_max) return false;
        }
        return left.empty();
    }

    /// Whether one of its comparisons is always or never true by itself.
    bool tells_itself(const Condition& condition, model::Layer layer) {
        auto& listing = places_.listings().front();
        Box all;
        narrow_to(listing.space(), all, layer);
        constexpr model::Value version = 4;
        narrow(listing.space(), all, symbolic::variable(model::Field::ip_version), listing.space().one(version));
        bool tells = false;
        each_part(condition, [&](const Condition& part) {
            if (std::holds_alternative<model::Constant>(part.is)) tells = true;
            if (!std::holds_alternative<model::Test>(part.is) && !std::holds_alternative<model::Compare>(part.is))
                return;
            for (const bool holds : {false, true}) {
                const auto boxes = listing.where(part, holds, layer);
                tells = tells || (boxes && within(listing.space(), {all}, *boxes).empty());
            }
        });
        return tells;
    }

    /// Whether verdicts before the `if` leave it no packet for which it would be true. What a single verdict
    /// in it then never decides is said of that.
    void ask(const Written& written) {
        const auto& condition = written.branch.condition;
        std::set<StatementId> inside;
        if (decides(written.branch.then, inside) || inside.size() == 1) return;
        const auto coming = [&](bool holds) {
            return places_.coming(written.branch, [&](Listing& listing, model::Layer layer) {
                return listing.where(condition, holds, layer);
            });
        };
        auto when_true = coming(true);
        if (when_true.answer != Coming::Answer::none || coming(false).answer != Coming::Answer::some) return;
        found_.push_back({.condition = &condition,
                          .because = Because::verdicts,
                          .by = std::move(when_true.decided_by),
                          .explains = std::move(inside)});
    }

    /// Whether some verdict in the block decides; those that do not are collected.
    bool decides(const model::Block& block, std::set<StatementId>& others) {
        return std::ranges::any_of(block, [&](const model::Step& step) {
            if (const auto* branch = std::get_if<model::Branch>(&step.is))
                return decides(branch->then, others) || decides(branch->otherwise, others);
            if (const auto* enter = std::get_if<model::Enter>(&step.is)) return decides(enter->body, others);
            if (const auto* call = std::get_if<model::Call>(&step.is)) return decides(call->function);
            const auto* verdict = std::get_if<model::Verdict>(&step.is);
            if (verdict == nullptr || !decides_.contains(verdict->statement)) return false;
            if (!shadowed_.contains(verdict->statement)) return true;
            others.insert(verdict->statement);
            return false;
        });
    }

    /// What a function decides for others is not looked at: it may be called from elsewhere.
    bool decides(model::FunctionId function) {
        const auto [known, is_new] = functions_that_decide_.try_emplace(function, false);
        std::set<StatementId> others;
        if (is_new) known->second = decides(appliance_.functions.at(function).body, others);
        return known->second;
    }

    /// Verdicts that never decide since the condition always holds.
    std::set<StatementId> passed_by(const Written& written) {
        std::set<StatementId> then, passed, behind;
        collect(written.branch.then, then);
        collect(written.branch.otherwise, passed);
        collect(written.behind, behind);
        for (const auto statement : behind)
            if (shadowed_.contains(statement) &&
                std::ranges::any_of(*shadowed_[statement], [&](StatementId by) { return then.contains(by); }))
                passed.insert(statement);
        return passed;
    }

    static void collect(std::span<const model::Step> steps, std::set<StatementId>& statements) {
        for (const auto& step : steps) {
            if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
                collect(branch->then, statements);
                collect(branch->otherwise, statements);
            }
            if (const auto* enter = std::get_if<model::Enter>(&step.is)) collect(enter->body, statements);
            if (const auto* verdict = std::get_if<model::Verdict>(&step.is))
                statements.insert(verdict->statement);
        }
    }

    const model::Appliance& appliance_;
    Places& places_;
    OutcomesOf outcomes_;
    std::map<StatementId, const std::vector<StatementId>*> shadowed_;
    std::set<StatementId> decides_; ///< verdicts that stand in a rule
    std::map<model::FunctionId, bool> functions_that_decide_;
    std::vector<Foregone> found_;
};

} // namespace

std::vector<Foregone> foregone_conditions(const model::Appliance& appliance, Places& places,
                                          const std::vector<Shadowed>& shadowed) {
    if (!places.whole() || places.listings().empty()) return {};
    return Search(appliance, places, shadowed).run();
}

} // namespace analysis
