#include "harness/backend.hpp"

#include "harness/packets.hpp"
#include "harness/ticks.hpp"

#include <memory>
#include <optional>

namespace harness {

namespace {

struct Interp {
    const model::Appliance& appliance;
    std::optional<eval::Machine> machine;
    // For what the machine is not asked.
    std::optional<eval::Limits> limits;
    eval::Allowance texts{eval::log_texts_per_second};
    Time now = 0;
    eval::Trace* trace;

    Interp(const model::Appliance& policy, eval::Trace* told) : appliance(policy), trace(told) { boot(); }

    /// A policy may have very many rules, so its copy is kept: only leases change in it.
    void boot() {
        auto policy = machine ? std::move(*machine).take_appliance() : appliance;
        policy.ifaces = appliance.ifaces;
        machine.emplace(std::move(policy), nic_macs(appliance), random_seed);
        limits.emplace(appliance.limits);
        texts = eval::Allowance(eval::log_texts_per_second);
        now = 0;
    }

    void wait(Time ns) {
        for_each_tick(ns, [&](Time step) {
            now += step;
            machine->tick(now);
        });
    }

    Outcome receive(NicId nic, View frame) {
        auto result = machine->receive(nic, frame, now, trace);
        return {result.fate, std::move(result.drops), std::move(result.decided), std::move(result.logs),
                std::move(result.out)};
    }

    Outcome answer(const Question& question, View frame) {
        return judge(machine->appliance(), question, frame, *limits, texts, now, trace);
    }
};

} // namespace

Backend interp_backend(const model::Appliance& appliance, eval::Trace* trace) {
    const auto state = std::make_shared<Interp>(appliance, trace);
    return {
        .name = "interp",
        .boot = [state] { state->boot(); },
        .lease = [state](model::IfaceId iface, const auto& ipv4) { state->machine->lease(iface, ipv4); },
        .receive = [state](NicId nic, View frame) { return state->receive(nic, frame); },
        .wait = [state](Time ns) { state->wait(ns); },
        .balanced = [state] { return state->machine->counters().balanced(); },
        .judge = [state](const Question& question, View frame) { return state->answer(question, frame); },
    };
}

} // namespace harness
