// Destination translations of which nothing arrives: later functions drop all that they have translated, or
// no way leads to where they send it.
#pragma once
#include "compiler/analysis/shadows.hpp"

namespace analysis {

struct Lost {
    model::StatementId translation = 0;
    enum class Because : std::uint8_t {
        functions,     ///< drop it all
        no_forwarding, ///< of what comes in by the Iface
        no_route,      ///< leads to the new destination
    } because{};
    model::IfaceId ingress = 0;
    std::optional<model::StatementId> by{}; ///< drops some of it, the last of a function's that do
};

/// Those of the policy's own file that packets come to, on every chain that they stand on: by each way
/// onwards that the new destination, or any where the old one stays, may lead. Where that hangs on a lease,
/// it may. What a later Nat of the chain translates again is not followed, nor is anything where a
/// Load_balancer has flows of its own.
std::vector<Lost> lost_translations(const model::Appliance& appliance, const std::vector<Shadowed>& shadowed);

} // namespace analysis
