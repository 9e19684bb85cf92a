// Which packets the statements of a policy log in one line: asked of every chain on which they stand.
#pragma once
#include "compiler/analysis/log_line.hpp"
#include "compiler/analysis/prover.hpp"

namespace analysis {

/// Where a line can come from.
struct Sighting {
    Printed line;
    Way chain;
    Verdict verdict; ///< a packet for which the line is printed there
};

std::vector<Sighting> sightings(const model::Appliance& appliance, std::string_view line,
                                const symbolic::Budget& budget = {});

} // namespace analysis
