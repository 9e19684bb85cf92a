// One chain or whole way of two policies: which packets end otherwise than before, or are sent elsewhere.
#pragma once
#include "compiler/analysis/diff.hpp"

namespace analysis {

/// Fills in what there is to say of a chain that both policies have.
void compare(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
             ChainDiff& chain);

/// What is to be found of a way.
struct Wanted {
    bool more = true, less = true; ///< a packet that ends less, or more strictly
};

/// Of a whole way that both policies have, and whose Nats do the same: whether packets end otherwise there. Nothing else is said.
void compare_ends(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
                  const Wanted& wanted, ChainDiff& way);

/// Where a way leads nowhere, what prerouting accepts is dropped: that is no other end.
bool is_another_end(const Way& way, Ending was, Ending is);

} // namespace analysis
