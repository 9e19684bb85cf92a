// The parentheses and braces of an `if`.
#include "compiler/syntax/lost_heading.hpp"
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

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

/// `if (tcp.dport) == 80 {`: the parenthesis closes too early.
bool closed_early(Cursor& at) {
    std::size_t closer = 3;
    while (at.is(closer, K::dot)) closer += 2;
    const bool is_one = at.is(0, K::if_) && at.is(1, K::open_paren) && at.is(2, K::name) && at.is(closer, K::close_paren) &&
                        at.next + closer + 1 < at.tokens.size() && is_relation(at.token(closer + 1).kind);
    std::size_t brace = closer + 1;
    while (is_one && at.next + brace < at.tokens.size() && !at.starts_line(brace) && !at.is(brace, K::open_brace) &&
           !at.is(brace, K::close_brace) && !at.is(brace, K::if_))
        ++brace;
    if (!is_one || !at.is(brace, K::open_brace)) return false;
    if (at.is(brace - 1, K::close_paren)) return false;
    at.report(Kind::syntax_error, at.token(closer).span, "the whole condition of an `if` stands in parentheses",
              "write `(" + at.written(2, closer) + ' ' + at.written(closer + 1, brace) + ")`");
    for (std::size_t i = 0; i < closer; ++i) at.take();
    ++at.next;
    at.close_before = at.next + brace - closer - 1;
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
    const auto condition = written(at.tokens, {at.next + 1, at.next + end - (has_closer ? 1 : 0)});
    at.report(Kind::syntax_error, join(at.token(1).span, at.token(end - 1).span),
              std::string(is_opened || at.is(1, K::not_) ? "the whole" : "the") +
                  " condition of an `if` stands in parentheses",
              "write `(" + condition + ")`");
    at.take();
    at.put(K::open_paren, "(", at.token().span);
    at.open.push_back({K::open_paren, false, false, at.out.size() - 1});
    if (!has_closer) at.close_before = at.next + end - 1;
    return true;
}

/// Where a statement begins, the first of something that is true or false.
bool begins_bare_condition(const Cursor& at) {
    const bool begins =
        (at.is(0, K::name) && !at.is(1, K::open_paren)) || at.is(0, K::not_) || at.is(0, K::open_paren);
    const bool in_body = !at.open.empty() && at.open.back().is_body;
    const auto before = at.before();
    const bool is_first = before == K::open_brace || before == K::close_brace ||
                          (at.starts_line() && (before == K::name || before == K::close_paren)); // and no `if`
    return begins && in_body && is_first;
}

/// From the next token on to the brace of its line: whether it is a condition, and no statement.
std::size_t tokens_of_bare_condition(const Cursor& at) {
    if (!begins_bare_condition(at)) return 0;
    bool compares = false;
    std::size_t depth = 0;
    for (std::size_t i = 0; at.next + i < at.tokens.size() && (i == 0 || !at.starts_line(i)); ++i) {
        const auto kind = at.token(i).kind;
        if (kind == K::open_brace && at.token(i - 1).kind != K::in) return compares && depth == 0 ? i : 0;
        if (kind == K::if_ || kind == K::else_ || kind == K::colon || kind == K::close_brace) return 0;
        if (is_open_bracket(kind)) ++depth;
        if (is_close_bracket(kind) && depth-- == 0) return 0;
        // `tries.exceeded`, and not `Filter.TCP`
        compares |= is_relation(kind) || (kind == K::dot && !one_of(at.word_at(0), {"filter", "nat", "assert"}));
    }
    return 0;
}

/// `a == b {` and `(a == b) {`.
bool missing_if(Cursor& at) {
    const auto count = tokens_of_bare_condition(at);
    if (count == 0) return false;
    const bool has_parentheses = at.is(0, K::open_paren) && at.closer_of(0) + 1 == count;
    const auto condition = written(at.tokens, {at.next, at.next + count});
    const auto& span = at.token().span;
    at.report(Kind::syntax_error, join(span, at.token(count - 1).span), "an `if` is missing before this",
              "write `if " + (has_parentheses ? condition : '(' + condition + ')') + "`");
    at.put(K::if_, "if", span);
    if (has_parentheses) return at.take(), true;
    at.put(K::open_paren, "(", span);
    at.open.push_back({K::open_paren, false, false, at.out.size() - 1});
    at.close_before = at.next + count;
    return true;
}

/// The subtype of the function around; empty where that is not known.
std::string subtype_around(const Cursor& at) {
    for (auto open = at.open.rbegin(); open != at.open.rend(); ++open) {
        constexpr std::size_t tokens_max = 12; // of a heading
        for (auto i = open->index; i > 1 && open->index - i < tokens_max; --i)
            if (at.out[i - 1].kind == K::colon && at.out[i - 2].kind == K::colon && at.out[i].kind == K::name)
                return at.out[i].text;
    }
    return {};
}

/// How many tokens stand on the line, up to the end of the body around; 0 where they open one.
std::size_t tokens_to_end_of_statement(const Cursor& at) {
    std::size_t depth = 0, i = 0;
    for (; at.next + i < at.tokens.size() && (i == 0 || !at.starts_line(i)); ++i) {
        const auto kind = at.token(i).kind;
        if (kind == K::open_brace || kind == K::if_ || kind == K::else_ || kind == K::bad_character) return 0;
        if (is_open_bracket(kind)) ++depth;
        if (is_close_bracket(kind) && depth-- == 0) break;
    }
    return i;
}

