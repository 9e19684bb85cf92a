// What an Assert is about, and what stands between that and its body.
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

namespace syntax::respelling {

namespace {

/// Whether the parenthesis, by its index in what has been put out, opens what an Assert is about.
bool opens_target(const Cursor& at, std::size_t opener) {
    return opener > 4 && at.out[opener].kind == K::open_paren && at.out[opener - 1].kind == K::name &&
           at.out[opener - 3].kind == K::colon && lower(at.out[opener - 5].text) == "assert";
}

bool begins_target(const Cursor& at) {
    return at.before() == K::open_paren && opens_target(at, at.out.size() - 1);
}

/// `Assert::IP a(lan => wan)`, `(lan, wan)`, `(from lan to wan)`, `(lan wan)`, and `(lan->wan)`, where the
/// hyphen belongs to the name: whatever stands between two names there is meant to be an arrow, and `<-` one
/// from the other end.
bool path(Cursor& at) {
    if (!begins_target(at)) return false;
    const std::size_t first = at.word_at(0) == "from" && at.is(1, K::name) && at.word_at(1) != "to" ? 1 : 0;
    auto last = first + 1;
    while (last < first + 5 && !(at.is(last, K::name) && at.is(last + 1, K::close_paren))) ++last;
    if (!at.is(first, K::name) || last == first + 5 || at.is(first + 1, K::arrow) || at.is(first + 1, K::dot))
        return false;
    auto from = at.token(first).text;
    while (from.ends_with('-')) from.pop_back();
    auto to = at.token(last).text;
    const bool is_tight = from != at.token(first).text;
    const bool is_chain = !is_tight && names_chain(lower(to));
    if (at.is(first + 1, K::less) && last > first + 2) std::swap(from, to);
    auto span = is_tight ? at.token(first).span : join(at.token(first + 1).span, at.token(last - 1).span);
    if (first > 0 || last == first + 1) span = join(at.token().span, at.token(last).span);
    at.report(Kind::syntax_error, span,
              is_chain ? "a chain stands behind its Iface with a `.` between"
                       : "a path leads from one Iface to another by `->`, with blanks round it",
              "write `" + from + (is_chain ? "." : " -> ") + to + "`");
    at.put(K::name, from, at.token(first).span);
    at.put(is_chain ? K::dot : K::arrow, is_chain ? "." : "->", at.token(first + 1).span);
    at.put(K::name, to, at.token(last).span);
    return at.next += last + 1, true;
}

/// `Assert::IP a(eth0.prerouting: f)`: what stands on the chain is not said again.
bool chain(Cursor& at) {
    const bool is_one = at.is(0, K::colon) && at.before() == K::name && at.in(K::open_paren) &&
                        opens_target(at, at.open.back().index) && at.is(1, K::name) &&
                        at.is(2, K::close_paren);
    if (!is_one) return false;
    const auto first = at.open.back().index + 1;
    // The Gateway is known by its name.
    for (std::size_t i = 0; i + 1 < at.tokens.size() && lower(at.out[first].text) == "gateway"; ++i)
        if (lower(at.tokens[i].text) == "gateway" && at.tokens[i + 1].kind == K::name)
            at.out[first].text = at.tokens[i + 1].text;
    std::string chain;
    for (auto i = first; i < at.out.size(); ++i) chain += at.out[i].text;
    at.report(Kind::syntax_error, join(at.token().span, at.token(1).span),
              "an Assert is about all that stands on a chain", "write `(" + chain + ")`");
    return at.next += 2, true;
}

bool ends_target(const Cursor& at) {
    constexpr std::size_t tokens_max = 8; // `(eth0.prerouting)`, `(lan -> wan)`
    if (at.before() != K::close_paren) return false;
    for (auto i = at.out.size() - 1; i > 0 && at.out.size() - i < tokens_max; --i)
        if (at.out[i].kind == K::open_paren) return opens_target(at, i);
    return false;
}

/// `Assert::IP a(lan.input): { … }`, and `a(lan.input): ip.ttl < 5 implies drop`, which is all on its line.
bool claim(Cursor& at) {
    if (!at.open.empty() || !ends_target(at) || at.is(0, K::open_brace) || at.starts_line()) return false;
    const auto span = at.token().span;
    if (at.is(0, K::colon) && (at.is(1, K::open_brace) || at.starts_line(1))) {
        at.report(Kind::syntax_error, span, "an Assert has no `:` before its body", "leave it out");
        return ++at.next, true;
    }
    const auto count = at.tokens_on_line();
    for (std::size_t i = 0; i < count; ++i)
        if (is_open_bracket(at.token(i).kind) || is_close_bracket(at.token(i).kind)) return false;
    const std::size_t first = at.is(0, K::colon) ? 1 : 0;
    const auto verdict = count - 1;
    const bool decides = is_verdict(at.word_at(verdict));
    auto end = verdict;
    while (end > first && (one_of(at.word_at(end - 1), {"implies", "then", "means", "gives"}) ||
                           at.is(end - 1, K::arrow) || at.is(end - 1, K::comma) || at.is(end - 1, K::colon)))
        --end;
    const bool asks = end > first && (end < verdict || !decides);
    const auto condition = asks && decides ? at.written(first, end) : "…";
    const auto decision = decides ? at.token(verdict).text : "drop";
    at.report(
        Kind::syntax_error, join(span, at.token(verdict).span), "the body of an Assert stands in braces",
        "write `{ " + (asks || !decides ? "if (" + condition + ") { " + decision + " }" : decision) + " }`");
    at.put(K::open_brace, "{", span);
    at.put(K::name, left_out, span);
    at.put(K::close_brace, "}", span);
    return at.next += count, true;
}

} // namespace

bool asserts(Cursor& at) { return path(at) || chain(at) || claim(at); }

} // namespace syntax::respelling
