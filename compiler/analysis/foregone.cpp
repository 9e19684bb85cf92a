#include "compiler/analysis/foregone.hpp"

#include "compiler/analysis/outcomes.hpp"
#include "compiler/analysis/walk.hpp"

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
    const model::Step& step;
    const model::Branch& branch;
    model::Layer layer{};
    const std::vector<Given>& around;
    std::span<const model::Step> behind; ///< in its block
};

class Search {
public:
    Search(const model::Appliance& appliance, Places& places, const std::vector<Shadowed>& shadowed)
        : appliance_(appliance), places_(places), outcomes_(appliance, places) {
        for (const auto& one : shadowed) shadowed_[one.statement] = &one;
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
            const auto body = symbolic::layer_of_body(appliance_, block[i]);
            if (body && block[i].place.file == 0) look_at(block[i], *body, layer, around);
            if (const auto* enter = std::get_if<model::Enter>(&block[i].is))
                walk(enter->body, enter->layer == model::Layer::ip ? layer : enter->layer, around);
            const auto* branch = std::get_if<model::Branch>(&block[i].is);
            if (branch == nullptr) continue;
            if (branch->condition.place.file == 0)
                look_at({block[i], *branch, layer, around, std::span(block).subspan(i + 1)});
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
        const auto own = found_.size();
        const bool tells = tells_itself(condition, written.layer);
        if (own == before || tells) ask(written);
        if (!tells) return;
        // That a part always holds, say, is no reason that the whole never does.
        const auto said = own > before && comes_out(condition, true, written.layer) ? own : found_.size();
        for (auto i = before; i < said; ++i) found_[i].is_said = true;
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

    Foregone explained(const Condition& part, bool holds, const std::vector<Given>& known, model::Layer layer) {
        const Given contrary{&part, !holds};
        return explained({.condition = &part, .holds = holds}, known, [&](std::vector<Given> given) {
            given.push_back(contrary);
            return is_impossible(given, layer);
        });
    }

    /// What the fewest of the known conditions say.
    template <typename Excluded>
    static Foregone explained(Foregone found, const std::vector<Given>& known, const Excluded& excluded) {
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

    /// `layer`: that packets are known to be of where the conditions are asked. `inner`: that they must be of too.
    bool is_impossible(const std::vector<Given>& given, model::Layer layer, model::Layer inner = model::Layer::ip) {
        constexpr std::size_t boxes_max = 256;
        auto& listing = places_.listings().front();
        Box all;
        narrow_to(listing.space(), all, layer);
        if (!narrow_to(listing.space(), all, inner)) return true;
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
        bool tells = false;
        each_part(condition, [&](const Condition& part) {
            if (std::holds_alternative<model::Constant>(part.is)) tells = true;
            if (!std::holds_alternative<model::Test>(part.is) && !std::holds_alternative<model::Compare>(part.is))
                return;
            for (const bool holds : {false, true}) tells = tells || !comes_out(part, holds, layer);
        });
        return tells;
    }

    /// For some packet of a layer, whatever stands around it.
    bool comes_out(const Condition& condition, bool holds, model::Layer layer) {
        auto& listing = places_.listings().front();
        Box all;
        narrow_to(listing.space(), all, layer);
        constexpr model::Value version = 4;
        narrow(listing.space(), all, symbolic::variable(model::Field::ip_version), listing.space().one(version));
        const auto boxes = listing.where(condition, holds, layer);
        return !boxes || !within(listing.space(), {all}, *boxes).empty();
    }

    /// Whether no packet for which it would be true can come to the chains, or verdicts before the `if` leave it
    /// none. What a single verdict in it then never decides for these is said of that.
    void ask(const Written& written) {
        const auto& condition = written.branch.condition;
        std::set<StatementId> inside;
        if (decides(written.branch.then, inside) || is_said_of_one(inside)) return;
        const auto coming = [&](bool holds) {
            return places_.coming(written.step, Packets::let_through, [&](Listing& listing, model::Layer layer) {
                return listing.where(condition, holds, layer);
            });
        };
        const auto when_true = coming(true);
        if (when_true.answer != Coming::Answer::none || coming(false).answer != Coming::Answer::some) return;
        add({.condition = &condition}, when_true, written.branch.then);
    }

    /// Whether a block that decides nothing has a single verdict, all of whose packets others decide.
    bool is_said_of_one(const std::set<StatementId>& inside) {
        return inside.size() == 1 && shadowed_.at(*inside.begin())->because != Shadowed::Because::nobody;
    }

    void add(Foregone found, const Coming& none, const model::Block& body) {
        found.because = !none.decided_by.empty() ? Because::verdicts
                        : none.by_functions      ? Because::functions
                                                 : Because::nobody;
        found.by = none.decided_by;
        found.explains = statements_in(appliance_, body);
        found_.push_back(std::move(found));
    }

    /// A body for packets of another layer than are known to come to its step.
    void look_at(const model::Step& step, model::Layer inner, model::Layer layer, const std::vector<Given>& around) {
        if (inner == model::Layer::ip || inner == layer) return;
        if (outcomes_.none_gets_into(step)) {
            found_.push_back(explained({.body = &step}, around, [&](const std::vector<Given>& given) {
                return is_impossible(given, layer, inner);
            }));
            return;
        }
        // What a function decides for others is another matter.
        const auto* enter = std::get_if<model::Enter>(&step.is);
        std::set<StatementId> inside;
        if (enter == nullptr || decides(enter->body, inside) || is_said_of_one(inside)) return;
        const auto coming = [&](model::Layer of) {
            return places_.coming(step, Packets::let_through, [&](Listing& listing, model::Layer) {
                Box box;
                const bool is_possible = narrow_to(listing.space(), box, of);
                return std::optional(is_possible ? Region{box} : Region{});
            });
        };
        const auto of_inner = coming(inner);
        if (of_inner.answer != Coming::Answer::none || coming(layer).answer != Coming::Answer::some) return;
        add({.body = &step}, of_inner, enter->body);
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

    /// Verdicts that decide about all that comes to a block: another `if` would stop the same without the one around it.
    static std::set<StatementId> not_asked_again(const model::Block& block) {
        std::set<StatementId> statements;
        for (const auto& step : block) {
            if (const auto* verdict = std::get_if<model::Verdict>(&step.is)) statements.insert(verdict->statement);
            if (const auto* enter = std::get_if<model::Enter>(&step.is)) statements.merge(not_asked_again(enter->body));
        }
        return statements;
    }

    /// Verdicts that never decide since the condition always holds.
    std::set<StatementId> passed_by(const Written& written) {
        const auto then = not_asked_again(written.branch.then);
        auto passed = statements_in(appliance_, written.branch.otherwise);
        for (const auto statement : statements_in(appliance_, written.behind))
            if (shadowed_.contains(statement) &&
                std::ranges::any_of(shadowed_[statement]->by, [&](StatementId by) { return then.contains(by); }))
                passed.insert(statement);
        return passed;
    }

    const model::Appliance& appliance_;
    Places& places_;
    OutcomesOf outcomes_;
    std::map<StatementId, const Shadowed*> shadowed_;
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
