// What to write instead of what the grammar has no place for.
#pragma once
#include "compiler/syntax/antlr.hpp"

namespace syntax {

/// What belongs where the error is, as a message names it: "`{`", "a value".
std::string belongs(const SyntaxError& error);

/// A cure, from what the part with the error looks like; empty when none suggests itself.
std::string syntax_hint(const SyntaxError& error, const Tokens& tokens);

} // namespace syntax
