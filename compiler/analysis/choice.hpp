// Chooses one packet of a box.
#pragma once
#include "compiler/analysis/witness.hpp"

namespace analysis {

/// Its packet, state and Ifaces; how it ends is not known yet. The values are those that a person would
/// write, where the box allows them, and it comes from a host behind the Iface by which it comes in. Nothing when
/// what the box does not say, such as lengths, fits none of it.
std::optional<Witness> choose(const symbolic::Space& space, const symbolic::Box& box, const model::Appliance& appliance);

/// Of these values of a field the one that a person would write.
model::Value likely(const model::IntervalSet& values, model::Field field);

} // namespace analysis
