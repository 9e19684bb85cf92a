// The policies that the tests of recovery break, and what is said of them then.
#pragma once
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

#include <filesystem>

namespace broken {

struct Policy {
    std::filesystem::path path;
    std::string text;
    syntax::Tokens tokens;          ///< without comments
    std::vector<std::size_t> marks; ///< indexes of its brackets, and of the commas that are needed
};

/// The samples, by their names.
std::vector<Policy> samples();

/// Where in the text the token begins.
std::size_t offset_of(const Policy& policy, const syntax::Token& token);

/// What is said of that text in the place of the policy's.
std::vector<syntax::Diagnostic> errors_in(const Policy& policy, std::string text);

} // namespace broken
