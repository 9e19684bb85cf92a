// Two backends, the same random histories: they must agree in everything that an Outcome tells.
#pragma once
#include "harness/backend.hpp"
#include "harness/random.hpp"

#include <functional>
#include <set>

namespace harness {

struct DifferentialOptions {
    std::uint64_t seed = 1;         ///< of the first history; the next one has the next seed
    std::size_t histories = 10'000; ///< 1 to rerun a failing seed
    std::size_t packets_max = 12;
    std::function<void(std::uint64_t seed)> starting{}; ///< called before each history
};

struct DifferentialReport {
    std::size_t histories = 0;
    std::size_t packets = 0;
    std::set<model::StatementId> statements; ///< that decided
    std::set<model::Reason> reasons;         ///< for which a packet was dropped
    /// The first disagreement: its seed, the shortest history found that still shows it, and both outcomes.
    std::optional<std::string> disagreement;
};

DifferentialReport differential(const model::Appliance& appliance, const Backend& a, const Backend& b,
                                const DifferentialOptions& options);

/// What the histories were meant to reach and did not; nothing when they reached it all.
std::optional<std::string> shortfall(const model::Appliance& appliance, const DifferentialReport& report,
                                     std::size_t reasons_min);

} // namespace harness
