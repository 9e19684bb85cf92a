// Members and assignments that have a key, and no value behind it.
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

namespace syntax::respelling {

namespace {

/// From there on: `netmask:`, `eth1.netmask:`, `Iface eth2 {`, `Filter::IP f {`; none of these is a value.
bool declares(const Cursor& at, std::size_t i, bool at_top) {
    const bool is_key =
        at.is(i, K::name) || (!at_top && at.next + i < at.tokens.size() && at.token(i).kind <= K::false_);
    if (!is_key) return false;
    if (at_top && at.is(i + 1, K::name) && !at.starts_line(i + 1))
        return at.is(i + 2, K::open_brace) || at.is(i + 2, K::open_bracket);
    while (at.is(i + 1, K::dot) && at.is(i + 2, K::name)) i += 2;
    return at.is(i + 1, K::colon) && (at_top || !at.is(i + 2, K::colon));
}

} // namespace

bool missing_value(Cursor& at) {
    const bool at_top = at.open.empty();
    const bool in_object = at.in(K::open_brace) && !at.open.back().is_body &&
                           !at.open.back().is_braced_list &&
                           at.braces_match; // else it may be an object that has lost its brace
    if (!at.is(0, K::colon) || at.is(1, K::colon) || (!at_top && !in_object)) return false;
    if (at.out.empty() || (at.before() != K::name && at.before() > K::false_)) return false;
    auto first = at.out.size() - 1; // of the key
    while (first > 1 && at.out[first - 1].kind == K::dot) first -= 2;
    const auto before = first == 0 ? K::end_of_file : at.out[first - 1].kind;
    if (before == K::colon ||
        (at_top && first > 0 && at.out[first - 1].span.end.line == at.out[first].span.begin.line))
        return false; // `Filter::IP:`, `Iface eth0:`
    const bool is_behind_comma =
        in_object && at.is(1, K::comma) && !declares(at, 2, false) &&
        (at.is(2, K::name) || at.is(2, K::open_brace) || at.is(2, K::open_bracket) || at.is_literal_at(2));
    if (is_behind_comma) { // `address: , 10.0.0.1`
        at.report(Kind::syntax_error, at.token(1).span, "saw `,` where a value belongs", "leave it out");
        at.take();
        return ++at.next, true;
    }
    const bool is_left_out =
        in_object && (at.is(1, K::close_brace) ||
                      (at.is(1, K::comma) && (at.is(2, K::close_brace) || declares(at, 2, false))));
    // What stands farther in may be what the key is for.
    const bool goes_on = at.next + 1 < at.tokens.size() && at.starts_line(1) &&
                         at.token(1).span.begin.column <= at.out[first].span.begin.column &&
                         declares(at, 1, at_top);
    const bool ends_file = at_top && at.next + 1 == at.tokens.size();
    if (!is_left_out && !goes_on && !ends_file) return false;
    const auto key = written(at.out, {first, at.out.size()});
    at.report(Kind::syntax_error, join(at.out[first].span, at.out.back().span), quoted(key) + " has no value",
              "write `" + key + ": …`");
    const auto& colon = at.token().span;
    at.take();
    at.put(K::name, left_out, {colon.file, colon.end, colon.end});
    return true;
}

} // namespace syntax::respelling
