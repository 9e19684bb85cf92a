// The counters of a running data plane, and what their growth says about one packet.
#pragma once
#include "harness/outcome.hpp"

#include <array>

namespace harness {

struct Tally {
    std::uint64_t received = 0, delivered = 0, waiting = 0;
    std::array<std::uint64_t, model::reason_names.size()> dropped{};
    std::array<std::uint64_t, model::reason_names.size()> dropped_made{}; ///< of those, packets made here
    std::vector<std::uint64_t> hits; ///< by statement
    bool balanced = true;
};

/// Fate, drops and statements of the one packet that came in between two tallies. Throws Error when they
/// cannot be told. ARP answers that came in meanwhile are counted like any other frame.
Outcome outcome_between(const Tally& before, const Tally& after, std::uint64_t arp_answers);

} // namespace harness
