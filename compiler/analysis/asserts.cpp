#include "compiler/analysis/asserts.hpp"

#include "compiler/analysis/region.hpp"

#include <array>

namespace analysis {

namespace {

constexpr std::array endings = {Ending::accept, Ending::drop, Ending::reject};
constexpr std::array claims = {model::Action::accept, model::Action::drop,
                               model::Action::reject}; ///< by Ending

} // namespace

Proof prove(const model::Appliance& appliance, const model::Assert& assertion,
            const symbolic::Budget& budget) {
    Prover prover(appliance, assertion.about, names_invalid(appliance, assertion.body), budget);
    const auto body =
        symbolic::rules_of({prover.space(), appliance, {}, "assert "}, assertion.layer, assertion.body);
    bool all_decided = true;
    for (const auto claim : claims)
        for (const auto ending : endings) {
            if (claims[static_cast<std::size_t>(ending)] == claim) continue;
            std::optional<model::StatementId> claimed;
            const auto claims_so = [&](const Witness& witness) {
                claimed = decided_by(appliance, witness, assertion.layer, assertion.body);
                const auto own = appliance.statements.size();
                return claimed && appliance.claims.at(*claimed - own).action == claim;
            };
            auto verdict = prover.find({{&body, symbolic::wanting(claim)}}, ending, claims_so);
            if (std::holds_alternative<NotDecided>(verdict)) all_decided = false;
            if (auto* witness = std::get_if<Witness>(&verdict))
                return Broken{std::move(*witness), *claimed, claim};
        }
    if (all_decided) return Holds{};
    return NotDecided{};
}

} // namespace analysis
