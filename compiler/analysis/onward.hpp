// What becomes of a translated packet behind the chain that translates it.
#pragma once
#include "compiler/analysis/witness.hpp"

namespace analysis {

/// How the whole way of a packet ends.
struct Onward {
    Way way;
    Witness end; ///< dropped where the way leads nowhere
};

/// Of a packet that `prerouting` of its Iface lets through. Nothing for other chains, where a Load_balancer may take it, or
/// where its way hangs on a lease.
std::optional<Onward> onward(const model::Appliance& appliance, const Way& chain, const Witness& let_through);

} // namespace analysis
