// Tokens as the lexer yields them and the repair pass hands them on.
#pragma once
#include "compiler/syntax/source.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace syntax {

enum class TokenKind : std::uint8_t {
#define TOKEN(name, RULE, text) name,
#include "compiler/syntax/tokens.def"
    end_of_file,
};

inline constexpr std::array token_texts = {
#define TOKEN(name, RULE, text) std::string_view{text},
#include "compiler/syntax/tokens.def"
    std::string_view{"the end of the file"},
};

/// How a message names a kind of token.
constexpr std::string_view text_of(TokenKind kind) { return token_texts[static_cast<std::size_t>(kind)]; }

constexpr bool is_literal(TokenKind kind) {
    return kind == TokenKind::true_ || kind == TokenKind::false_ ||
           (kind >= TokenKind::address && kind <= TokenKind::string);
}
constexpr bool is_relation(TokenKind kind) {
    return (kind >= TokenKind::equal && kind <= TokenKind::greater) || kind == TokenKind::in;
}
/// Whether the last token of a value can be one of this kind.
constexpr bool ends_value(TokenKind kind) {
    return is_literal(kind) || kind == TokenKind::name || kind == TokenKind::close_paren ||
           kind == TokenKind::close_bracket;
}

struct Token {
    TokenKind kind{};
    std::string text;
    Span span;
    bool inserted = false; ///< by the repair pass, which has said why
};

using Tokens = std::vector<Token>;

/// Tokens from `begin` up to, not including, `end`.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

constexpr bool is_open_bracket(TokenKind kind) {
    return kind == TokenKind::open_brace || kind == TokenKind::open_bracket || kind == TokenKind::open_paren;
}

constexpr bool is_close_bracket(TokenKind kind) {
    return kind == TokenKind::close_brace || kind == TokenKind::close_bracket ||
           kind == TokenKind::close_paren;
}

} // namespace syntax
