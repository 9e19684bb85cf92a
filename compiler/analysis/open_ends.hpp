// Why a function can end without a verdict: a packet that gets as far as that, and its way there.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/syntax/diagnostic.hpp"

namespace analysis {

/// Adds to each message about a missing verdict what the control flow alone could not tell. The appliance is whole
/// but for these verdicts.
void show_open_ends(const model::Appliance& appliance, const syntax::Sources& sources,
                    std::vector<syntax::Diagnostic>& diagnostics);

} // namespace analysis
