#include "compiler/analysis/walk.hpp"

namespace analysis {

namespace {

struct Statements {
    const model::Appliance& appliance;
    std::set<model::StatementId> found{};
    std::set<model::FunctionId> seen{};

    void collect(std::span<const model::Step> steps) {
        each_step(steps, [&](const model::Step& step) {
            if (const auto* verdict = std::get_if<model::Verdict>(&step.is)) found.insert(verdict->statement);
            const auto* call = std::get_if<model::Call>(&step.is);
            if (call != nullptr && seen.insert(call->function).second)
                collect(appliance.functions.at(call->function).body);
        });
    }
};

} // namespace

bool asks_limits(const model::Condition& condition) {
    bool asks = false;
    each_part(condition, [&](const model::Condition& part) {
        asks = asks || std::holds_alternative<model::Exceeded>(part.is);
    });
    return asks;
}

bool asks_limits(std::span<const model::Step> steps) {
    bool asks = false;
    each_step(steps, [&](const model::Step& step) {
        const auto* branch = std::get_if<model::Branch>(&step.is);
        asks = asks || (branch != nullptr && asks_limits(branch->condition));
    });
    return asks;
}

std::set<model::StatementId> statements_in(const model::Appliance& appliance, std::span<const model::Step> steps) {
    Statements statements{appliance};
    statements.collect(steps);
    return std::move(statements.found);
}

} // namespace analysis
