// From the text of a file to its syntax tree.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

#include <set>

namespace syntax {

struct Parsed {
    Program program;
    bool complete = true; ///< false when a declaration could not be made out: names may be missing
    bool reliable = true; ///< false when it had to be guessed where brackets close, or what a comment swallowed
    std::set<std::string> lost{}; ///< the words of what could not be made out
};

/// Reports every syntax error; what is in the tree is well-formed. `lexed` is given all tokens, comments
/// included.
Parsed parse(const Sources& sources, FileId file, Diagnostics& diagnostics, Tokens* lexed = nullptr);

/// A list that stands in a file of its own: one address, network, range or integer a line, and comments.
/// Its value has the span that is given, each item its own.
Value parse_list(const Sources& sources, FileId file, const Span& span, Diagnostics& diagnostics);

} // namespace syntax