/// `not tcp.dport == 25` and `tcp.dport == 25: reject` as statements.
bool lone_condition(Cursor& at) {
    if (!at.braces_match || !begins_bare_condition(at)) return false;
    const auto count = tokens_to_end_of_statement(at);
    if (count < 3) return false;
    const bool decides = is_verdict(at.word_at(count - 1));
    auto end = count - (decides ? 1 : 0);
    while (decides && end > 1 &&
           (at.is(end - 1, K::colon) || at.is(end - 1, K::arrow) || at.is(end - 1, K::comma) || at.word_at(end - 1) == "then"))
        --end;
    bool compares = false;
    for (std::size_t i = 1; i < end; ++i) {
        compares |= is_relation(at.token(i).kind) && !at.is(i - 1, K::dot); // `iface.in`
        if (at.is(i, K::colon)) return false;
    }
    if (!compares) return false;
    const bool is_whole = at.is(0, K::open_paren) && at.closer_of(0) + 1 == end;
    const auto condition = at.written(is_whole ? 1 : 0, is_whole ? end - 1 : end);
    const auto subtype = subtype_for(at.tokens, {at.next, at.next + end});
    const auto statement = "if (" + condition + ") { " + (decides ? at.token(count - 1).text : "…") + " }";
    const bool is_for_fewer = subtype != "IP" && subtype_around(at) == "IP";
    at.report(Kind::syntax_error, join(at.token().span, at.token(end - 1).span),
              "a condition stands in the parentheses of an `if`",
              "write `" + (is_for_fewer ? "Filter::" + subtype + " { " + statement + " }" : statement) + "`");
    at.put(K::name, left_out, at.token().span);
    return at.next += count, true;
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

/// `if (a == b) accept;` and `else drop`, as C has them.
bool bare_verdict(Cursor& at) {
    const bool of_if = at.before() == K::close_paren && at.open_before_closer == K::if_;
    const bool is_one = (of_if || at.before() == K::else_) && at.is(0, K::name) &&
                        is_verdict(at.token().text) && at.braces_match && !at.is(1, K::open_brace) &&
                        !at.is(1, K::open_paren);
    if (!is_one) return false;
    const auto& verdict = at.token();
    at.report(Kind::syntax_error, verdict.span, "saw " + quoted(verdict.text) + " where `{` belongs",
              "write `{ " + verdict.text + " }`");
    at.put(K::open_brace, "{", verdict.span);
    at.out.push_back(verdict);
    at.put(K::close_brace, "}", verdict.span);
    const bool is_ended = at.is(1, K::bad_character) && at.token(1).text == ";";
    return at.next += is_ended ? 2 : 1, true;
}

/// Where in what has been put out the property of the last comparison begins; nothing where it is none.
std::optional<std::size_t> last_property(const Cursor& at) {
    auto i = at.out.size() - 1;
    while (i > 0 && !is_relation(at.out[i].kind) && !is_open_bracket(at.out[i].kind)) --i;
    if (i == 0 || is_open_bracket(at.out[i].kind)) return std::nullopt;
    auto first = i - 1;
    while (first > 1 && at.out[first - 1].kind == K::dot) first -= 2;
    return at.out[first].kind == K::name ? std::optional(first) : std::nullopt;
}

/// `ip.ttl == 1 or == 2`.
bool halved_comparison(Cursor& at) {
    const bool joins = at.before() == K::and_ || at.before() == K::or_;
    if (!joins || !at.in(K::open_paren) || at.next + 1 >= at.tokens.size() || !is_relation(at.token().kind))
        return false;
    const auto first = at.is_literal_at(1) || at.is(1, K::name) ? last_property(at) : std::nullopt;
    if (!first) return false;
    std::string property;
    const auto& span = at.token().span;
    for (auto i = *first; i < at.out.size() && !is_relation(at.out[i].kind); ++i) property += at.out[i].text;
    at.report(Kind::syntax_error, span, "a comparison has two sides",
              "write `" + property + ' ' + at.token().text + ' ' + at.value_at(1) + "`");
    for (auto i = *first; !is_relation(at.out[i].kind); ++i)
        at.put(at.out[i].kind, std::string(at.out[i].text), span);
    return at.take(), true;
}

/// `ip.ttl between 1 and 5`.
bool between(Cursor& at) {
    const bool is_one = at.word_at(0) == "between" && at.in(K::open_paren) && ends_value(at.before()) &&
                        at.is_literal_at(1) && at.is(2, K::and_) && at.is_literal_at(3);
    if (!is_one) return false;
    at.report(Kind::syntax_error, at.token().span, "`between` is no operator",
              "write `in " + at.token(1).text + "-" + at.token(3).text + "`");
    at.put(K::in, "in", at.token().span);
    at.out.push_back(at.token(1));
    at.put(K::minus, "-", at.token(2).span);
    at.out.push_back(at.token(3));
    return at.next += 4, true;
}

} // namespace

bool conditions(Cursor& at) {
    return bare_verdict(at) || halved_comparison(at) || between(at) || else_with_condition(at) ||
           missing_if(at) || lone_condition(at) || closed_early(at) || bare_parentheses(at) || colon_for_brace(at);
}

} // namespace syntax::respelling
