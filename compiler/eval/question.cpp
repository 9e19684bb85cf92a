#include "compiler/eval/question.hpp"

#include "compiler/eval/rewrite.hpp"
#include "compiler/eval/routing.hpp"

namespace eval {

namespace {

void send_elsewhere(Bytes& datagram, model::StatementId id, const model::Statement& dnat, const Effects& effects) {
    rewrite(datagram, End::destination, destination_said(Datagram(datagram), dnat));
    if (effects.events != nullptr) effects.events->push_back(SentElsewhere{id, false, datagram});
}

} // namespace

bool Question::translates() const {
    const auto* chain = std::get_if<model::IfaceChain>(&about);
    return chain != nullptr && (chain->hook == model::Hook::prerouting || chain->hook == model::Hook::output);
}

std::vector<model::FunctionId> functions_asked(const model::Appliance& appliance,
                                               const std::vector<model::FunctionId>& chain, model::State state) {
    std::vector<model::FunctionId> functions;
    for (const auto id : chain)
        if (state == model::State::fresh || appliance.functions.at(id).kind == model::FunctionKind::filter)
            functions.push_back(id);
    return functions;
}

namespace {

bool leads_out(model::Hook hook) { return hook == model::Hook::output || hook == model::Hook::postrouting; }

} // namespace

std::optional<model::IfaceId> ingress_of(const model::Scenario& test, const model::SendStep& step) {
    const auto* chain = std::get_if<model::IfaceChain>(&test.about);
    if (step.iface || chain == nullptr || leads_out(chain->hook)) return step.iface;
    return chain->iface;
}

Question question_of(const model::Appliance& appliance, const model::Scenario& test, const model::SendStep& step,
                     const Datagram& datagram) {
    Question question;
    question.about = test.about;
    question.state = step.state.value_or(model::State::fresh);
    question.ingress = ingress_of(test, step);
    if (const auto* function = std::get_if<model::FunctionId>(&test.about)) {
        question.functions = {*function};
        return question;
    }
    const auto* chain = std::get_if<model::IfaceChain>(&test.about);
    const auto& functions = chain == nullptr ? appliance.gateway->forward : appliance.functions_of(*chain);
    question.guarded = !functions.empty();
    question.functions = functions_asked(appliance, functions, question.state);
    if (chain == nullptr) {
        const auto routed = route_through(appliance, datagram.destination());
        if (const auto* hop = std::get_if<Hop>(&routed)) question.egress = hop->egress;
        return question;
    }
    if (leads_out(chain->hook)) question.egress = chain->iface;
    return question;
}

Judged judge(const model::Appliance& appliance, const Question& question, View frame, const Datagram& datagram,
                const Effects& effects) {
    const auto whole = datagram.bytes();
    Judged judged{{}, {}, {whole.begin(), whole.end()}};
    if (question.guarded && question.state == model::State::invalid && appliance.conntrack.drop_invalid) {
        judged.dropped = model::Reason::ct_invalid;
        return judged;
    }
    const bool translates = question.translates() && datagram.transport_sound();
    for (const auto id : question.functions) {
        const Subject subject{Datagram(judged.datagram), question.state, question.ingress ? frame : View{},
                              question.ingress.value_or(model::no_iface), question.egress.value_or(model::no_iface)};
        const auto decided = run_function(appliance, id, subject, effects);
        if (!decided) continue;
        judged.decided.push_back(*decided);
        const auto& statement = appliance.statements.at(*decided);
        if (statement.action == model::Action::drop) judged.dropped = model::Reason::filter;
        if (statement.action == model::Action::reject) judged.dropped = model::Reason::reject;
        if (judged.dropped) return judged;
        if (statement.action == model::Action::dnat && translates)
            send_elsewhere(judged.datagram, *decided, statement, effects);
    }
    return judged;
}

} // namespace eval
