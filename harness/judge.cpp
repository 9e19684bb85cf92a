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

} // namespace

Question question_of(const model::Appliance& appliance, const model::Scenario& test,
                     const model::SendStep& step, View frame) {
    require_visible(frame);
    return eval::question_of(appliance, test, step, datagram_in(frame).value());
}

Outcome judge(const model::Appliance& appliance, const Question& question, View frame, eval::Limits& limits,
              eval::Allowance& texts, Time now, eval::Trace* trace) {
    const auto datagram = datagram_in(frame).value();
    eval::StageTrace stage = stage_of(question);
    Outcome outcome;
    const eval::Effects effects{outcome.logs, limits, now, &texts, {}, trace ? &stage.events : nullptr};
    auto judgement = eval::judge(appliance, question, frame, datagram, effects);
    outcome.decided = std::move(judgement.decided);
    outcome.fate = judgement.dropped ? Fate::dropped : Fate::delivered;
    if (judgement.dropped) outcome.drops.push_back(*judgement.dropped);
    if (trace == nullptr) return outcome;
    const auto bytes = datagram.bytes();
    stage.before.datagram.assign(bytes.begin(), bytes.end());
    stage.after.datagram = std::move(judgement.datagram);
    stage.dropped = outcome.reason();
    trace->stages.push_back(std::move(stage));
    return outcome;
}

} // namespace harness
