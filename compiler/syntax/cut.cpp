// How the parser goes on behind a syntax error: the smallest part that surely holds the mistake is cut out,
// and the rest is parsed again. Parts are recognised by their lines, which is how people separate them.
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/repair.hpp"

#include <algorithm>
#include <optional>

namespace syntax {

namespace {

/// The innermost opening brace around each token; `none` outside of all. A brace itself is outside.
constexpr auto none = static_cast<std::size_t>(-1);

std::vector<std::size_t> braces_around(const Tokens& tokens) {
    std::vector<std::size_t> around;
    std::vector<std::size_t> open{none};
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].kind == TokenKind::close_brace && open.size() > 1) open.pop_back();
        around.push_back(open.back());
        if (tokens[i].kind == TokenKind::open_brace) open.push_back(i);
    }
    return around;
}

/// The parentheses of the `if` that the token is in; what is between them has no braces.
std::optional<Range> condition_around(const Tokens& tokens, std::size_t index) {
    std::size_t depth = 0, begin = index;
    for (;; --begin) {
        if (begin == 0 || tokens[begin - 1].kind == TokenKind::open_brace ||
            tokens[begin - 1].kind == TokenKind::close_brace)
            return std::nullopt;
        const auto kind = tokens[begin - 1].kind;
        if (is_close_bracket(kind)) ++depth;
        const bool is_outermost = begin > 1 && kind == TokenKind::open_paren && tokens[begin - 2].kind == TokenKind::if_;
        if (is_outermost && depth == 0) break;
        if (is_open_bracket(kind) && depth > 0) --depth;
    }
    depth = 0;
    auto end = begin;
    for (; end < tokens.size() && (depth > 0 || !is_close_bracket(tokens[end].kind)); ++end)
        if (tokens[end].kind == TokenKind::open_brace)
            return std::nullopt;
        else if (is_open_bracket(tokens[end].kind))
            ++depth;
        else if (is_close_bracket(tokens[end].kind))
            --depth;
    const bool is_whole = end > begin && end + 1 < tokens.size() && tokens[end].kind == TokenKind::close_paren &&
                          tokens[end + 1].kind == TokenKind::open_brace;
    return is_whole ? std::optional(Range{begin, end}) : std::nullopt;
}

/// Behind what closes the lists and parentheses that the part opens, where that is not the mistake.
std::size_t past_lists(const Tokens& tokens, Range part) {
    std::ptrdiff_t depth = 0;
    auto end = part.begin;
    for (; end < tokens.size() && (end < part.end || depth > 0); ++end) {
        const auto kind = tokens[end].kind;
        if (kind == TokenKind::if_ && end >= part.end) return part.end;
        if (kind == TokenKind::open_bracket || kind == TokenKind::open_paren) ++depth;
        if (kind == TokenKind::close_bracket || kind == TokenKind::close_paren) --depth;
    }
    return end;
}

/// What stands where a part was cut out that something must stand for.
Token placeholder_for(Token token) {
    token.kind = TokenKind::name;
    token.text = left_out;
    token.inserted = true;
    return token;
}

Tokens with_placeholder(const Tokens& tokens, Range part) {
    Tokens result(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(part.begin));
    result.push_back(placeholder_for(tokens[part.begin]));
    result.insert(result.end(), tokens.begin() + static_cast<std::ptrdiff_t>(part.end), tokens.end());
    return result;
}

} // namespace

bool opens_body(const Tokens& tokens, std::size_t index) {
    const auto kind = [&](std::size_t back) {
        return back > index ? TokenKind::end_of_file : tokens[index - back].kind;
    };
    if (kind(1) == TokenKind::close_paren || kind(1) == TokenKind::else_) return true;
    const bool unnamed =
        kind(1) == TokenKind::name && kind(2) == TokenKind::colon && kind(3) == TokenKind::colon;
    const bool named =
        kind(1) == TokenKind::name && kind(2) == TokenKind::name && kind(3) == TokenKind::colon;
    return unnamed || named;
}

bool end_declaration(const Tokens& tokens) {
    if (tokens.empty()) return true;
    const auto last = tokens.back().kind;
    if (is_close_bracket(last) || is_literal(last)) return true;
    const auto before = tokens.size() > 1 ? tokens[tokens.size() - 2].kind : TokenKind::end_of_file;
    return last == TokenKind::name && (before == TokenKind::colon || before == TokenKind::dot);
}

Tokens without_part(const Tokens& tokens, std::size_t part, std::size_t index) {
    // What a condition decides about is read, whatever it asks.
    if (const auto condition = condition_around(tokens, std::min(index, tokens.size())))
        return with_placeholder(tokens, *condition);
    const auto around = braces_around(tokens);
    const auto starts_line = [&](std::size_t i) {
        return i == 0 || tokens[i].span.begin.line != tokens[i - 1].span.begin.line;
    };
    const bool at_end = index >= tokens.size();
    auto begin = std::min(part, tokens.size() - 1);
    const bool at_closer = !at_end && tokens[index].kind == TokenKind::close_brace;
    // A mistake deeper inside costs its line there, not the whole part around it.
    if (!at_end && !at_closer && around[begin] != around[index]) {
        begin = index;
        while (begin > 0 && around[begin - 1] == around[index] && !starts_line(begin) &&
               tokens[begin - 1].kind != TokenKind::close_brace)
            --begin;
    }
    const auto brace = around[begin];
    auto end = std::max(begin, std::min(index, tokens.size()));
    const auto leaves = [&](std::size_t i) {
        return tokens[i].kind == TokenKind::close_brace && brace != none && around[i] == around[brace];
    };
    while (end < tokens.size() && !leaves(end) &&
           (end <= index || !starts_line(end) || around[end] != brace ||
            tokens[end].kind == TokenKind::close_brace))
        ++end;
    end = past_lists(tokens, {begin, end});
    Tokens result(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(begin));
    if (brace != none && opens_body(tokens, brace)) {
        result.push_back(placeholder_for(tokens[begin]));
    }
    // The comma before the next member may have gone with the part.
    const bool lost_comma = brace != none && !opens_body(tokens, brace) && begin > 0 &&
                            (ends_value(tokens[begin - 1].kind) || tokens[begin - 1].kind == TokenKind::close_brace) &&
                            end < tokens.size();
    const auto behind = result.size();
    result.insert(result.end(), tokens.begin() + static_cast<std::ptrdiff_t>(end), tokens.end());
    if (lost_comma) result[behind].inserted = true;
    return result;
}

} // namespace syntax
