// One chain or whole way of two policies: which packets end otherwise than before, or are sent elsewhere.
#pragma once
#include "compiler/analysis/diff.hpp"

namespace analysis {

/// Fills in what there is to say of a chain that both policies have; with as many regions of each kind of change at the most.
void compare(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
             std::size_t regions_max, ChainDiff& chain);

/// What is to be found of a way.
struct Wanted {
    bool more = true, less = true; ///< a packet that ends less, or more strictly
};

/// Of a whole way that both policies have, and whose Nats do the same: whether packets end otherwise there. Nothing else is said.
void compare_ends(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
                  const Wanted& wanted, ChainDiff& way);

/// Of endings drop is the strictest, then reject. Where a way leads nowhere, what prerouting accepts is dropped; that is
/// stricter than a reject only where it is not answered.
bool is_stricter(const Way& way, Ending one, Ending other);

} // namespace analysis
