// Of the messages about a policy those that tell its mistakes: what only follows from another mistake is left out, or
// becomes a note of it.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"

namespace sema {

/// Whether the mistake is that something is not there, which may stand in a part that could not be parsed.
bool says_missing(syntax::Kind kind);
/// Whether a name was followed to nothing.
bool says_unknown(syntax::Kind kind);

/// The first words of what a message has in backticks: what it is about.
std::vector<std::string> names_in(const std::string& message);

using Programs = std::vector<syntax::Program>;

/// The declaration that holds the place; null when it is in none.
const syntax::Declaration* declaration_of(const Programs& programs, const syntax::Span& place);
/// Its extent; the place when it is in none.
syntax::Span span_of_declaration(const Programs& programs, const syntax::Span& place);

/// `all` is in source order.
std::vector<syntax::Diagnostic> without_consequences(std::vector<syntax::Diagnostic> all, const Programs& programs);

} // namespace sema
