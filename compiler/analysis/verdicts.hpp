// Messages about verdicts that never decide or need not, and about conditions that are the same for all packets.
#pragma once
#include "compiler/analysis/shadows.hpp"
#include "compiler/syntax/diagnostic.hpp"

namespace analysis {

/// One message for one mistake.
std::vector<syntax::Diagnostic> remarks_on_verdicts(const model::Appliance& appliance, const syntax::Sources& sources,
                                                    const std::vector<Shadowed>& dead);

/// Where no route leads to an Iface, which has been said, that may be why no packet comes.
bool comes_of_missing_way(const syntax::Diagnostic& diagnostic);

} // namespace analysis
