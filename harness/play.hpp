// Completes a Test with what the policy does: for Tests that are made, not written.
#pragma once
#include "harness/runner.hpp"

namespace harness {

/// Sets what the last step expects to what it sees, so that the Test passes: the verdict, for the whole
/// appliance also why a packet is dropped, the addresses with which it leaves, and what is logged, if
/// anything is. The statements that decide about that step, in order; nothing when the Test cannot be run.
std::optional<std::vector<model::StatementId>> play(const model::Appliance& appliance, const Backend& backend,
                                                    model::Scenario& test);

} // namespace harness
