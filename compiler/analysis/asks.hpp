// Who asks the Limits of a chain, and in which order: each who does takes a token from others.
#pragma once
#include "compiler/analysis/chain.hpp"

namespace analysis {

/// Whether a chain of one policy asks its Limits as that of another does: up to where one is asked for the last time both
/// say the same. Where they do not, the same packets may ask all the same.
bool ask_alike(const model::Appliance& before, const Way& old_chain, const model::Appliance& after, const Way& new_chain);

} // namespace analysis
