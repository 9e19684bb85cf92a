// What `naclc check` says of a policy beyond its types: what can be proved of all packets.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/syntax/diagnostic.hpp"

namespace analysis {

/// `sources` are those that the appliance was read from.
std::vector<syntax::Diagnostic> check(const model::Appliance& appliance, const syntax::Sources& sources);

} // namespace analysis
