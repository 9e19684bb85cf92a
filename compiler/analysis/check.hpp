// What `naclc check` says of a policy beyond its types: what can be proved of all packets.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/syntax/diagnostic.hpp"

namespace analysis {

/// `sources` are those that the appliance was read from.
std::vector<syntax::Diagnostic> check(const model::Appliance& appliance, const syntax::Sources& sources);

/// Adds it to what the types tell, whose words for a place are the better ones. Notes come last.
void add_proofs(const model::Appliance& appliance, const syntax::Sources& sources,
                std::vector<syntax::Diagnostic>& diagnostics);

/// A Test that was run, and what was seen in place of what it expects: lines, those but the first indented by
/// two.
struct FailedTest {
    std::string test;
    std::string text;
    model::Place place; ///< of the step
    std::vector<model::StatementId> decided;
};
syntax::Diagnostic failed_test(const model::Appliance& appliance, const syntax::Sources& sources,
                               const FailedTest& found);

} // namespace analysis
