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
        return body(function.layer, function.body, function.place);
    }

private:
    Decided block(const model::Block& steps) {
        for (const auto& step : steps)
            if (const auto decided = std::visit([&](const auto& kind) { return run(kind, step.place); }, step.is))
                return decided;
        return std::nullopt;
    }

    /// Others than its protocol's packets pass it by.
    Decided body(model::Layer layer, const model::Block& steps, const model::Place& place) {
        if (enters(layer)) return block(steps);
        note(PassedBy{place, layer});
        return std::nullopt;
    }

    Decided run(const model::Branch& branch, const model::Place&) {
        return block(holds(branch.condition) ? branch.then : branch.otherwise);
    }
    Decided run(const model::Enter& enter, const model::Place& place) { return body(enter.layer, enter.body, place); }
    Decided run(const model::Call& call, const model::Place&) {
        calls_.push_back(&call);
        const auto decided = function(call.function);
        calls_.pop_back();
        return decided;
    }
    Decided run(const model::Verdict& verdict, const model::Place&) {
        note(eval::Decided{verdict.statement});
        return verdict.statement;
    }
    Decided run(const model::Log& log, const model::Place& place) {
        if (effects_.texts != nullptr && !effects_.texts->take(effects_.now)) return std::nullopt;
        std::string text;
        for (const auto& part : log.parts) {
            if (const auto* written = std::get_if<std::string>(&part))
                text += *written;
            else
                text += show(appliance_, std::get<model::Field>(part), value(std::get<model::Field>(part)));
        }
        note(Logged{place, text});
        const bool sent = log.severity && effects_.syslog && effects_.syslog(*log.severity, text);
        if (!sent) effects_.logs.push_back({std::move(text), log.severity});
        return std::nullopt;
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
            if (auto asked = std::visit([&](const auto& kind) { return asked_by(kind); }, condition.is)) {
                asked->place = condition.place;
                asked->holds = result;
                note(std::move(*asked));
            }
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
    std::optional<Asked> asked_by(const model::Test& test) const { return reading({test.field}); }
    std::optional<Asked> asked_by(const model::Compare& compare) const {
        return reading({compare.left, compare.right});
    }
    std::optional<Asked> asked_by(const model::CompareLease& compare) const {
        auto asked = reading({compare.field});
        asked.with = Leased{compare.iface, compare.member,
                            model::value_of(appliance_.ifaces.at(compare.iface).ipv4, compare.member)};
        return asked;
    }
    std::optional<Asked> asked_by(const model::Exceeded& exceeded) const {
        const auto& key = appliance_.limits.at(exceeded.limit).key;
        auto asked = key ? reading({*key}) : Asked{};
        asked.with = exceeded.limit;
        return asked;
    }
    template <typename Other> std::optional<Asked> asked_by(const Other&) const { return std::nullopt; }

    Asked reading(std::initializer_list<model::Field> fields) const {
        Asked asked;
        for (const auto field : fields) asked.read.emplace_back(field, value(field));
        return asked;
    }

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

std::string show(const model::Appliance& appliance, model::Field field, model::Value value) {
    if (model::info(field).kind != model::FieldKind::iface) return show(field, value);
    return value == model::no_iface ? "none" : appliance.ifaces.at(value).name;
}

std::string translation_of(const model::Statement& statement) {
    if (!statement.ipv4_address && !statement.port) return {};
    return std::string(model::name(statement.action)) + ' ' +
           (statement.ipv4_address ? dotted(*statement.ipv4_address) : "") +
           (statement.port ? ':' + std::to_string(*statement.port) : "");
}

} // namespace eval
