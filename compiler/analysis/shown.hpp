// A Test that shows what a proof has found: the packet, sent in or handed to its chain, and before it those that make
// its flow what it must be. It has been played in the interpreter.
#pragma once
#include "compiler/analysis/witness.hpp"

namespace analysis {

/// Whether another packet would show the same.
using Counts = std::function<bool(const Witness&)>;

/// Its last step expects what becomes of the packet. Nothing where none was found: errors about a flow and spent
/// Limits are not tried.
std::optional<model::Scenario> test_that_shows(const model::Appliance& appliance, const Way& way,
                                               const Witness& witness,
                                               const Counts& counts = [](const Witness&) { return false; });

} // namespace analysis
