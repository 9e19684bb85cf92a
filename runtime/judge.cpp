// What some functions of the policy say of one packet.
#include "runtime/judge.hpp"
#include "runtime/fields.hpp"
#include "runtime/translate.hpp"
#include "runtime/transport.hpp"

namespace runtime {

namespace {

/// What the stages before a chain find out.
void begin(Packet& packet, const Question& question) {
    const bool tagged = get16(packet.frame, 12) == ethertype::vlan;
    packet.tag_bytes = tagged ? vlan_tag_bytes : 0;
    const Bytes ip{packet.carried(), packet.frame_bytes - ethernet_header_bytes - packet.tag_bytes};
    packet.ip_header_bytes = static_cast<std::uint8_t>((get8(ip, 0) & 0xf) * 4);
    packet.ip_bytes = get16(ip, 2);
    check(packet.ip_header_bytes >= 20 && packet.ip_header_bytes <= packet.ip_bytes &&
              packet.ip_bytes <= ip.size(),
          "a packet that is judged has sane lengths");
    check(!is_fragment(packet), "no function sees a fragment");
    packet.transport_complete = has_transport_header(packet);
    packet.state = question.state;
    packet.made_here = question.ingress == no_iface; // it has come in nowhere
    packet.ingress = packet.made_here ? IfaceId{0} : question.ingress;
    packet.egress = question.egress;
}

/// Nothing when it is let through.
std::optional<Reason> reason_to_drop(Appliance& appliance, Packet& packet, const Question& question) {
    const Policy& policy = appliance.policy;
    if (question.guarded && packet.state == State::invalid && policy.drop_invalid) return Reason::ct_invalid;
    const Translation* const translation =
        question.translates && transport_sound(packet) ? policy.parts.translation : nullptr;
    if (translation != nullptr) translation->begin_destination(appliance, packet);
    Said said;
    std::size_t nats = 0;
    for (const std::uint16_t number : question.functions) {
        check(number < policy.judged.size(), "the policy was built for Tests that ask this function");
        const Function& function = policy.judged[number];
        if (translation != nullptr && function.is_nat) {
            translation->run_nat(appliance, packet, function, nats++, Translates::destination, said);
            continue;
        }
        const Verdict verdict = function.run(appliance, packet);
        if (!verdict.decided()) continue;
        ++policy.hits[verdict.statement];
        const Action action = policy.statements[verdict.statement].action;
        if (action == Action::drop) return Reason::filter;
        if (action == Action::reject) return Reason::reject;
    }
    return std::nullopt;
}

} // namespace

void judge(Appliance& appliance, const Question& question, Packet& packet) {
    ++appliance.counters.received;
    begin(packet, question);
    appliance.syslog.closed = true;
    const auto reason = reason_to_drop(appliance, packet, question);
    appliance.syslog.closed = false;
    packet.made_here = false; // it was handed in, wherever it is said to come from
    if (reason)
        drop(appliance, packet, *reason);
    else
        ++appliance.counters.delivered;
    release(appliance, packet);
}

} // namespace runtime
