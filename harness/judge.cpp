#include "harness/judge.hpp"

#include "harness/backend.hpp"
#include "harness/frames.hpp"

namespace harness {

namespace {

void require_visible(View frame) {
    const auto datagram = datagram_in(frame);
    if (!datagram) throw Error("a chain or function is for IPv4 packets with sane lengths only");
    if (eval::link_of(frame)->header_bytes + eval::mtu_bytes < frame.size())
        throw Error("no chain or function sees a frame with more than 1500 bytes");
    if (datagram->is_fragment())
        throw Error("no chain or function sees a fragment: the datagram is put together before");
}

} // namespace

std::vector<model::FunctionId> functions_asked(const model::Appliance& appliance,
                                               const std::vector<model::FunctionId>& chain, model::State state) {
    std::vector<model::FunctionId> functions;
    for (const auto id : chain)
        if (state == model::State::fresh || appliance.functions.at(id).kind == model::FunctionKind::filter)
            functions.push_back(id);
    return functions;
}

Question question_of(const model::Appliance& appliance, const model::Scenario& test,
                     const model::SendStep& step, View frame) {
    require_visible(frame);
    Question question;
    question.state = step.state.value_or(model::State::fresh);
    question.ingress = step.iface;
    if (const auto* function = std::get_if<model::FunctionId>(&test.about)) {
        question.functions = {*function};
        return question;
    }
    const auto* chain = std::get_if<model::IfaceChain>(&test.about);
    const auto& functions = chain == nullptr ? appliance.gateway->forward : appliance.functions_of(*chain);
    question.guarded = !functions.empty();
    question.functions = functions_asked(appliance, functions, question.state);
    if (chain == nullptr) return question;
    const bool leaving = chain->hook == model::Hook::output || chain->hook == model::Hook::postrouting;
    if (leaving) question.egress = chain->iface;
    if (!leaving && !question.ingress) question.ingress = chain->iface;
    return question;
}

Outcome judge(const model::Appliance& appliance, const Question& question, View frame, eval::Limits& limits,
              eval::Allowance& texts, Time now) {
    eval::Subject subject{datagram_in(frame).value(), question.state};
    if (question.ingress) subject.frame = frame;
    subject.ingress = question.ingress.value_or(model::no_iface);
    subject.egress = question.egress.value_or(model::no_iface);
    Outcome outcome;
    outcome.fate = Fate::delivered;
    const auto drop = [&](model::Reason reason) {
        outcome.fate = Fate::dropped;
        outcome.drops.push_back(reason);
        return outcome;
    };
    if (question.guarded && question.state == model::State::invalid && appliance.conntrack.drop_invalid)
        return drop(model::Reason::ct_invalid);
    for (const auto id : question.functions) {
        const auto decided = eval::run_function(appliance, id, subject, {outcome.logs, limits, now, &texts});
        if (!decided) continue;
        outcome.decided.push_back(*decided);
        const auto action = appliance.statements.at(*decided).action;
        if (action == model::Action::drop) return drop(model::Reason::filter);
        if (action == model::Action::reject) return drop(model::Reason::reject);
    }
    return outcome;
}

} // namespace harness
