// Of the packets that two policies translate: which of them leave the chain in two ways.
#pragma once
#include "compiler/analysis/cases.hpp"

namespace analysis {

/// As boxes, if both chains let them go on. The chains may masquerade.
std::vector<symbolic::Box> unlike(symbolic::Space& space, const WayIn& before, const Rewrite& was, const WayIn& after,
                                  const Rewrite& is);

} // namespace analysis
