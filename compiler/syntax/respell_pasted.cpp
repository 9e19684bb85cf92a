// What merging and pasting leave behind: conflicts, lines and keys that stand twice, members without their keys.
#include "compiler/syntax/respell.hpp"

namespace syntax::respelling {

/// `<<<<<<< HEAD` … `=======` … `>>>>>>> theirs`: the second version is left out.
bool merge_conflict(Cursor& at) {
    if (at.token().span.begin.column != 1) return false;
    const auto marker = [&](std::size_t first) {
        std::string text;
        for (auto i = first;
             i < at.tokens.size() && at.tokens[i].span.begin.line == at.tokens[first].span.begin.line; ++i)
            if (i == first || at.tokens[i].span.begin == at.tokens[i - 1].span.end) text += at.tokens[i].text;
        const char c = text[0];
        const bool fits = (c == '<' || c == '=' || c == '>') && text.find_first_not_of(c) >= 7;
        return fits && text.size() >= 7 ? c : '\0';
    };
    const char kind = marker(at.next);
    if (kind == '\0') return false;
    if (kind == '<')
        at.report(Kind::syntax_error, at.token().span, "a merge left a conflict here",
                  "keep one of the two versions, and delete the lines `<<<<<<<`, `=======` and `>>>>>>>`");
    at.next += at.tokens_on_line();
    if (kind != '=') return true;
    auto end = at.next;
    while (end < at.tokens.size() && (at.tokens[end].span.begin.column != 1 || marker(end) != '>')) ++end;
    if (end < at.tokens.size()) at.next = end;
    return true;
}

bool doubled_opener(Cursor& at) {
    if (!at.starts_line()) return false;
    const auto count = at.tokens_on_line();
    if (count < 2 || at.next < count) return false;
    const bool is_unclosed = (at.is(count - 1, K::open_brace) && !at.braces_match) ||
                             (at.is(count - 1, K::open_bracket) && !at.lists_match);
    if (!is_unclosed) return false;
    const auto first = at.next - count;
    if (at.tokens[first].span.begin.line + 1 != at.token().span.begin.line) return false;
    for (std::size_t i = 0; i < count; ++i)
        if (at.tokens[first + i].text != at.token(i).text) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(count - 1).span), "this line stands twice",
              "leave one of them out");
    at.next += count;
    return true;
}

bool doubled_key(Cursor& at) {
    const bool begins = at.in(K::open_brace) ? !at.open.back().is_body && at.before() != K::colon
                                             : at.open.empty() && at.starts_line() && end_declaration(at.out);
    const std::size_t again = at.is(1, K::colon) ? 2 : 1;
    if (!begins || !at.is(again, K::name) || !at.is(again + 1, K::colon) || at.token(again).text != at.token().text ||
        at.starts_line(again))
        return false;
    at.report(Kind::syntax_error, at.token(again).span, quoted(at.token().text) + " stands twice",
              "leave one of them out");
    at.next += again;
    return true;
}

bool nameless_member(Cursor& at) {
    const bool is_one = at.is(0, K::colon) && at.in(K::open_brace) && !at.open.back().is_body &&
                        (at.before() == K::open_brace || at.before() == K::comma);
    if (!is_one) return false;
    const bool has_value = at.next + 1 < at.tokens.size() && !at.starts_line(1) && !at.is(2, K::colon) &&
                           !at.is(1, K::colon) && !is_close_bracket(at.token(1).kind);
    if (!has_value) {
        at.report(Kind::syntax_error, at.token().span, "`:` has no meaning here", "leave it out");
        return ++at.next, true;
    }
    at.report(Kind::missing_name, at.token().span, "this member has no name", "write `name: …`");
    at.put(K::name, left_out, at.token().span);
    at.take();
    return true;
}

bool parted_key(Cursor& at) {
    const bool begins = at.in(K::open_brace) && !at.open.back().is_body &&
                        (at.before() == K::open_brace || at.before() == K::comma || at.starts_line());
    if (!begins || !at.is(2, K::colon) || at.starts_line(1) || at.starts_line(2)) return false;
    const auto& odd = at.token(1);
    if (odd.kind == K::name || odd.kind == K::colon || odd.kind == K::dot) return false;
    at.report(Kind::syntax_error, odd.span, quoted(odd.text) + " has no meaning before a `:`", "leave it out");
    at.take();
    ++at.next;
    return true;
}

} // namespace syntax::respelling
