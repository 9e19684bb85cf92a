#include "compiler/symbolic/rules.hpp"

#include "compiler/symbolic/conditions.hpp"

#include <algorithm>

namespace symbolic {

namespace {

using model::Layer;

class Deriver {
public:
    explicit Deriver(const Derivation& derivation)
        : derivation_(derivation), space_(derivation.space), conditions_(derivation, list_) {}

    RuleList run(Layer layer, const model::Block& body) {
        Box all;
        narrow_to(space_, all, layer);
        block(body, all, layer);
        return std::move(list_);
    }

private:
    /// All of these return whether every packet of `box` is decided.
    bool block(const model::Block& steps, const Box& box, Layer layer) {
        for (const auto& step : steps) {
            if (++steps_ > derivation_.steps_max || list_.rules.size() > derivation_.rules_max)
                list_.whole = false;
            if (!list_.whole) return true; // no more is said
            if (!std::visit([&](const auto& is) { return derive(is, box, layer, step); }, step.is)) continue;
            list_.cut = list_.cut || &step != &steps.back();
            return true;
        }
        return false;
    }

    bool derive(const model::Verdict& verdict, const Box& box, Layer, const model::Step& step) {
        const auto& appliance = derivation_.appliance;
        const auto own = appliance.statements.size(); // ids of claims go on behind
        const auto& statement = verdict.statement < own ? appliance.statements[verdict.statement]
                                                        : appliance.claims.at(verdict.statement - own);
        list_.rules.push_back({box, verdict.statement, statement.action, nullptr, step.place, branches_ > 0});
        return true;
    }

    bool derive(const model::Log& log, const Box& box, Layer, const model::Step& step) {
        list_.rules.push_back({box, {}, {}, &log, step.place, branches_ > 0});
        return false;
    }

    bool derive(const model::Enter& enter, const Box& box, Layer layer, const model::Step& step) {
        meet(step, box, layer);
        return enter_body(enter.body, enter.layer, box, layer);
    }

    bool derive(const model::Call& call, const Box& box, Layer layer, const model::Step& step) {
        meet(step, box, layer);
        const auto& callee = derivation_.appliance.functions.at(call.function);
        path_.push_back(&call);
        const bool decided = enter_body(callee.body, callee.layer, box, layer);
        path_.pop_back();
        return decided;
    }

    bool enter_body(const model::Block& body, Layer inner, const Box& box, Layer outer) {
        auto inside = box;
        if (!narrow_to(space_, inside, inner)) return false;
        const bool decided = block(body, inside, inner == Layer::ip ? outer : inner);
        return decided && inside == box;
    }

    /// Where all packets of `then` are decided, the rules of `otherwise` need not say that the condition is
    /// false: they come later.
    bool derive(const model::Branch& branch, const Box& box, Layer layer, const model::Step& step) {
        meet(step, box, layer);
        const auto part = [&](const model::Block& body, bool wanted) {
            auto boxes = inside(box, conditions_.where(branch.condition, wanted, layer, path_));
            // What logs does so once for a packet, in however many boxes it is.
            if (boxes.size() > 1 && logs(body)) boxes = disjoint(space_, boxes);
            bool decided = true;
            for (const auto& one : boxes) decided = block(body, one, layer) && decided;
            return decided;
        };
        ++branches_;
        const auto then = list_.rules.size();
        bool decided = part(branch.then, true) && !branch.otherwise.empty();
        const auto begin = list_.rules.size();
        if (decided) {
            decided = block(branch.otherwise, box, layer);
            list_.otherwise.push_back({then, begin, list_.rules.size()});
        } else if (!branch.otherwise.empty())
            part(branch.otherwise, false);
        --branches_;
        return decided;
    }

    void meet(const model::Step& step, const Box& box, Layer layer) {
        if (!derivation_.meets_steps) return;
        const auto& appliance = derivation_.appliance;
        const auto body = layer_of_body(appliance, step);
        if (body && *body == Layer::ip) return; // for all that come; where a layer is, it may be another for other callers
        static const model::Log nothing;
        const auto next = appliance.statements.size() + appliance.claims.size() + numbers_.size();
        const auto number = numbers_.try_emplace(&step, static_cast<model::StatementId>(next)).first->second;
        list_.met.push_back({&step, layer, static_cast<std::uint32_t>(list_.rules.size())});
        list_.rules.push_back({box, number, {}, &nothing, step.place, branches_ > 0});
    }

    std::vector<Box> inside(const Box& box, const std::vector<Box>& boxes) {
        std::vector<Box> result;
        for (const auto& other : boxes)
            if (auto made = both(space_, box, other)) result.push_back(std::move(*made));
        return result;
    }

    bool logs(const model::Block& steps) const {
        return std::ranges::any_of(steps, [&](const model::Step& step) {
            if (const auto* branch = std::get_if<model::Branch>(&step.is))
                return logs(branch->then) || logs(branch->otherwise);
            if (const auto* enter = std::get_if<model::Enter>(&step.is)) return logs(enter->body);
            // What a function does is not followed: overlapping boxes are seldom, and disjoint ones never
            // wrong.
            return std::holds_alternative<model::Log>(step.is) ||
                   std::holds_alternative<model::Call>(step.is);
        });
    }

    const Derivation& derivation_;
    Space& space_;
    RuleList list_;
    Conditions conditions_;
    CallPath path_;
    std::map<const model::Step*, model::StatementId> numbers_;
    std::size_t branches_ = 0; ///< that the current step stands in
    std::size_t steps_ = 0;
};

} // namespace

RulesInOrder deciding(const RuleList& list) {
    RulesInOrder rules;
    for (const auto& rule : list.rules)
        if (rule.log == nullptr) rules.push_back(&rule);
    return rules;
}

RulesByStatement by_statement(const RuleList& list) {
    RulesByStatement result;
    for (RuleIndex rule = 0; rule < list.rules.size(); ++rule)
        if (const auto statement = list.rules[rule].statement) result[*statement].push_back(rule);
    return result;
}

std::optional<Layer> layer_of_body(const model::Appliance& appliance, const model::Step& step) {
    if (const auto* enter = std::get_if<model::Enter>(&step.is)) return enter->layer;
    if (const auto* call = std::get_if<model::Call>(&step.is)) return appliance.functions.at(call->function).layer;
    return std::nullopt;
}

RuleList rules_of(const Derivation& derivation, model::FunctionId function) {
    const auto& found = derivation.appliance.functions.at(function);
    return rules_of(derivation, found.layer, found.body);
}

RuleList rules_of(const Derivation& derivation, model::Layer layer, const model::Block& body) {
    return Deriver(derivation).run(layer, body);
}

} // namespace symbolic
