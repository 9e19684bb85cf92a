// From the text of a file to its syntax tree.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

namespace syntax {

struct Parsed {
    Program program;
    bool complete = true; ///< false when a declaration could not be made out: names may be missing
};

/// Reports every syntax error; what is in the tree is well-formed.
Parsed parse(const Sources& sources, FileId file, Diagnostics& diagnostics);

} // namespace syntax
