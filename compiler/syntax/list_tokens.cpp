#include "compiler/syntax/list_tokens.hpp"

#include "compiler/syntax/utf8.hpp"

#include <algorithm>

namespace syntax {

namespace {

/// Nothing for what is neither an integer nor four of them with dots between.
std::optional<TokenKind> number_kind(std::string_view word) {
    const auto dots = std::count(word.begin(), word.end(), '.');
    if (dots == 0) return TokenKind::integer;
    const bool has_gap = word.front() == '.' || word.back() == '.' || word.find("..") != std::string_view::npos;
    if (dots != 3 || has_gap) return std::nullopt;
    return TokenKind::address;
}

std::optional<TokenKind> kind_of(std::string_view word) {
    if (word == "-") return TokenKind::minus;
    if (word == "/") return TokenKind::slash;
    return number_kind(word);
}

/// How long the token or the comment is that the text starts with; 0 when it is neither.
std::size_t size_of_first(std::string_view text) {
    if (text.starts_with('#') || text.starts_with("//")) return std::min(text.find_first_of("\r\n"), text.size());
    if (text.starts_with('-') || text.starts_with('/')) return 1;
    return std::min(text.find_first_not_of("0123456789."), text.size());
}

} // namespace

std::optional<Tokens> list_tokens(FileId file, std::string_view text) {
    Tokens tokens;
    Position at;
    while (!text.empty()) {
        const char c = text.front();
        if (c == '\n' || c == ' ' || c == '\t' || c == '\r') {
            at = c == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.column + 1};
            text.remove_prefix(1);
            continue;
        }
        const auto size = size_of_first(text);
        const auto word = text.substr(0, size);
        const auto begin = at;
        at.column += characters_in(word);
        text.remove_prefix(size);
        if (word.starts_with('#') || word.starts_with("//")) continue;
        const auto kind = size == 0 ? std::nullopt : kind_of(word);
        if (!kind) return std::nullopt;
        tokens.push_back({*kind, std::string(word), {file, begin, at}});
    }
    return tokens;
}

} // namespace syntax
