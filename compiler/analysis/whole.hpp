// What the differences of chains come to: how packets end that go their whole way through two policies.
#pragma once
#include "compiler/analysis/diff.hpp"

namespace analysis {

/// Fills in what there is to say of whole ways, where both policies send packets on the same ones; else the whole is what the
/// chains make together.
void judge_whole(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
                 PolicyDiff& diff);

} // namespace analysis
