// Rules as nested branches: what neighbours have in common is asked once.
#pragma once
#include "codegen/writer.hpp"

#include <span>
#include <vector>

namespace codegen {

struct BranchRule {
    std::vector<std::string> tests; ///< all of which must hold
    std::string verdict;            ///< a line
};

/// Whether control cannot reach past them, as far as a C++ compiler sees.
bool write_branches(Writer& out, std::vector<BranchRule> rules);

} // namespace codegen
