// The parts of the documentation that are made from registries and from the compiler's own answers.
#pragma once
#include <string>
#include <vector>

namespace docs {

std::string properties_table();
std::string constants_table();
std::string reasons_table();

/// docs/reference/diagnostics.md, whole.
std::string diagnostics_page();

} // namespace docs
