// Which packets a statement of a policy logs in one line: asked of every chain on which it stands.
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
