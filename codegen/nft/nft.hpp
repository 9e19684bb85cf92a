// The policy as a ruleset of nftables, for what nftables can say. docs/internals/nft.md says which hook
// stands for which chain, and where Linux differs.
#pragma once
#include "codegen/nft/conditions.hpp"

#include <map>
#include <string>

namespace codegen::nft {

struct Options {
    std::map<std::string, std::string> nics; ///< what Linux calls the NIC of an Iface; else as the Iface
};

struct Emitted {
    std::string text;              ///< empty when there are problems
    std::vector<Problem> problems; ///< in source order
};

Emitted emit(const model::Appliance& appliance, const Options& options);

} // namespace codegen::nft
