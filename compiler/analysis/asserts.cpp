#include "compiler/analysis/asserts.hpp"

#include "compiler/analysis/region.hpp"

#include <algorithm>
#include <array>

namespace analysis {

namespace {

constexpr std::array endings = {Ending::accept, Ending::drop, Ending::reject};
constexpr std::array claims = {model::Action::accept, model::Action::drop,
                               model::Action::reject}; ///< by Ending

} // namespace

std::optional<model::StatementId> claimed_of(const model::Appliance& appliance, const model::Assert& assertion,
                                             const Witness& witness) {
    return decided_by(appliance, witness, {assertion.layer, assertion.body});
}

Proof prove(const model::Appliance& appliance, const model::Assert& assertion,
            const symbolic::Budget& budget) {
    Prover prover(appliance, way_of(assertion), names_invalid(appliance, assertion.body), budget);
    const auto body =
        symbolic::rules_of({prover.space(), appliance, {}, "assert "}, assertion.layer, assertion.body);
    const auto first = packets_of_new_flows(prover.space());
    bool all_decided = true;
    for (const auto claim : claims)
        for (const auto ending : endings) {
            if (claims[static_cast<std::size_t>(ending)] == claim) continue;
            std::optional<model::StatementId> claimed;
            const auto claims_so = [&](Witness& witness, const symbolic::Box& box) {
                claimed = decided_by(appliance, witness, {assertion.layer, assertion.body}, prover.space(), box, body);
                const auto own = appliance.statements.size();
                return claimed && appliance.claims.at(*claimed - own).action == claim;
            };
            std::vector<symbolic::Stage> before = {{&body, symbolic::wanting(claim)}};
            auto verdict = prover.find(before, ending, claims_so);
            if (std::holds_alternative<NotDecided>(verdict)) all_decided = false;
            const auto* witness = std::get_if<Witness>(&verdict);
            if (witness == nullptr) continue;
            const auto claimed_of_it = *claimed;
            if (witness->state == model::State::fresh) return Broken{*witness, *claimed, claim};
            // Of a new flow it would be easier to understand.
            before.push_back({&first, symbolic::wanting(model::Action::accept)});
            const auto easier = prover.find(before, ending, claims_so);
            if (const auto* fresh = std::get_if<Witness>(&easier)) return Broken{*fresh, *claimed, claim};
            return Broken{*witness, claimed_of_it, claim, std::holds_alternative<NoSuchPacket>(easier)};
        }
    if (!all_decided) return NotDecided{};
    // That nothing passes is well claimed of what cannot come; that something passes is not.
    const bool accepts = std::ranges::any_of(body.rules, [](const symbolic::Rule& rule) {
        return rule.log == nullptr && rule.action == model::Action::accept;
    });
    const auto passing = accepts ? prover.find({{&body, symbolic::wanting(model::Action::accept)}}, Ending::accept)
                                 : Verdict{NotDecided{}};
    return Holds{std::holds_alternative<NoSuchPacket>(passing)};
}

} // namespace analysis
