// Asserts: wherever the body gives a verdict, the chain or path gives the same, for all packets that can
// come.
#pragma once
#include "compiler/analysis/prover.hpp"

namespace analysis {

struct Holds {
    bool accepts_nothing = false; ///< it claims that packets pass, and none of these can come
};
struct Broken {
    Witness witness;
    model::StatementId claimed = 0; ///< the statement of the Assert that says otherwise
    model::Action claim{};
    bool known_flows_only = false; ///< no packet of a new flow breaks it
};

using Proof = std::variant<Holds, Broken, NotDecided>;

/// The statement of the Assert by which it claims something of the packet, with the addresses that Ifaces have there.
std::optional<model::StatementId> claimed_of(const model::Appliance& appliance, const model::Assert& assertion,
                                             const Witness& witness);

Proof prove(const model::Appliance& appliance, const model::Assert& assertion,
            const symbolic::Budget& budget = {});

} // namespace analysis
