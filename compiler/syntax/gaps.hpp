// What stands between the tokens of a file and means nothing to the parser: comments and line breaks.
#pragma once
#include "compiler/syntax/token.hpp"

namespace syntax {

struct Comment {
    std::string text; ///< lines end with `\n`; a comment to the end of its line has no trailing blanks
    std::uint32_t column = 1; ///< where it was written: its further lines are relative to that

    /// Nothing can stand behind it on its line; after a comment of several lines nothing shall.
    bool ends_line() const { return !text.starts_with("/*") || text.find('\n') != std::string::npos; }
};

struct Gap {
    std::vector<Comment> comments;
    /// How many line breaks there are before each comment and behind the last: one more than comments.
    std::vector<std::uint32_t> newlines{0};

    bool breaks() const;
    /// The layout has no say: a comment stands on a line of its own, or ends one.
    bool forces_break() const { return !comments.empty() && breaks(); }
};

struct Spaced {
    Tokens tokens;         ///< without comments; the last one is the end of the file
    std::vector<Gap> gaps; ///< each stands before the token of its index
};

/// Comments that stand before a comma and break its line go behind it: `a // why`, `, b` is `a, // why`, `b`.
Spaced spaced(FileId file, const Tokens& lexed);

} // namespace syntax
