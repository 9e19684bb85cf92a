#include "codegen/order.hpp"

#include "codegen/functions.hpp"

#include <algorithm>

namespace codegen {

namespace {

using Limits = std::set<model::LimitId>;

void collect(const model::Condition& condition, Limits& found);

void collect(const std::vector<model::Condition>& conditions, Limits& found) {
    for (const auto& condition : conditions) collect(condition, found);
}

void collect(const model::Condition& condition, Limits& found) {
    if (const auto* exceeded = std::get_if<model::Exceeded>(&condition.is)) found.insert(exceeded->limit);
    if (const auto* negation = std::get_if<model::Not>(&condition.is)) collect(negation->operand, found);
    if (const auto* all = std::get_if<model::All>(&condition.is)) collect(all->operands, found);
    if (const auto* any = std::get_if<model::Any>(&condition.is)) collect(any->operands, found);
}

void collect(const model::Block& block, Limits& found) {
    for (const auto& step : block) {
        if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
            collect(branch->condition, found);
            collect(branch->then, found);
            collect(branch->otherwise, found);
        } else if (const auto* enter = std::get_if<model::Enter>(&step.is)) {
            collect(enter->body, found);
        }
    }
}

Limits limits_on(const model::Appliance& appliance, const std::vector<model::FunctionId>& functions) {
    Limits found;
    for (const auto id : functions_on_chain(appliance, functions))
        collect(appliance.functions.at(id).body, found);
    return found;
}

/// The functions that one stage runs, whichever the Iface.
std::vector<model::FunctionId> functions_at(const model::Appliance& appliance, model::Hook hook) {
    std::vector<model::FunctionId> all;
    for (const auto& iface : appliance.ifaces)
        all.insert(all.end(), iface.chain(hook).begin(), iface.chain(hook).end());
    return all;
}

bool sends_syslog(const model::Appliance& appliance) {
    return appliance.syslog && std::ranges::any_of(functions_on_chains(appliance), [&](model::FunctionId id) {
               return has_log(appliance.functions.at(id).body,
                              [](const model::Log& log) { return log.severity.has_value(); });
           });
}

} // namespace

bool goes_one_by_one(const model::Appliance& appliance) {
    if (sends_syslog(appliance)) return true;
    using enum model::Hook;
    std::vector<Limits> stages;
    for (const auto hook : {prerouting, input, output, postrouting})
        stages.push_back(limits_on(appliance, functions_at(appliance, hook)));
    if (appliance.gateway) stages.push_back(limits_on(appliance, appliance.gateway->forward));
    Limits seen;
    for (const auto& stage : stages)
        for (const auto limit : stage)
            if (!seen.insert(limit).second) return true;
    return false;
}

} // namespace codegen
