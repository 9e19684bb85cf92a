// Who asks the Limits of a chain, and in which order: each who does takes a token from others.
#pragma once
#include "compiler/analysis/chain.hpp"

#include <set>
#include <string>

namespace analysis {

struct Asks {
    /// Up to where a Limit is asked for the last time both policies say the same. Where they do not, the same packets may ask
    /// all the same.
    bool alike = true;
    std::set<std::string> limits; ///< that one of them asks, by their names
};

/// How a chain of two policies asks its Limits. Where only one has it, the other asks none.
Asks compare_asks(const model::Appliance& before, const std::optional<Way>& old_chain, const model::Appliance& after,
                  const std::optional<Way>& new_chain);

} // namespace analysis
