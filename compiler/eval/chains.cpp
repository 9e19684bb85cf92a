#include "compiler/eval/chains.hpp"

#include "compiler/eval/ethernet.hpp"

#include <algorithm>

namespace eval {

namespace {

class Run {
public:
    Run(const model::Appliance& appliance, const Subject& subject, const Effects& effects)
        : appliance_(appliance), subject_(subject), datagram_(subject.datagram), effects_(effects) {}

    using Decided = std::optional<model::StatementId>;

    Decided function(model::FunctionId id) {
        const auto& function = appliance_.functions.at(id);
        const bool body = enters(function.layer);
        note(Entered{id, body});
        return body ? block(function.body) : std::nullopt;
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
    Decided run(const model::Call& call) {
        calls_.push_back(&call);
        const auto decided = function(call.function);
        calls_.pop_back();
        return decided;
    }
    Decided run(const model::Verdict& verdict) {
        note(eval::Decided{verdict.statement});
        return verdict.statement;
    }
    Decided run(const model::Log& log) {
        if (effects_.texts != nullptr && !effects_.texts->take(effects_.now)) return std::nullopt;
        std::string text;
        for (const auto& part : log.parts) {
            if (const auto* written = std::get_if<std::string>(&part))
                text += *written;
            else
                text += shown(std::get<model::Field>(part));
        }
        note(Logged{text});
        const bool sent = log.severity && effects_.syslog && effects_.syslog(*log.severity, text);
        if (!sent) effects_.logs.push_back({std::move(text), log.severity});
        return std::nullopt;
    }

    std::string shown(model::Field field) const {
        const auto read = value(field);
        if (model::info(field).kind != model::FieldKind::iface) return show(field, read);
        return read == model::no_iface ? "none" : appliance_.ifaces.at(read).name;
    }

    bool enters(model::Layer layer) const {
        if (layer == model::Layer::ip) return true;
        return datagram_.protocol() == model::protocol_number(layer) && datagram_.transport_complete();
    }

    bool holds(const model::Condition& condition) const {
        if (effects_.assumed)
            if (const auto known = effects_.assumed(condition, calls_)) return *known;
        const bool result = std::visit([&](const auto& kind) { return holds(kind); }, condition.is);
        if (effects_.events != nullptr)
            if (auto read = std::visit([&](const auto& kind) { return fields_of(kind); }, condition.is))
                note(Asked{condition.place, std::move(*read), result});
        return result;
    }
    bool holds(const model::Constant& constant) const { return constant.value; }
    // Only a question compares fields that a packet may not have: then it is false.
    bool holds(const model::Test& test) const {
        return has(datagram_, test.field) &&
               appliance_.sets.at(test.set).values.contains(value(test.field) & test.mask);
    }
    bool holds(const model::Compare& compare) const {
        return has(datagram_, compare.left) && has(datagram_, compare.right) &&
               model::holds(value(compare.left), compare.relation, value(compare.right));
    }
    bool holds(const model::CompareLease& compare) const {
        return has(datagram_, compare.field) &&
               model::holds(value(compare.field), compare.relation,
                            model::value_of(appliance_.ifaces.at(compare.iface).ipv4, compare.member));
    }
    bool holds(const model::Exceeded& exceeded) const {
        const auto& key = appliance_.limits.at(exceeded.limit).key;
        return effects_.limits.exceeded(exceeded.limit, key ? value(*key) : 0, effects_.now);
    }
    bool holds(const model::Not& negation) const { return !holds(negation.operand.at(0)); }
    bool holds(const model::All& all) const {
        return std::ranges::all_of(all.operands, [&](const model::Condition& c) { return holds(c); });
    }
    bool holds(const model::Any& any) const {
        return std::ranges::any_of(any.operands, [&](const model::Condition& c) { return holds(c); });
    }

    void note(Event event) const {
        if (effects_.events != nullptr) effects_.events->push_back(std::move(event));
    }

    /// What a comparison reads; none for what is made of others.
    using Read = std::vector<std::pair<model::Field, model::Value>>;
    std::optional<Read> fields_of(const model::Test& test) const { return Read{{test.field, value(test.field)}}; }
    std::optional<Read> fields_of(const model::Compare& compare) const {
        return Read{{compare.left, value(compare.left)}, {compare.right, value(compare.right)}};
    }
    std::optional<Read> fields_of(const model::CompareLease& compare) const {
        return Read{{compare.field, value(compare.field)}};
    }
    std::optional<Read> fields_of(const model::Exceeded&) const { return Read{}; }
    template <typename Other> std::optional<Read> fields_of(const Other&) const { return std::nullopt; }

    model::Value value(model::Field field) const {
        switch (field) {
        case model::Field::ct_state:
            return static_cast<model::Value>(subject_.state);
        case model::Field::iface_in:
            return subject_.ingress;
        case model::Field::iface_out:
            return subject_.egress;
        case model::Field::vlan_id:
            return link_of(subject_.frame).value_or(Link{}).vlan;
        default:
            break;
        }
        const auto& info = model::info(field);
        if (info.layer != model::Layer::eth) return has(datagram_, field) ? read(datagram_, field) : 0;
        return subject_.frame.empty() ? 0 : get_bits(subject_.frame, info.bit, info.bits);
    }

    const model::Appliance& appliance_;
    const Subject& subject_;
    const Datagram& datagram_;
    const Effects& effects_;
    std::vector<const model::Call*> calls_; ///< that led here
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

std::string mac_text(model::Value mac) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 44; shift >= 0; shift -= 4) {
        text += digits[mac >> shift & 0xf];
        if (shift % 8 == 0 && shift > 0) text += ':';
    }
    return text;
}

} // namespace

std::optional<model::StatementId> run_function(const model::Appliance& appliance, model::FunctionId function,
                                               const Subject& subject, const Effects& effects) {
    return Run(appliance, subject, effects).function(function);
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
    case model::FieldKind::mac:
        return mac_text(value);
    default:
        return std::to_string(value);
    }
}

} // namespace eval
