#include "compiler/syntax/shape.hpp"

#include "compiler/syntax/utf8.hpp"

#include <algorithm>

namespace syntax {

Shape::Shape(Spaced file, const std::set<Position>& starts)
    : file_(std::move(file)), starts_(size()), partner_(size()), statements_(size()) {
    auto next = starts.begin(); // both are in the order of the file
    for (std::size_t i = 0; i < size(); ++i) {
        while (next != starts.end() && *next < token(i).span.begin) ++next;
        starts_[i] = next != starts.end() && *next == token(i).span.begin;
    }
    link_brackets();
    widths_.reserve(size() + 1);
    obstacles_.reserve(size() + 1);
    for (std::size_t i = 0; i < size(); ++i) {
        widths_.push_back(widths_.back() + characters_in(flat_gap(i)) + characters_in(token(i).text));
        obstacles_.push_back(obstacles_.back() + gap(i).forces_break() + must_break(i));
    }
}

void Shape::link_brackets() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < size(); ++i) {
        if (starts_[i] && !open.empty()) ++statements_[open.back()];
        if (is_open_bracket(kind(i))) open.push_back(i);
        if (!is_close_bracket(kind(i))) continue;
        partner_[open.back()] = i;
        open.pop_back();
    }
}

bool Shape::is_empty(std::size_t open) const {
    return partner_[open] == open + 1 && gap(open + 1).comments.empty();
}

bool Shape::opens(std::size_t i) const {
    if (!is_open_bracket(kind(i)) || is_empty(i)) return false;
    return kind(i) != TokenKind::open_paren || kind(i + 1) != TokenKind::minus;
}

bool Shape::is_key(std::size_t i) const {
    return (i > 0 && kind(i - 1) == TokenKind::dot) || (i + 1 < size() && kind(i + 1) == TokenKind::colon);
}

bool Shape::is_operator(std::size_t i, TokenKind which) const { return kind(i) == which && !is_key(i); }

bool Shape::is_spaced(std::size_t i) const {
    if (i == 0) return false;
    const auto before = kind(i - 1), after = kind(i);
    const auto either = [&](TokenKind which) { return before == which || after == which; };
    if (before == TokenKind::open_paren || before == TokenKind::open_bracket) return false;
    if (after == TokenKind::close_paren || after == TokenKind::close_bracket) return false;
    if (after == TokenKind::comma || after == TokenKind::colon) return false;
    if (either(TokenKind::dot) || either(TokenKind::slash)) return false;
    if (before == TokenKind::open_brace && after == TokenKind::close_brace) return false;
    if (before == TokenKind::colon) return kind(i - 2) != TokenKind::colon;
    if (before == TokenKind::minus) return i < 2 || kind(i - 2) != TokenKind::open_paren;
    if (after == TokenKind::open_paren && is_key(i - 1)) return false;
    if (before == TokenKind::not_) return token(i - 1).text != "!";
    return before != TokenKind::name || after != TokenKind::open_paren;
}

std::string Shape::flat_gap(std::size_t i) const {
    const auto& comments = gap(i).comments;
    if (comments.empty()) return is_spaced(i) ? " " : "";
    const bool after_bracket =
        i > 0 && (kind(i - 1) == TokenKind::open_paren || kind(i - 1) == TokenKind::open_bracket);
    std::string text = i == 0 || after_bracket ? "" : " ";
    for (std::size_t k = 0; k < comments.size(); ++k) text += (k == 0 ? "" : " ") + comments[k].text;
    const bool closes = kind(i) == TokenKind::close_paren || kind(i) == TokenKind::close_bracket ||
                        kind(i) == TokenKind::comma;
    return text + (closes ? "" : " ");
}

bool Shape::must_break(std::size_t i) const {
    if (kind(i) == TokenKind::open_brace || kind(i) == TokenKind::open_bracket)
        return !is_empty(i) &&
               (statements_[i] > 1 || token(i).span.end.line != token(partner_[i]).span.begin.line);
    const bool at_else = is_operator(i, TokenKind::else_) || (i > 0 && is_operator(i - 1, TokenKind::else_));
    return at_else && gap(i).breaks();
}

bool Shape::may_be_flat(Range range) const {
    const auto before_first = static_cast<std::size_t>(gap(range.begin).forces_break());
    return obstacles_[range.end] - obstacles_[range.begin] == before_first;
}

std::size_t Shape::flat_width(Range range) const {
    return widths_[range.end] - widths_[range.begin] - characters_in(flat_gap(range.begin));
}

std::vector<Range> Shape::declarations() const { return split({0, size() - 1}, false); }

std::vector<Range> Shape::items(std::size_t open) const {
    return split({open + 1, partner_[open]}, kind(open) == TokenKind::open_paren);
}

bool Shape::is_plain(std::size_t open) const {
    if (kind(open) == TokenKind::open_brace) return false;
    for (auto i = open + 1; i < partner_[open]; ++i)
        if (opens(i) || is_operator(i, TokenKind::and_) || is_operator(i, TokenKind::or_)) return false;
    return true;
}

/// Items begin where statements and declarations do, behind commas, and in a condition at the operators that
/// bind least.
std::vector<Range> Shape::split(Range content, bool in_parens) const {
    std::vector<std::size_t> begins, ands, ors;
    for (auto i = content.begin; i < content.end; ++i) {
        if (i == content.begin || starts_[i] || kind(i - 1) == TokenKind::comma) begins.push_back(i);
        if (in_parens && is_operator(i, TokenKind::and_)) ands.push_back(i);
        if (in_parens && is_operator(i, TokenKind::or_)) ors.push_back(i);
        if (is_open_bracket(kind(i))) i = partner_[i];
    }
    const auto& operators = ors.empty() ? ands : ors;
    begins.insert(begins.end(), operators.begin(), operators.end());
    std::sort(begins.begin(), begins.end());
    std::vector<Range> result;
    for (std::size_t k = 0; k < begins.size(); ++k)
        result.push_back({begins[k], k + 1 < begins.size() ? begins[k + 1] : content.end});
    return result;
}

} // namespace syntax
