// The bridge to the generated lexer and parser. Only antlr.cpp sees ANTLR's headers, which are slow to
// compile.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

namespace syntax {

/// All tokens, comments included. The text must be well-formed UTF-8.
Tokens lex(FileId file, std::string_view text);

/// A place where the grammar allows no such token.
struct SyntaxError {
    std::size_t index = 0; ///< of the token that was seen
    std::size_t part = 0;  ///< index of the first token of the declaration, statement or member it is in
    Token seen;
    Token before; ///< the token before it
    std::vector<TokenKind> expected;
};

struct Tree {
    std::vector<Declaration> declarations; ///< without those that have syntax errors
    std::vector<SyntaxError> errors;
};

/// Parses whole declarations. The brackets of the tokens must be balanced. Mistakes that the grammar lets pass are
/// reported.
Tree parse_tokens(const Tokens& tokens, Range range, Diagnostics& diagnostics);

} // namespace syntax
