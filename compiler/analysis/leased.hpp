// A policy whose Ifaces have leased their addresses: what it says of them is known then.
#pragma once
#include "compiler/model/appliance.hpp"

namespace analysis {

/// Leases for the Ifaces that have nothing to fall back to, in networks that nobody has: such as a Test may
/// give.
std::vector<model::Lease> leases_for(const model::Appliance& appliance);

/// The values, up to a largest one, for which a comparison with one value holds.
model::IntervalSet values_that(model::Relation relation, model::Value value, model::Value max);

/// Whether a condition compares with leased values.
bool compares_leases(const model::Appliance& appliance);

/// The same policy with these leases (else what Ifaces fall back to), as if the addresses were written there.
/// Its statements, functions and Ifaces have the same numbers.
model::Appliance leasing(model::Appliance appliance, const std::vector<model::Lease>& leases);

} // namespace analysis
