#include "compiler/analysis/leaves.hpp"

namespace analysis {

namespace {

void inside(model::Condition& condition, const std::function<void(model::Condition&)>& visit) {
    const auto all = [&](std::vector<model::Condition>& operands) {
        for (auto& operand : operands) inside(operand, visit);
    };
    if (auto* negation = std::get_if<model::Not>(&condition.is)) return all(negation->operand);
    if (auto* every = std::get_if<model::All>(&condition.is)) return all(every->operands);
    if (auto* some = std::get_if<model::Any>(&condition.is)) return all(some->operands);
    visit(condition);
}

} // namespace

void for_each_leaf(model::Block& block, const std::function<void(model::Condition&)>& visit) {
    for (auto& step : block) {
        if (auto* enter = std::get_if<model::Enter>(&step.is)) for_each_leaf(enter->body, visit);
        auto* branch = std::get_if<model::Branch>(&step.is);
        if (branch == nullptr) continue;
        inside(branch->condition, visit);
        for_each_leaf(branch->then, visit);
        for_each_leaf(branch->otherwise, visit);
    }
}

void for_each_call(const model::Block& block, const std::function<void(model::FunctionId)>& visit) {
    for (const auto& step : block) {
        if (const auto* call = std::get_if<model::Call>(&step.is)) visit(call->function);
        if (const auto* enter = std::get_if<model::Enter>(&step.is)) for_each_call(enter->body, visit);
        const auto* branch = std::get_if<model::Branch>(&step.is);
        if (branch == nullptr) continue;
        for_each_call(branch->then, visit);
        for_each_call(branch->otherwise, visit);
    }
}

} // namespace analysis
