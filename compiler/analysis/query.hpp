// Is there a packet that meets a condition, and for which a chain ends in some way?
#pragma once
#include "compiler/analysis/prover.hpp"

namespace analysis {

/// The condition is what the body of `question` accepts; the chain is the one that it is about.
Verdict answer(const model::Appliance& appliance, const model::Assert& question, Ending ending,
               const symbolic::Budget& budget = {});

} // namespace analysis
