#include "harness/backend.hpp"

#include "harness/packets.hpp"

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
        machine.emplace(appliance, nic_macs(appliance));
        now = 0;
    }

    Outcome receive(NicId nic, View frame) {
        auto result = machine->receive(nic, frame, now);
        return {.fate = result.fate,
                .held = machine->counters().waiting,
                .drops = std::move(result.drops),
                .decided = std::move(result.decided),
                .logs = std::move(result.logs),
                .out = std::move(result.out)};
    }
};

} // namespace

Backend interp_backend(const model::Appliance& appliance) {
    const auto state = std::make_shared<Interp>(appliance);
    return {
        .name = "interp",
        .boot = [state] { state->boot(); },
        .receive = [state](NicId nic, View frame) { return state->receive(nic, frame); },
        .wait = [state](Time ns) { state->machine->tick(state->now += ns); },
        .balanced = [state] { return state->machine->counters().balanced(); },
    };
}

} // namespace harness
