// Two values where one belongs: a name or literal that is followed by another value on its line.
#include "compiler/syntax/respell.hpp"

namespace syntax::respelling {

namespace {

bool is_scalar(const Cursor& at, std::size_t i) { return at.is(i, K::name) || at.is_literal_at(i); }

bool opens_value(const Cursor& at, std::size_t i) { return at.is(i, K::open_brace) || at.is(i, K::open_bracket); }

/// `Iface a 10.0.0.1 {`.
bool of_declaration(Cursor& at) {
    const bool is_one = at.open.empty() && at.starts_line() && names_type(at.token().text) && at.is(1, K::name) &&
                        at.is_literal_at(2) && opens_value(at, 3) && !at.starts_line(3);
    if (!is_one) return false;
    at.take();
    at.take();
    at.report(Kind::syntax_error, at.token().span, quoted(at.token().text) + " has no meaning before " +
              quoted(at.token(1).text), "leave it out");
    ++at.next;
    return true;
}

/// `saddr: host 10.0.0.1`, `web: net 10.0.0.0/8`: the value says what it is.
bool word_before_value(Cursor& at) {
    const bool is_value = at.before() == K::colon || (at.before() == K::comma && at.in(K::open_bracket)) ||
                          at.before() == K::open_bracket;
    if (!is_value || !says_sort_of_value(at.word_at(0)) || at.starts_line(1)) return false;
    if (!at.is_literal_at(1) && !at.is(1, K::open_bracket)) return false;
    at.report(Kind::syntax_error, at.token().span, quoted(at.token().text) + " has no meaning here",
              "write `" + at.value_at(1) + "`");
    return ++at.next, true;
}

} // namespace

bool doubled_values(Cursor& at) {
    if (of_declaration(at) || word_before_value(at)) return true;
    const bool is_member = at.before() == K::colon && at.in(K::open_brace) && !at.open.back().is_body && is_scalar(at, 0) &&
                           at.next + 1 < at.tokens.size() && !at.starts_line(1);
    if (!is_member) return false;
    if (opens_value(at, 1)) {
        at.report(Kind::syntax_error, at.token().span, quoted(at.token().text) + " has no meaning before " +
                  quoted(at.token(1).text), "leave one of the two values out");
        return ++at.next, true;
    }
    if (const auto text = at.written(0, 2); at.is(1, K::name) && is_number_with_unit(text)) {
        at.out.push_back({K::bad_number, text, join(at.token().span, at.token(1).span)});
        return at.next += 2, true;
    }
    const bool is_truth = at.is(0, K::true_) || at.is(0, K::false_);
    const std::size_t second = is_truth && at.is(1, K::minus) ? 2 : 1;
    const auto end = second + 1;
    if (!is_scalar(at, second) || at.next + end >= at.tokens.size() || at.starts_line(second)) return false;
    const bool is_over = at.is(end, K::comma) || is_close_bracket(at.token(end).kind) || at.starts_line(end);
    if (!is_over) return false;
    const auto span = join(at.token().span, at.token(second).span);
    at.report(Kind::syntax_error, at.token(second).span, "there is a value before this", "leave one of the two out");
    at.put(K::name, left_out, span);
    at.next += end;
    return true;
}

} // namespace syntax::respelling
