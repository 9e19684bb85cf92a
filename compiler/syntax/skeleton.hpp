// Which token may follow which: the grammar without its trees, for the search that puts brackets right. The parser
// needs brackets that match; this needs none, takes every token, and says how well it fits.
#pragma once
#include "compiler/syntax/token.hpp"

#include <optional>

namespace syntax {

/// What the innermost open bracket holds.
enum class Holds : std::uint8_t { file, body, object, list, arguments, condition, target };

/// What has been seen of the element that is being read.
enum class At : std::uint8_t {
    start,     ///< nothing
    word,      ///< a name
    dot,       ///< `name.`
    typed,     ///< `Iface eth0`
    colon,     ///< `name:`
    colons,    ///< `Filter::`
    subtype,   ///< `Filter::IP`
    named,     ///< `Filter::IP name`
    targeted,  ///< `Assert::IP name(…)`
    decided,   ///< a verdict
    question,  ///< `if`
    then,      ///< `if (…)`
    after_if,  ///< `if (…) { … }`
    otherwise, ///< `else`
    key,       ///< `name` in an object
    value,     ///< what a value follows
    after,     ///< a value
    member,    ///< a value and `.`
};

struct Context {
    Holds holds = Holds::file;
    At at = At::start;
};

/// What a token that does not fit costs, and what is only unusual.
inline constexpr int misfit_cost = 5;
inline constexpr int missing_comma_cost = 2;
inline constexpr int undecided_cost = 1;
inline constexpr int parenthesis_cost = 2; ///< around a value, which only negative numbers have

struct Step {
    At next{};                    ///< for an opener: behind what it opens
    std::optional<Holds> opens{}; ///< for an opener
    int cost = 0;
};

/// Takes any token but a closer.
Step step(Context context, const Token& token);

/// What it costs to close the innermost bracket here.
int closing_cost(Context context);

/// The opener that may stand here although it does not: one before `next`, followed by `after_next`.
std::optional<TokenKind> opener_wanted(Context context, TokenKind next, TokenKind after_next);

} // namespace syntax
