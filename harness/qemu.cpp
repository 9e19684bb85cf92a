// The QEMU backend: the product's code in its test image, its clock and its counters behind the test door.
#include "harness/arp.hpp"
#include "harness/backend.hpp"
#include "harness/door.hpp"
#include "harness/packets.hpp"
#include "harness/statistics.hpp"
#include "harness/ticks.hpp"

#include <algorithm>
#include <memory>

namespace harness {

namespace {

/// A machine that has every NIC the policy names, and where in it they are.
struct Machine {
    std::vector<model::Mac> macs;
    std::vector<std::size_t> wire_of; ///< by NicId
};

Machine machine_for(const model::Appliance& appliance) {
    const auto selectors = eval::nics(appliance);
    const auto policy_macs = nic_macs(appliance);
    Machine machine;
    const auto add_up_to = [&](std::size_t index) {
        while (machine.macs.size() <= index)
            machine.macs.push_back(
                {0x52, 0x54, 0x00, 0x6e, 0x61, static_cast<std::uint8_t>(machine.macs.size())});
    };
    // Those named by number first, so that each has its place; those named by MAC may have any.
    for (const auto& selector : selectors)
        if (const auto* index = std::get_if<std::uint32_t>(&selector)) add_up_to(*index);
    for (std::size_t id = 0; id < selectors.size(); ++id) {
        if (const auto* index = std::get_if<std::uint32_t>(&selectors[id])) {
            machine.wire_of.push_back(*index);
        } else {
            machine.wire_of.push_back(machine.macs.size());
            machine.macs.push_back(policy_macs[id]);
        }
    }
    return machine;
}

class Qemu {
public:
    Qemu(const model::Appliance& appliance, QemuOptions options)
        : appliance_(appliance), options_(std::move(options)), machine_(machine_for(appliance)) {}

    void boot() {
        guest_.emplace(options_, machine_.macs);
        door_.emplace(*guest_);
        guest_->wait_for_console("ready in ");
        now_ = 0;
        frames_.clear();
        logs_.clear();
        synced(0);
        tally_ = latest_;
    }

    Outcome receive(NicId nic, View frame) {
        guest_->send(machine_.wire_of.at(nic), frame, "a frame is taken");
        const auto arp_answers = settle(nic);
        Outcome outcome = outcome_between(tally_, latest_, arp_answers);
        tally_ = latest_;
        outcome.out = std::exchange(frames_, {});
        outcome.logs = std::exchange(logs_, {});
        return outcome;
    }

    void wait(Time ns) {
        for_each_tick(ns, [&](Time step) {
            now_ += step;
            door_->set_clock(machine_.wire_of.at(0), now_);
            settle(0);
        });
        tally_ = latest_;
    }

    bool balanced() const { return latest_.balanced; }

private:
    /// Waits until everything that came in by the NIC has been processed, and takes what has left.
    void synced(NicId nic) {
        const std::size_t wire = machine_.wire_of.at(nic);
        Report report = door_->sync(wire);
        for (auto& frame : report.frames) frames_.push_back({nic, std::move(frame)});
        for (NicId other = 0; other < machine_.wire_of.size(); ++other)
            while (auto frame = guest_->receive_now(machine_.wire_of[other]))
                frames_.push_back({other, std::move(*frame)});
        std::ranges::move(report.logs, std::back_inserter(logs_));
        latest_ = read_statistics(appliance_, report.statistics);
    }

    /// As long as the appliance asks for neighbours, they answer. Returns how often they did.
    std::uint64_t settle(NicId nic) {
        std::uint64_t answers = 0;
        synced(nic);
        for (;;) {
            const auto question =
                std::ranges::find_if(frames_, [](const FrameOut& f) { return is_arp(f.bytes); });
            if (question == frames_.end()) return answers;
            const FrameOut asked = std::move(*question);
            frames_.erase(question);
            if (const auto answer = answer_arp(asked.bytes)) {
                guest_->send(machine_.wire_of.at(asked.nic), *answer, "an ARP answer is taken");
                synced(asked.nic);
                ++answers;
            }
        }
    }

    const model::Appliance& appliance_;
    QemuOptions options_;
    Machine machine_;
    std::optional<Guest> guest_;
    std::optional<Door> door_;
    Time now_ = 0;
    Tally tally_;  ///< before the step
    Tally latest_; ///< at the last sync
    std::vector<FrameOut> frames_;
    std::vector<std::string> logs_;
};

} // namespace

Backend qemu_backend(const model::Appliance& appliance, const QemuOptions& options) {
    const auto state = std::make_shared<Qemu>(appliance, options);
    return {
        .name = "qemu",
        .boot = [state] { state->boot(); },
        .receive = [state](NicId nic, View frame) { return state->receive(nic, frame); },
        .wait = [state](Time ns) { state->wait(ns); },
        .balanced = [state] { return state->balanced(); },
    };
}

} // namespace harness
