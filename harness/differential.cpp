#include "harness/differential.hpp"

#include "harness/coverage.hpp"
#include "harness/frames.hpp"

#include <fmt/format.h>

namespace harness {

namespace {

/// What no appliance may send, and nothing in it needs to fragment for that.
const FrameOut* longer_than_the_mtu(const Outcome& outcome) {
    const auto is_longer = [](const FrameOut& frame) {
        return frame.bytes.size() > eval::link_of(frame.bytes)->header_bytes + eval::mtu_bytes;
    };
    const auto giant = std::ranges::find_if(outcome.out, is_longer);
    return giant == outcome.out.end() ? nullptr : &*giant;
}

class Comparison {
public:
    Comparison(const model::Appliance& appliance, const Backend& a, const Backend& b)
        : appliance_(appliance), a_(a), b_(b) {}

    /// Where the backends part on this history; nothing when they agree. What is reached goes into the
    /// report.
    std::optional<std::string> play(const History& history, DifferentialReport& report) {
        try {
            a_.boot();
            b_.boot();
            for (std::size_t i = 0; i < history.size(); ++i) {
                const auto parted =
                    std::visit([&](const auto& event) { return step(event, report); }, history[i]);
                if (parted) return fmt::format("event {} of {}:\n{}", i + 1, history.size(), *parted);
            }
            for (const auto* backend : {&a_, &b_})
                if (!backend->balanced()) return "the counters on " + backend->name + " do not balance";
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::nullopt;
    }

    /// Leaves out what is not needed for the disagreement.
    History shortened(History history) {
        DifferentialReport ignored;
        for (std::size_t i = history.size(); i-- > 0;) {
            History without = history;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
            if (play(without, ignored)) history = std::move(without);
        }
        return history;
    }

private:
    std::optional<std::string> step(const Pause& pause, DifferentialReport&) {
        a_.wait(pause.ns);
        b_.wait(pause.ns);
        return std::nullopt;
    }

    std::optional<std::string> step(const NewLease& lease, DifferentialReport&) {
        a_.lease(lease.iface, lease.ipv4);
        b_.lease(lease.iface, lease.ipv4);
        return std::nullopt;
    }

    std::optional<std::string> step(const FrameIn& frame, DifferentialReport& report) {
        const NicId nic = model::nic_of(appliance_, frame.iface);
        const Outcome from_a = a_.receive(nic, frame.bytes);
        const Outcome from_b = b_.receive(nic, frame.bytes);
        ++report.packets;
        report.statements.insert(from_a.decided.begin(), from_a.decided.end());
        report.reasons.insert(from_a.drops.begin(), from_a.drops.end());
        for (const auto& outcome : {from_a, from_b})
            if (const auto* giant = longer_than_the_mtu(outcome))
                return fmt::format("a frame of {} bytes left: {}", giant->bytes.size(),
                                   describe_frame(giant->bytes));
        if (same(from_a, from_b)) return std::nullopt;
        return fmt::format("on {}: {}\non {}: {}", a_.name, describe(appliance_, from_a, describe_frame), b_.name,
                           describe(appliance_, from_b, describe_frame));
    }

    const model::Appliance& appliance_;
    const Backend& a_;
    const Backend& b_;
};

} // namespace

DifferentialReport differential(const model::Appliance& appliance, const Backend& a, const Backend& b,
                                const DifferentialOptions& options) {
    const Boundaries boundaries = boundaries_of(appliance);
    Comparison comparison(appliance, a, b);
    DifferentialReport report;
    for (std::size_t i = 0; i < options.histories; ++i) {
        const std::uint64_t seed = options.seed + i;
        if (options.starting) options.starting(seed);
        const History history = random_history(appliance, boundaries, seed, options.packets_max);
        ++report.histories;
        if (!comparison.play(history, report)) continue;
        const History shortest = comparison.shortened(history);
        DifferentialReport ignored;
        const auto parted = comparison.play(shortest, ignored);
        report.disagreement =
            fmt::format("seed {}: {} and {} disagree at {}\nhistory:\n{}", seed, a.name, b.name,
                        parted.value_or("no event any more: a boot leaves something behind"),
                        describe(appliance, shortest));
        break;
    }
    return report;
}

std::optional<std::string> shortfall(const model::Appliance& appliance, const DifferentialReport& report,
                                     std::size_t reasons_min) {
    std::string text;
    for (const auto id : not_reached(appliance, report.statements))
        text +=
            fmt::format("no packet was decided by {}\n", at(appliance, appliance.statements.at(id).place));
    if (report.reasons.size() < reasons_min)
        text += fmt::format("packets were dropped for {} reasons, not for {} or more\n",
                            report.reasons.size(), reasons_min);
    if (text.empty()) return std::nullopt;
    return text;
}

} // namespace harness
