// Between lexer and parser: reports what is wrong with single tokens and with the nesting of brackets, and
// repairs both, so that one mistake does not make the parser stumble over everything behind it.
#pragma once
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

namespace syntax {

/// Deeper nesting is refused: the parser recurses.
inline constexpr std::size_t nesting_max = 256;

/// Drops comments; closes strings; drops or replaces characters that mean nothing, and what other languages
/// write otherwise.
Tokens repair_tokens(Tokens tokens, Diagnostics& diagnostics);

/// Puts the quotes in that are missing in logs, where it is clear where they belong. The tokens may hold
/// comments.
Tokens with_missing_quotes(Tokens tokens, Diagnostics& diagnostics);

/// Replaces the characters that only look like those of the language. The tokens hold no comments.
Tokens plain_characters(Tokens tokens, Diagnostics& diagnostics);

/// Takes out the lines that are comments or rules of other languages; a rule in a function leaves a statement
/// behind. The tokens hold no comments.
Tokens without_foreign_lines(Tokens tokens, Diagnostics& diagnostics);

/// Puts what was meant into the place of what other languages write: `elseif`, `a not in b`, `Filter:IP`. The
/// tokens hold no comments.
Tokens respell(const Tokens& tokens, Diagnostics& diagnostics);

/// How many tokens from `first` on look like one number or address without being one: `2001:db8::1`,
/// `80..443`, `-1`. 0 or at least 2.
std::size_t tokens_of_one_number(const Tokens& tokens, std::size_t first);

/// `5 min`, `300s`.
bool is_number_with_unit(const std::string& text);

/// A message about a text that looks like a number, and how it would be written.
struct NumberTrouble {
    std::string message;
    std::string hint;
};
NumberTrouble trouble_with_number(const std::string& text);

/// Whether the brace at `index` opens the body of a function, an `if` or an `else`, and not an object.
bool opens_body(const Tokens& tokens, std::size_t index);

/// Whether no declaration outside of all brackets can go on behind these tokens with a name on a new line.
bool end_declaration(const Tokens& tokens);

struct Balanced {
    Tokens tokens;
    bool too_deep = false; ///< the tokens must not be parsed
};

/// Makes every bracket have its partner.
Balanced balance(const Tokens& tokens, Diagnostics& diagnostics);

/// The tokens without the declaration, statement or member that starts at `part`, at whose token `index` the
/// parser could not go on. What is left parses as if that part had been written well.
Tokens without_part(const Tokens& tokens, std::size_t part, std::size_t index);

} // namespace syntax
