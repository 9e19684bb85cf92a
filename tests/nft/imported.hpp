// Rulesets on their way back: what the kernel lists of one, and the policy that it becomes.
#pragma once
#include "compiler/importer/nft.hpp"
#include "compiler/model/appliance.hpp"

#include <string>
#include <vector>

namespace nft_test {

/// A ruleset as `nft -j list ruleset` has it, loaded in a namespace of its own; a complaint of nft is an
/// error.
std::string listed(const std::string& ruleset);

/// The policy of an imported program; one that does not compile is an error.
model::Appliance compiled(const importer::Imported& imported);

/// The addresses of a policy's Ifaces, as the command line says them.
std::vector<importer::NicOption> nics_of(const model::Appliance& appliance);

} // namespace nft_test
