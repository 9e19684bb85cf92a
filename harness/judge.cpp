#include "harness/judge.hpp"

#include "compiler/eval/rewrite.hpp"
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

/// The functions' part in a packet's way, as the interpreter notes it when it goes all the way.
eval::StageTrace stage_of(const Question& question) {
    eval::StageTrace stage{.stage = "function"};
    if (std::holds_alternative<model::ForwardChain>(question.about)) stage.stage = "forward";
    if (const auto* chain = std::get_if<model::IfaceChain>(&question.about)) {
        stage.stage = model::hook_names[static_cast<std::size_t>(chain->hook)];
        stage.after.ingress = stage.after.local = stage.after.hop.egress = chain->iface;
    }
    return stage;
}

/// Nothing when the packet is let through. Rewrites it as its chain does.
std::optional<model::Reason> reason_to_drop(const model::Appliance& appliance, const Question& question, View frame,
                                            Bytes& datagram, Outcome& outcome, const eval::Effects& effects) {
    if (question.guarded && question.state == model::State::invalid && appliance.conntrack.drop_invalid)
        return model::Reason::ct_invalid;
    const bool translates = question.translates() && eval::Datagram(datagram).transport_sound();
    for (const auto id : question.functions) {
        const eval::Subject subject{eval::Datagram(datagram), question.state, question.ingress ? frame : View{},
                                    question.ingress.value_or(model::no_iface),
                                    question.egress.value_or(model::no_iface)};
        const auto decided = eval::run_function(appliance, id, subject, effects);
        if (!decided) continue;
        outcome.decided.push_back(*decided);
        const auto& statement = appliance.statements.at(*decided);
        if (statement.action == model::Action::drop) return model::Reason::filter;
        if (statement.action == model::Action::reject) return model::Reason::reject;
        if (statement.action == model::Action::dnat && translates)
            eval::rewrite(datagram, eval::End::destination,
                          eval::destination_said(eval::Datagram(datagram), statement));
    }
    return std::nullopt;
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
    question.about = test.about;
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

bool Question::translates() const {
    const auto* chain = std::get_if<model::IfaceChain>(&about);
    return chain != nullptr && (chain->hook == model::Hook::prerouting || chain->hook == model::Hook::output);
}

Outcome judge(const model::Appliance& appliance, const Question& question, View frame, eval::Limits& limits,
              eval::Allowance& texts, Time now, eval::Trace* trace) {
    const auto whole = datagram_in(frame).value().bytes();
    Bytes datagram(whole.begin(), whole.end());
    eval::StageTrace stage = stage_of(question);
    stage.before.datagram = datagram;
    Outcome outcome;
    if (const auto reason = reason_to_drop(appliance, question, frame, datagram, outcome,
                                           {outcome.logs, limits, now, &texts, {}, trace ? &stage.events : nullptr})) {
        outcome.fate = Fate::dropped;
        outcome.drops.push_back(*reason);
    } else {
        outcome.fate = Fate::delivered;
    }
    if (trace == nullptr) return outcome;
    stage.after.datagram = std::move(datagram);
    stage.dropped = outcome.reason();
    trace->stages.push_back(std::move(stage));
    return outcome;
}

} // namespace harness
