// The parentheses and braces of an `if`.
#include "compiler/syntax/respell.hpp"

namespace syntax::respelling {

namespace {

/// `if (a == b):` and `else:`, as Python has them.
bool colon_for_brace(Cursor& at) {
    if (!at.is(0, K::colon) || at.is(1, K::open_brace) ||
        (at.next + 1 < at.tokens.size() && !at.starts_line(1)))
        return false;
    const bool of_if = at.before() == K::close_paren && at.open_before_closer == K::if_;
    const bool of_else =
        at.before() == K::else_ && at.out.size() > 1 && at.out[at.out.size() - 2].kind == K::close_brace;
    if (!of_if && !of_else) return false;
    at.report(Kind::syntax_error, at.token().span, "the body of an `if` stands in braces", "write `{` … `}`");
    at.put(K::open_brace, "{", at.token().span);
    at.open.push_back({K::open_brace, true});
    ++at.next;
    return true;
}

/// `if a == b {`, `if a == b) {` and `if (a) and (b) {`: the parentheses around the whole are added.
bool bare_parentheses(Cursor& at) {
    if (!at.is(0, K::if_) || at.is(1, K::colon) || at.before() == K::colon || at.before() == K::dot)
        return false;
    constexpr std::size_t tokens_max = 500; // nobody's conditions are longer
    std::size_t depth = 0, end = 1;
    const bool is_opened = at.is(1, K::open_paren) || at.is(1, K::open_bracket) || at.is(1, K::open_brace);
    bool is_bare = !is_opened, has_closer = false;
    for (; end < tokens_max && at.next + end < at.tokens.size(); ++end) {
        const auto kind = at.token(end).kind;
        if (kind == K::open_brace && (depth > 0 || at.token(end - 1).kind == K::in)) return false;
        if (kind == K::open_brace || kind == K::close_brace || kind == K::if_) break;
        if (kind == K::open_paren || kind == K::open_bracket) ++depth;
        if (kind != K::close_paren && kind != K::close_bracket) continue;
        has_closer = depth == 0;
        if (depth > 0 && --depth == 0 && kind == K::close_paren)
            is_bare |= at.is(end + 1, K::and_) || at.is(end + 1, K::or_);
        if (has_closer) {
            ++end;
            break;
        }
    }
    if (!is_bare || depth > 0 || end < 2 || !at.is(end, K::open_brace)) return false;
    at.report(Kind::syntax_error, at.token(1).span, "the condition of an `if` stands in parentheses",
              "write `if (condition) { … }`");
    at.take();
    at.put(K::open_paren, "(", at.token().span);
    at.open.push_back({K::open_paren, false, false, at.out.size() - 1});
    if (!has_closer) at.close_before = at.next + end - 1;
    return true;
}

/// `else (a == b) {`.
bool else_with_condition(Cursor& at) {
    const bool is_one = at.is(0, K::else_) && at.before() == K::close_brace && at.opens_block();
    if (!is_one) return false;
    at.report(Kind::syntax_error, at.token().span, "an `else` has no condition", "write `else if`");
    at.put(K::else_, "else", at.token().span);
    at.put(K::if_, "if", at.token().span);
    return ++at.next, true;
}

} // namespace

bool conditions(Cursor& at) { return else_with_condition(at) || bare_parentheses(at) || colon_for_brace(at); }

} // namespace syntax::respelling
