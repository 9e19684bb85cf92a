#include "compiler/analysis/asks.hpp"

#include "compiler/eval/chains.hpp"

#include <map>

namespace analysis {

namespace {

/// A number for each text, the same for the same one: functions that are called often are not repeated.
using Numbers = std::map<std::string, std::size_t>;

/// What a policy says, as text that does not depend on names of its own.
class Said {
public:
    Said(const model::Appliance& appliance, Numbers& numbers) : appliance_(appliance), numbers_(numbers) {}

    /// Of those that have been read.
    const std::set<std::string>& limits() const { return limits_; }

    /// Up to the last step that asks.
    std::string of(const Way& chain) {
        std::string text;
        std::size_t end = 0;
        for (const auto id : functions_of(appliance_, chain)) {
            const auto& function = appliance_.functions.at(id);
            text += heading(function);
            for (const auto& step : function.body) {
                const auto [said, asks] = of(step);
                text += said;
                if (asks) end = text.size();
            }
        }
        return text.substr(0, end);
    }

private:
    struct Part {
        std::string text;
        bool asks = false;

        void operator+=(const Part& other) {
            if (!other.text.empty()) text += other.text + ' '; // a log says nothing here
            asks |= other.asks;
        }
    };

    static std::string heading(const model::Function& function) {
        return "function " + number(function.kind) + number(function.layer);
    }

    template <typename Value>
    static std::string number(Value value) {
        return std::to_string(static_cast<model::Value>(value)) + ' ';
    }

    Part of(const model::Block& block) {
        Part all{"{ "};
        for (const auto& step : block) all += of(step);
        all.text += '}';
        return all;
    }

    Part of(const model::Step& step) {
        return std::visit([&](const auto& is) { return of(is); }, step.is);
    }
    Part of(const model::Branch& branch) {
        Part all{"if "};
        all += of(branch.condition);
        all += of(branch.then);
        all += of(branch.otherwise);
        return all;
    }
    Part of(const model::Enter& enter) {
        Part all{"enter " + number(enter.layer)};
        all += of(enter.body);
        return all;
    }
    Part of(const model::Call& call) {
        const auto [known, is_new] = called_.try_emplace(call.function);
        if (!is_new) return known->second;
        const auto& function = appliance_.functions.at(call.function);
        auto body = of(function.body);
        const auto number_of_text = numbers_.try_emplace(heading(function) + body.text, numbers_.size()).first->second;
        return called_[call.function] = {"call " + number(number_of_text), body.asks};
    }
    Part of(const model::Log&) { return {}; }
    Part of(const model::Verdict& verdict) {
        const auto& statement = appliance_.statements.at(verdict.statement);
        return {number(statement.action) + eval::translation_of(statement)};
    }

    Part of(const model::Condition& condition) {
        return std::visit([&](const auto& is) { return of(is); }, condition.is);
    }
    Part of(const model::Constant& constant) { return {number(constant.value)}; }
    Part of(const model::Test& test) {
        Part all{"test " + number(test.field) + number(test.mask)};
        const bool is_of_ifaces = model::info(test.field).kind == model::FieldKind::iface;
        for (const auto& [low, high] : appliance_.sets.at(test.set).values.intervals())
            all.text += is_of_ifaces ? names(low, high) : number(low) + number(high);
        return all;
    }
    std::string names(model::Value low, model::Value high) const {
        std::string text;
        for (auto value = low; value <= high; ++value)
            text += value < appliance_.ifaces.size() ? appliance_.ifaces[value].name + ' ' : number(value);
        return text;
    }
    Part of(const model::Compare& compare) {
        return {"compare " + number(compare.left) + number(compare.relation) + number(compare.right)};
    }
    Part of(const model::CompareLease& compare) {
        return {"lease " + number(compare.field) + number(compare.relation) + appliance_.ifaces.at(compare.iface).name + ' ' +
                number(compare.member)};
    }
    Part of(const model::Exceeded& exceeded) {
        const auto& limit = appliance_.limits.at(exceeded.limit);
        limits_.insert(limit.name);
        return {"limit " + limit.name + ' ' + number(limit.rate) + number(limit.period_s) + number(limit.burst) +
                    number(limit.size) + (limit.key ? number(*limit.key) : "none"),
                true};
    }
    Part of(const model::Not& negation) { return of("not ", negation.operand); }
    Part of(const model::All& all) { return of("all ", all.operands); }
    Part of(const model::Any& any) { return of("any ", any.operands); }
    Part of(const std::string& what, const std::vector<model::Condition>& operands) {
        Part all{what + number(operands.size())};
        for (const auto& operand : operands) all += of(operand);
        return all;
    }

    const model::Appliance& appliance_;
    Numbers& numbers_;
    std::map<model::FunctionId, Part> called_;
    std::set<std::string> limits_;
};

} // namespace

Asks compare_asks(const model::Appliance& before, const std::optional<Way>& old_chain, const model::Appliance& after,
                  const std::optional<Way>& new_chain) {
    if (before.limits.empty() && after.limits.empty()) return {};
    Numbers numbers;
    Said was(before, numbers), is(after, numbers);
    const bool alike = (old_chain ? was.of(*old_chain) : "") == (new_chain ? is.of(*new_chain) : "");
    auto limits = was.limits();
    limits.insert(is.limits().begin(), is.limits().end());
    return {alike, std::move(limits)};
}

} // namespace analysis
