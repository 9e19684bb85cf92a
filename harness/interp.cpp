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
    Time now = 0;

    explicit Interp(const model::Appliance& policy) : appliance(policy) { boot(); }

    void boot() {
        machine.emplace(appliance, nic_macs(appliance), random_seed);
        now = 0;
    }

    void wait(Time ns) {
        for_each_tick(ns, [&](Time step) {
            now += step;
            machine->tick(now);
        });
    }

    Outcome receive(NicId nic, View frame) {
        auto result = machine->receive(nic, frame, now);
        return {result.fate, std::move(result.drops), std::move(result.decided), std::move(result.logs),
                std::move(result.out)};
    }
};

} // namespace

Backend interp_backend(const model::Appliance& appliance) {
    const auto state = std::make_shared<Interp>(appliance);
    return {
        .name = "interp",
        .boot = [state] { state->boot(); },
        .receive = [state](NicId nic, View frame) { return state->receive(nic, frame); },
        .wait = [state](Time ns) { state->wait(ns); },
        .balanced = [state] { return state->machine->counters().balanced(); },
        .judge = [state](const Question& question, View frame) { return judge(state->appliance, question, frame); },
    };
}

} // namespace harness
