// Between lexer and parser: reports what is wrong with single tokens and with the nesting of brackets, and
// repairs both, so that one mistake does not make the parser stumble over everything behind it.
#pragma once
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

#include <optional>

namespace syntax {

/// Deeper nesting is refused: the parser recurses.
inline constexpr std::size_t nesting_max = 256;

/// Drops comments; closes strings; drops or replaces characters that mean nothing.
Tokens repair_tokens(Tokens tokens, Diagnostics& diagnostics);

struct Balanced {
    Tokens tokens;
    bool too_deep = false; ///< the tokens must not be parsed
    /// Where an opener stands whose closer could only be guessed: syntax errors behind it say nothing.
    std::optional<Span> guessed_after;
};

/// Makes every bracket have its partner.
Balanced balance(const Tokens& tokens, Diagnostics& diagnostics);

/// The tokens without the declaration, statement or member that starts at `part`, at whose token `index` the
/// parser could not go on. What is left parses as if that part had been written well.
Tokens without_part(const Tokens& tokens, std::size_t part, std::size_t index);

} // namespace syntax
