// Whether the code that was generated from a policy says the same as the policy: packets aimed at every
// statement of every chain are shown to two backends.
#pragma once
#include "harness/backend.hpp"

#include <set>

namespace harness {

struct ValidationOptions {
    std::uint64_t seed = 1;
    std::size_t packets_min = 4000; ///< for each chain; one with more statements gets two for each
};

struct Validation {
    std::size_t packets = 0;
    std::set<model::StatementId> reached;
    /// The first disagreement: the seed, the packet, what both say.
    std::optional<std::string> disagreement;
};

Validation validate(const model::Appliance& appliance, const Backend& a, const Backend& b,
                    const ValidationOptions& options = {});

} // namespace harness
