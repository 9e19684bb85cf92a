// A Test of the model as a policy writes it.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/syntax/source.hpp"

namespace analysis {

/// Not in the canonical layout. `sources` are those of the appliance.
std::string text_of(const model::Appliance& appliance, const syntax::Sources& sources,
                    const model::Scenario& test);

} // namespace analysis
