// What of a policy can run, and so could be reached by Tests: the steps of the functions on its chains.
#pragma once
#include "compiler/model/appliance.hpp"

#include <functional>
#include <set>

namespace harness {

/// Every step of every function that some chain runs, once.
void for_each_step(const model::Appliance& appliance, const std::function<void(const model::Step&)>& visit);

/// The verdict statements among them.
std::set<model::StatementId> statements_on_chains(const model::Appliance& appliance);

/// Those that are not in `reached`, in source order.
std::vector<model::StatementId> not_reached(const model::Appliance& appliance,
                                            const std::set<model::StatementId>& reached);

} // namespace harness
