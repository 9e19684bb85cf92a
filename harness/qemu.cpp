// The QEMU backend: the product's code in its test image, its clock and its counters behind the test door.
#include "harness/arp.hpp"
#include "harness/backend.hpp"
#include "harness/door.hpp"
#include "harness/leases.hpp"
#include "harness/statistics.hpp"
#include "harness/ticks.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace harness {

namespace {

class Qemu {
public:
    Qemu(const model::Appliance& appliance, QemuOptions options)
        : appliance_(appliance), options_(std::move(options)), nics_(nics_of_machine(appliance)) {}

    void boot() {
        guest_.emplace(options_, nics_.macs);
        door_.emplace(*guest_);
        guest_->wait_for_console("ready in ");
        now_ = 0;
        frames_.clear();
        logs_.clear();
        fall_back(appliance_, [&](model::IfaceId iface, const auto& ipv4) { lease(iface, ipv4); });
        synced(0);
        tally_ = latest_;
    }

    /// The door is one NIC's, frames come by all: the next step waits until it is done.
    void lease(model::IfaceId iface, const std::optional<model::Ipv4Config>& ipv4) {
        door_->hold_lease(nics_.wire_of.at(0), iface, ipv4);
        synced(0);
    }

    Outcome receive(NicId nic, View frame) {
        guest_->send(nics_.wire_of.at(nic), frame, "a frame is taken");
        return outcome(settle(nic));
    }

    Outcome judge(const Question& question, View frame) {
        door_->judge(nics_.wire_of.at(0), question, frame);
        return outcome(settle(0));
    }

    void wait(Time ns) {
        for_each_tick(ns, [&](Time step) {
            now_ += step;
            door_->set_clock(nics_.wire_of.at(0), now_);
            settle(0);
        });
        frames_.clear(); // what Timers tell the syslog server: no Test's and no comparison's business
        tally_ = latest_;
    }

    bool balanced() const { return latest_.balanced; }

private:
    /// What has happened since the last one.
    Outcome outcome(std::uint64_t arp_answers) {
        Outcome outcome = outcome_between(tally_, latest_, arp_answers);
        tally_ = latest_;
        outcome.out = std::exchange(frames_, {});
        outcome.logs = std::exchange(logs_, {});
        return outcome;
    }

    /// Waits until everything that came in by the NIC has been processed, and takes what has left.
    void synced(NicId nic) {
        const std::size_t wire = nics_.wire_of.at(nic);
        Report report = door_->sync(wire);
        for (auto& frame : report.frames) frames_.push_back({nic, std::move(frame)});
        for (NicId other = 0; other < nics_.wire_of.size(); ++other)
            while (auto frame = guest_->receive_now(nics_.wire_of[other]))
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
                guest_->send(nics_.wire_of.at(asked.nic), *answer, "an ARP answer is taken");
                synced(asked.nic);
                ++answers;
            }
        }
    }

    const model::Appliance& appliance_;
    QemuOptions options_;
    MachineNics nics_;
    std::optional<Guest> guest_;
    std::optional<Door> door_;
    Time now_ = 0;
    Tally tally_;  ///< before the step
    Tally latest_; ///< at the last sync
    std::vector<FrameOut> frames_;
    std::vector<eval::LogText> logs_;
};

} // namespace

Backend qemu_backend(const model::Appliance& appliance, const QemuOptions& options) {
    const auto state = std::make_shared<Qemu>(appliance, options);
    return {
        .name = "qemu",
        .boot = [state] { state->boot(); },
        .lease = [state](model::IfaceId iface, const auto& ipv4) { state->lease(iface, ipv4); },
        .receive = [state](NicId nic, View frame) { return state->receive(nic, frame); },
        .wait = [state](Time ns) { state->wait(ns); },
        .balanced = [state] { return state->balanced(); },
        .judge = [state](const Question& question, View frame) { return state->judge(question, frame); },
    };
}

} // namespace harness
