#include "harness/validation.hpp"

#include "harness/aims.hpp"
#include "harness/frames.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace harness {

namespace {

/// Chains see datagrams with sane lengths, and no fragments.
bool is_visible(View frame) {
    const auto datagram = datagram_in(frame);
    return datagram && !datagram->is_fragment() && frame.size() <= eval::mtu_bytes + 18;
}

std::string told(const model::Appliance& appliance, const Question& question) {
    const auto name = [&](const std::optional<model::IfaceId>& iface) {
        return iface ? appliance.ifaces.at(*iface).name : "none";
    };
    return fmt::format("ct.state {}, iface.in {}, iface.out {}",
                       model::state_names[static_cast<std::size_t>(question.state)], name(question.ingress),
                       name(question.egress));
}

} // namespace

Validation validate(const model::Appliance& appliance, const Backend& a, const Backend& b,
                    const ValidationOptions& options) {
    Validation report;
    const Boundaries boundaries = boundaries_of(appliance);
    a.boot();
    b.boot();
    Dice dice(options.seed);
    const auto pass = [&](Time time) {
        a.wait(time);
        b.wait(time);
    };
    for (auto& chain : chains_to_ask(appliance)) {
        const auto name = chain.name;
        Aims aims(appliance, boundaries, std::move(chain), options.seed);
        const auto packets = std::max(options.packets_min, 2 * aims.size());
        for (std::size_t i = 0; i < packets; ++i) {
            const auto [question, frame] = aims.next();
            if (!is_visible(frame)) continue;
            if (dice.percent(10)) pass(dice.below(eval::second_ns)); // Limits and log texts come back
            const auto from_a = a.judge(question, frame), from_b = b.judge(question, frame);
            ++report.packets;
            report.reached.insert(from_a.decided.begin(), from_a.decided.end());
            if (same(from_a, from_b)) continue;
            report.disagreement =
                fmt::format("seed {}, packet {} of {}: {}\n{}\non {}: {}\non {}: {}", options.seed, i, name,
                            told(appliance, question), describe_frame(frame), a.name,
                            describe(appliance, from_a, describe_frame), b.name,
                            describe(appliance, from_b, describe_frame));
            return report;
        }
    }
    return report;
}

} // namespace harness
