// The stages where the policy's functions run: prerouting, forward, input, output, postrouting.
#include "runtime/answers.hpp"
#include "runtime/fields.hpp"
#include "runtime/routes.hpp"
#include "runtime/translate.hpp"

namespace runtime {

namespace {

/// Runs the functions of a chain in order; false when one of them ended the packet. Collects what snat says.
bool passes(Appliance& appliance, Packet& packet, std::span<const Function> chain, Translates what, Said& said,
            Time now) {
    if (chain.empty()) return true;
    if (packet.state == State::invalid && appliance.policy.drop_invalid) {
        drop(appliance, packet, Reason::ct_invalid);
        return false;
    }
    std::size_t nats = 0;
    for (const Function& function : chain) {
        if (function.is_nat) {
            appliance.policy.parts.translation->run_nat(appliance, packet, function, nats++, what, said);
            continue;
        }
        const Verdict verdict = function.run(appliance, packet);
        if (!verdict.decided()) continue;
        ++appliance.policy.hits[verdict.statement];
        switch (appliance.policy.statements[verdict.statement].action) {
        case Action::drop: drop(appliance, packet, Reason::filter); return false;
        case Action::reject: drop_with_rejection(appliance, packet, now); return false;
        default: break;
        }
    }
    return true;
}

/// A packet made here that output has sent elsewhere finds its way anew.
void route_anew(Appliance& appliance, Packet& packet) {
    if (field::ip_daddr(packet) == packet.received_destination) return;
    const auto hop = next_hop(appliance, appliance.policy.own_routes, field::ip_daddr(packet));
    if (!hop) return drop(appliance, packet, Reason::no_route);
    if (!appliance.ipv4[hop->iface].configured) return drop(appliance, packet, Reason::no_address);
    packet.egress = hop->iface;
    packet.nexthop = hop->address;
}

/// Runs, for each packet at `stage`, the chain that `chain_of` names, and moves it to `next`.
template <typename ChainOf>
void run_chain(Appliance& appliance, Burst& burst, At stage, At next, Translates what, ChainOf chain_of) {
    for_each_at(stage, burst, [&](Packet& packet) {
        const Translation* const translation = appliance.policy.parts.translation;
        const bool to_destination = translation != nullptr && what == Translates::destination;
        Said said;
        if (to_destination) translation->begin_destination(appliance, packet);
        if (!passes(appliance, packet, chain_of(packet), what, said, burst.now)) return;
        packet.at = next;
        if (to_destination) translation->finish_destination(appliance, packet);
        if (stage == At::output && packet.translated) route_anew(appliance, packet);
        if (translation != nullptr && what == Translates::source)
            translation->finish_source(appliance, packet, said, burst.now);
    });
}

} // namespace

void stage::prerouting(Appliance& appliance, Burst& burst) {
    const auto ifaces = appliance.policy.ifaces;
    run_chain(appliance, burst, At::prerouting, At::local, Translates::destination,
              [&](const Packet& packet) { return ifaces[packet.ingress].prerouting; });
}

void stage::forward(Appliance& appliance, Burst& burst) {
    run_chain(appliance, burst, At::forward, At::arrive, Translates::nothing,
              [&](const Packet&) { return appliance.policy.forward; });
}

void stage::input(Appliance& appliance, Burst& burst) {
    const auto ifaces = appliance.policy.ifaces;
    run_chain(appliance, burst, At::input, At::balance, Translates::nothing,
              [&](const Packet& packet) { return ifaces[packet.local].input; });
}

void stage::output(Appliance& appliance, Burst& burst) {
    const auto ifaces = appliance.policy.ifaces;
    run_chain(appliance, burst, At::output, At::postrouting, Translates::destination,
              [&](const Packet& packet) { return ifaces[packet.egress].output; });
}

void stage::postrouting(Appliance& appliance, Burst& burst) {
    const auto ifaces = appliance.policy.ifaces;
    run_chain(appliance, burst, At::postrouting, At::confirm, Translates::source,
              [&](const Packet& packet) { return ifaces[packet.egress].postrouting; });
}

} // namespace runtime
