// Asserts: wherever the body gives a verdict, the chain or path gives the same, for all packets that can
// come.
#pragma once
#include "compiler/analysis/prover.hpp"

namespace analysis {

struct Holds {};
struct Broken {
    Witness witness;
    model::StatementId claimed = 0; ///< the statement of the Assert that says otherwise
    model::Action claim{};
};

using Proof = std::variant<Holds, Broken, NotDecided>;

Proof prove(const model::Appliance& appliance, const model::Assert& assertion,
            const symbolic::Budget& budget = {});

} // namespace analysis
