// The stages where the policy's functions run: prerouting, forward, input, output, postrouting.
#include "runtime/answers.hpp"

namespace runtime {

namespace {

/// Runs the functions of a chain in order; false when one of them ended the packet.
bool passes(Appliance& appliance, Packet& packet, std::span<const Function> chain, Time now) {
    if (chain.empty()) return true;
    if (packet.state == State::invalid && appliance.policy.drop_invalid) {
        drop(appliance, packet, Reason::ct_invalid);
        return false;
    }
    for (const Function function : chain) {
        const Verdict verdict = function(appliance, packet);
        if (!verdict.decided()) continue;
        ++appliance.policy.hits[verdict.statement];
        switch (appliance.policy.statements[verdict.statement].action) {
        case Action::accept: break;
        case Action::drop: drop(appliance, packet, Reason::filter); return false;
        case Action::reject: drop_with_rejection(appliance, packet, now); return false;
        }
    }
    return true;
}

/// Runs, for each packet at `stage`, the chain that `chain_of` names, and moves it to `next`.
template <typename ChainOf>
void run_chain(Appliance& appliance, Burst& burst, At stage, At next, ChainOf chain_of) {
    for_each_at(stage, burst, [&](Packet& packet) {
        if (passes(appliance, packet, chain_of(packet), burst.now)) packet.at = next;
    });
}

} // namespace

void stage::prerouting(Appliance& appliance, Burst& burst) {
    const auto ifaces = appliance.policy.ifaces;
    run_chain(appliance, burst, At::prerouting, At::local,
              [&](const Packet& packet) { return ifaces[packet.ingress].prerouting; });
}

void stage::forward(Appliance& appliance, Burst& burst) {
    run_chain(appliance, burst, At::forward, At::arrive,
              [&](const Packet&) { return appliance.policy.forward; });
}

void stage::input(Appliance& appliance, Burst& burst) {
    const auto ifaces = appliance.policy.ifaces;
    run_chain(appliance, burst, At::input, At::deliver,
              [&](const Packet& packet) { return ifaces[packet.local].input; });
}

void stage::output(Appliance& appliance, Burst& burst) {
    const auto ifaces = appliance.policy.ifaces;
    run_chain(appliance, burst, At::output, At::postrouting,
              [&](const Packet& packet) { return ifaces[packet.egress].output; });
}

void stage::postrouting(Appliance& appliance, Burst& burst) {
    const auto ifaces = appliance.policy.ifaces;
    run_chain(appliance, burst, At::postrouting, At::confirm,
              [&](const Packet& packet) { return ifaces[packet.egress].postrouting; });
}

} // namespace runtime
