#include "compiler/syntax/written.hpp"

namespace syntax {

namespace {

using K = TokenKind;

bool is(const Tokens& tokens, std::size_t i, K kind) { return i < tokens.size() && tokens[i].kind == kind; }

bool is_word(const Tokens& tokens, std::size_t i) {
    return i < tokens.size() && (tokens[i].kind == K::name || is_literal(tokens[i].kind));
}

bool is_keyword(const Tokens& tokens, std::size_t i) {
    return i < tokens.size() && tokens[i].kind <= K::false_;
}

bool starts_line(const Tokens& tokens, std::size_t i) {
    return i == 0 || i >= tokens.size() || tokens[i - 1].span.end.line != tokens[i].span.begin.line;
}

/// Behind the closer of a list of values; `first` where it is none.
std::size_t end_of_list(const Tokens& tokens, std::size_t first) {
    auto i = first + 1;
    while (const auto count = tokens_of_value(tokens, i)) {
        i += count;
        if (!is(tokens, i, K::comma)) break;
        ++i;
    }
    return is(tokens, i, K::close_bracket) ? i + 1 : first;
}

} // namespace

std::string written(const Tokens& tokens, Range range) {
    std::string text;
    for (auto i = range.begin; i < range.end; ++i) {
        const bool apart =
            i > range.begin && tokens[i - 1].span.end != tokens[i].span.begin && tokens[i].kind != K::comma;
        text += (apart ? " " : "") + tokens[i].text;
    }
    return text;
}

std::size_t tokens_of_value(const Tokens& tokens, std::size_t first) {
    if (is(tokens, first, K::open_bracket)) return end_of_list(tokens, first) - first;
    if (!is_word(tokens, first)) return 0;
    auto end = first + 1;
    if (tokens[first].kind == K::name)
        while (is(tokens, end, K::dot) && (is(tokens, end + 1, K::name) || is_keyword(tokens, end + 1)))
            end += 2;
    const bool is_pair = is(tokens, end, K::slash) || is(tokens, end, K::minus);
    return is_pair && is_word(tokens, end + 1) ? end + 2 - first : end - first;
}

std::string value_at(const Tokens& tokens, std::size_t first) {
    const auto count = tokens_of_value(tokens, first);
    return count == 0 ? "…" : written(tokens, {first, first + count});
}

std::optional<Listed> values_as_list(const Tokens& tokens, std::size_t first) {
    std::size_t values = 0;
    auto i = first;
    while (const auto count = tokens_of_value(tokens, i)) {
        i += count;
        ++values;
        if (!is(tokens, i, K::comma)) break;
        ++i;
    }
    const bool is_over = starts_line(tokens, i) || is_close_bracket(tokens[i].kind) ||
                         is(tokens, i, K::and_) || is(tokens, i, K::or_);
    if (values < 2 || !is_over || is(tokens, i - 1, K::comma)) return std::nullopt;
    return Listed{'[' + written(tokens, {first, i}) + ']', i};
}

bool is_set_at(const Tokens& tokens, std::size_t first) {
    if (is(tokens, first, K::open_bracket)) return true;
    return is_word(tokens, first) && (is(tokens, first + 1, K::slash) || is(tokens, first + 1, K::minus));
}

} // namespace syntax
