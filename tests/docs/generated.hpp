// The parts of the documentation that are made from registries and from the compiler's own answers.
#pragma once
#include <string>
#include <vector>

namespace docs {

std::string properties_table();
std::string constants_table();
std::string reasons_table();

/// Something that the compiler may take and the data plane refuse, with the smallest policy that asks for it.
struct Feature {
    std::string_view name; ///< as `naclc build` says it
    std::string_view what;
    std::string_view policy;
};

const std::vector<Feature>& features();
/// The features that the data plane does not do yet.
std::string pending_table();

/// docs/reference/diagnostics.md, whole.
std::string diagnostics_page();

} // namespace docs
