#include "compiler/eval/chains.hpp"

#include <algorithm>

namespace eval {

namespace {

class Run {
public:
    Run(const model::Appliance& appliance, const Datagram& datagram, model::State state,
        std::vector<std::string>& logs)
        : appliance_(appliance), datagram_(datagram), state_(state), logs_(logs) {}

    using Decided = std::optional<model::StatementId>;

    Decided function(model::FunctionId id) {
        const auto& function = appliance_.functions.at(id);
        return enters(function.layer) ? block(function.body) : std::nullopt;
    }

private:
    Decided block(const model::Block& steps) {
        for (const auto& step : steps)
            if (const auto decided = std::visit([&](const auto& kind) { return run(kind); }, step.is))
                return decided;
        return std::nullopt;
    }

    Decided run(const model::Branch& branch) {
        return block(holds(branch.condition) ? branch.then : branch.otherwise);
    }
    Decided run(const model::Enter& enter) { return enters(enter.layer) ? block(enter.body) : std::nullopt; }
    Decided run(const model::Call& call) { return function(call.function); }
    Decided run(const model::Verdict& verdict) { return verdict.statement; }
    Decided run(const model::Log& log) {
        std::string text;
        for (const auto& part : log.parts) {
            if (const auto* written = std::get_if<std::string>(&part))
                text += *written;
            else
                text += show(std::get<model::Field>(part), value(std::get<model::Field>(part)));
        }
        logs_.push_back(std::move(text));
        return std::nullopt;
    }

    bool enters(model::Layer layer) const {
        if (layer == model::Layer::ip) return true;
        return datagram_.protocol() == model::protocol_number(layer) && datagram_.transport_complete();
    }

    bool holds(const model::Condition& condition) const {
        return std::visit([&](const auto& kind) { return holds(kind); }, condition.is);
    }
    bool holds(const model::Constant& constant) const { return constant.value; }
    bool holds(const model::Test& test) const {
        return appliance_.sets.at(test.set).values.contains(value(test.field) & test.mask);
    }
    bool holds(const model::Compare& compare) const {
        const auto left = value(compare.left);
        const auto right = value(compare.right);
        switch (compare.relation) {
        case model::Relation::equal:
            return left == right;
        case model::Relation::not_equal:
            return left != right;
        case model::Relation::less:
            return left < right;
        case model::Relation::greater:
            return left > right;
        case model::Relation::less_equal:
            return left <= right;
        case model::Relation::greater_equal:
            return left >= right;
        }
        return false;
    }
    bool holds(const model::Not& negation) const { return !holds(negation.operand.at(0)); }
    bool holds(const model::All& all) const {
        return std::ranges::all_of(all.operands, [&](const model::Condition& c) { return holds(c); });
    }
    bool holds(const model::Any& any) const {
        return std::ranges::any_of(any.operands, [&](const model::Condition& c) { return holds(c); });
    }

    model::Value value(model::Field field) const {
        if (field == model::Field::ct_state) return static_cast<model::Value>(state_);
        return read(datagram_, field);
    }

    const model::Appliance& appliance_;
    const Datagram& datagram_;
    model::State state_;
    std::vector<std::string>& logs_;
};

std::string dotted(model::Value address) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        text += std::to_string(address >> shift & 0xff);
        if (shift > 0) text += '.';
    }
    return text;
}

std::string flag_names(model::Value flags) {
    std::string text;
    for (std::size_t bit = 0; bit < model::tcp_flag_names.size(); ++bit) {
        if ((flags >> bit & 1) == 0) continue;
        if (!text.empty()) text += ',';
        text += model::tcp_flag_names[bit];
    }
    return text.empty() ? "none" : text;
}

} // namespace

std::optional<model::StatementId> run_function(const model::Appliance& appliance, model::FunctionId function,
                                               const Datagram& datagram, model::State state,
                                               std::vector<std::string>& logs) {
    return Run(appliance, datagram, state, logs).function(function);
}

std::string show(model::Field field, model::Value value) {
    switch (model::info(field).kind) {
    case model::FieldKind::address:
        return dotted(value);
    case model::FieldKind::state:
        return std::string(model::state_names.at(value));
    case model::FieldKind::flags:
        return flag_names(value);
    case model::FieldKind::boolean:
        return value != 0 ? "true" : "false";
    default:
        return std::to_string(value);
    }
}

} // namespace eval
