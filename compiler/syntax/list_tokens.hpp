// Lists in files of their own may have a million lines, nearly all of them plain numbers and addresses. Those need
// no generated lexer.
#pragma once
#include "compiler/syntax/token.hpp"

#include <optional>

namespace syntax {

/// The tokens that `lex` would give, without comments; nothing when the text holds more than numbers, addresses, `-`,
/// `/` and comments to the end of a line.
std::optional<Tokens> list_tokens(FileId file, std::string_view text);

} // namespace syntax
