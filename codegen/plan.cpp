#include "codegen/plan.hpp"

#include "compiler/model/chain.hpp"

#include <fmt/format.h>

namespace codegen {

namespace {

std::string rules(std::size_t count) { return fmt::format("{} rule{}", count, count == 1 ? "" : "s"); }

/// "9995 rules as bit vectors of 3468656 bytes, 2 rules as branches, up to about 85 steps a packet"
std::string in_words(const FunctionPlan& plan) {
    std::size_t vectors = 0, branches = 0, bytes = 0, steps = 0;
    bool plain = plan.runs.empty();
    for (const auto& run : plan.runs) {
        plain = plain || run.form == Plan::Form::plain;
        (run.form == Plan::Form::vectors ? vectors : branches) += run.rules;
        bytes += run.bytes;
        steps += run.steps;
    }
    std::string text;
    const auto add = [&](std::string part) { text += (text.empty() ? "" : ", ") + part; };
    if (vectors > 0) add(fmt::format("{} as bit vectors of {} bytes", rules(vectors), bytes));
    if (branches > 0) add(fmt::format("{} as branches", rules(branches)));
    if (plain) add("steps as written");
    if (plan.left_out > 0) add(fmt::format("{} left out", plan.left_out));
    return text + (steps > 0 ? fmt::format(", up to about {} steps a packet", steps) : "");
}

std::string line(const model::Appliance& appliance, const Plans& plans, const std::string& chain,
                 const std::vector<model::FunctionId>& functions) {
    if (functions.empty()) return {};
    std::string text;
    for (const auto id : functions) {
        const auto found = plans.find(id);
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", appliance.functions.at(id).name,
                            found == plans.end() ? "as written" : in_words(found->second));
    }
    return fmt::format("  {:<24} {}\n", chain, text);
}

} // namespace

std::string plan_table(const model::Appliance& appliance, const Plans& plans) {
    std::string text;
    for (const auto& iface : appliance.ifaces)
        for (std::size_t hook = 0; hook < iface.chains.size(); ++hook)
            text += line(appliance, plans, fmt::format("{}.{}", iface.name, model::hook_names[hook]),
                         iface.chains[hook]);
    if (appliance.gateway) text += line(appliance, plans, "forward", appliance.gateway->forward);
    return text;
}

} // namespace codegen
