#include "harness/play.hpp"

#include "harness/frames.hpp"

#include <array>

namespace harness {

namespace {

using model::Field;

/// What translation may change.
model::OutSpec seen(View frame) {
    model::OutSpec out;
    for (const auto field : {Field::ip_saddr, Field::ip_daddr, Field::tcp_sport, Field::tcp_dport,
                             Field::udp_sport, Field::udp_dport})
        if (const auto value = field_of(frame, field)) {
            out.packet.fields.push_back({field, *value});
            const auto layer = model::info(field).layer;
            if (layer != model::Layer::ip) out.packet.transport = layer;
        }
    return out;
}

} // namespace

std::optional<std::vector<model::StatementId>> play(const model::Appliance& appliance, const Backend& backend,
                                                    model::Scenario& test) {
    auto& last = std::get<model::SendStep>(test.steps.back().is);
    std::size_t sent = 0;
    Outcome outcome;
    const auto watch = [&](const Witness& witness) {
        ++sent;
        outcome = witness.outcome;
    };
    using enum model::Expect;
    for (const auto expect : std::array{accept, drop, reject, next}) {
        last.expect = expect;
        std::set<model::StatementId> reached;
        sent = 0;
        if (run_test(appliance, backend, test, reached, watch)) continue;
        if (sent != test.steps.size()) return std::nullopt;
        if (std::holds_alternative<model::WholeAppliance>(test.about)) {
            if (expect == drop) last.reason = outcome.reason();
            if (outcome.fate == Fate::sent && outcome.out.size() == 1)
                last.out = seen(outcome.out.front().bytes);
        }
        if (auto logged = texts_of(appliance, outcome); !logged.empty()) {
            for (auto& text : logged)
                if (text.ends_with('\n')) text.pop_back();
            last.log = std::move(logged);
        }
        return outcome.decided;
    }
    return std::nullopt;
}

} // namespace harness
