// The least change to the brackets of a file after which they match and what they hold makes sense.
#pragma once
#include "compiler/syntax/token.hpp"

namespace syntax {

struct BracketEdit {
    enum class What : std::uint8_t {
        close,
        open,
        open_member, ///< and its key is missing too
        drop,
        replace
    };
    What what{};
    std::size_t at = 0;     ///< the token before which one is put, or that goes
    TokenKind bracket{};    ///< the one put there
    /// Of a closer: the token that opens what it closes. The file's end for an opener that is itself put there.
    std::size_t opener = 0;
};

/// In the order of the file.
std::vector<BracketEdit> least_bracket_edits(const Tokens& tokens);

} // namespace syntax
