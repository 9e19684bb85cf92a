#include "harness/judge.hpp"

#include "harness/backend.hpp"
#include "harness/frames.hpp"

namespace harness {

namespace {

std::vector<model::FunctionId> functions_of(const model::Appliance& appliance, const Question& question) {
    if (const auto* chain = std::get_if<model::IfaceChain>(&question.about)) return appliance.functions_of(*chain);
    if (const auto* function = std::get_if<model::FunctionId>(&question.about)) return {*function};
    return appliance.gateway->forward;
}

eval::Subject subject_of(const Question& question, const eval::Datagram& datagram, View frame) {
    eval::Subject subject{datagram, question.state};
    if (question.ingress) {
        subject.ingress = *question.ingress;
        subject.ethernet = frame.first(eval::ethernet_header_bytes);
    }
    const auto* chain = std::get_if<model::IfaceChain>(&question.about);
    if (chain == nullptr) return subject;
    const bool leaving = chain->hook == model::Hook::output || chain->hook == model::Hook::postrouting;
    if (leaving) subject.egress = chain->iface;
    if (!leaving && !question.ingress) subject.ingress = chain->iface;
    return subject;
}

} // namespace

Outcome judge(const model::Appliance& appliance, const Question& question, View frame, eval::Limits& limits,
              Time now) {
    const auto datagram = datagram_in(frame);
    if (!datagram) throw Error("a chain or function is for IPv4 packets with sane lengths only");
    const auto subject = subject_of(question, *datagram, frame);
    Outcome outcome;
    outcome.fate = Fate::delivered;
    const auto functions = functions_of(appliance, question);
    const bool is_chain = !std::holds_alternative<model::FunctionId>(question.about);
    const bool invalid = question.state == model::State::invalid;
    const auto drop = [&](model::Reason reason) {
        outcome.fate = Fate::dropped;
        outcome.drops.push_back(reason);
        return outcome;
    };
    if (is_chain && !functions.empty() && invalid && appliance.conntrack.drop_invalid)
        return drop(model::Reason::ct_invalid);
    for (const auto id : functions) {
        const bool is_nat = appliance.functions.at(id).kind == model::FunctionKind::nat;
        if (is_chain && is_nat && question.state != model::State::fresh) continue; // decided for the flow already
        const auto decided = eval::run_function(appliance, id, subject, {outcome.logs, limits, now});
        if (!decided) continue;
        outcome.decided.push_back(*decided);
        const auto action = appliance.statements.at(*decided).action;
        if (action == model::Action::drop) return drop(model::Reason::filter);
        if (action == model::Action::reject) return drop(model::Reason::reject);
    }
    return outcome;
}

} // namespace harness
