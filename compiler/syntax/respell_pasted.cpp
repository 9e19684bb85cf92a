// What merging and pasting leave behind: conflicts, and lines that stand twice.
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
    if (at.braces_match || !at.starts_line()) return false;
    const auto count = at.tokens_on_line();
    if (count < 2 || at.next < count || !at.is(count - 1, K::open_brace)) return false;
    const auto first = at.next - count;
    if (at.tokens[first].span.begin.line + 1 != at.token().span.begin.line) return false;
    for (std::size_t i = 0; i < count; ++i)
        if (at.tokens[first + i].text != at.token(i).text) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(count - 1).span), "this line stands twice",
              "leave one of them out");
    at.next += count;
    return true;
}

} // namespace syntax::respelling
