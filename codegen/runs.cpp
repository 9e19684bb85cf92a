#include "codegen/runs.hpp"

#include <algorithm>

namespace codegen {

namespace {

/// A called function with more steps has lists of its own, which its callers share.
constexpr std::size_t called_steps_max = 32;

bool by_packet_alone(const model::Condition& condition) {
    const auto all = [](const std::vector<model::Condition>& operands) {
        return std::ranges::all_of(operands, by_packet_alone);
    };
    if (const auto* negation = std::get_if<model::Not>(&condition.is)) return all(negation->operand);
    if (const auto* every = std::get_if<model::All>(&condition.is)) return all(every->operands);
    if (const auto* any = std::get_if<model::Any>(&condition.is)) return all(any->operands);
    return !std::holds_alternative<model::Exceeded>(condition.is) &&
           !std::holds_alternative<model::CompareLease>(condition.is);
}

} // namespace

Runs::Size Runs::size_of(const model::Step& step) {
    if (const auto known = steps_.find(&step); known != steps_.end()) return known->second;
    Size size = 1;
    const auto add = [&](Size more) { size = size && more ? Size(*size + *more) : std::nullopt; };
    if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
        if (!by_packet_alone(branch->condition)) size.reset();
        if (size) add(size_of(branch->then));
        if (size) add(size_of(branch->otherwise));
    } else if (const auto* enter = std::get_if<model::Enter>(&step.is)) {
        add(size_of(enter->body));
    } else if (const auto* call = std::get_if<model::Call>(&step.is)) {
        add(size_of(call->function));
        if (size && *size > called_steps_max) size.reset();
    } else if (std::holds_alternative<model::Log>(step.is)) {
        size.reset();
    }
    return steps_[&step] = size;
}

Runs::Size Runs::size_of(const model::Block& steps) {
    std::size_t sum = 0;
    for (const auto& step : steps) {
        const auto size = size_of(step);
        if (!size) return std::nullopt;
        sum += *size;
    }
    return sum;
}

Runs::Size Runs::size_of(model::FunctionId function) {
    const auto known = functions_.find(function);
    if (known != functions_.end()) return known->second;
    const auto size = size_of(appliance_.functions.at(function).body);
    return functions_[function] = size;
}

} // namespace codegen
