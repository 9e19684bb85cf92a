// Operators as other languages write them.
#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

#include <algorithm>
#include <array>

namespace syntax::respelling {

namespace {

constexpr std::array relations = {
    Spelling{"<>", "!=", K::not_equal},  Spelling{"=!", "!=", K::not_equal},
    Spelling{"!==", "!=", K::not_equal}, Spelling{"===", "==", K::equal},
    Spelling{"=<", "<=", K::less_equal}, Spelling{"=>", ">=", K::greater_equal},
    Spelling{":=", ":", K::colon},
};

bool relation(Cursor& at) {
    std::string text;
    std::size_t count = 0;
    const auto fits = [&](const Token& t) {
        return (t.kind >= K::equal && t.kind <= K::greater) || t.text == "!" || t.text == "=" ||
               t.kind == K::colon;
    };
    while (at.next + count < at.tokens.size() && fits(at.token(count)) && count < 4 &&
           (count == 0 || at.token(count - 1).span.end == at.token(count).span.begin))
        text += at.token(count++).text;
    const auto found =
        std::find_if(relations.begin(), relations.end(), [&](const auto& s) { return s.text == text; });
    if (found == relations.end() || count < 2) return false;
    const auto span = join(at.token().span, at.token(count - 1).span);
    const bool compares = text == ":=" && at.in(K::open_paren);
    if (text == "=>" && !at.in(K::open_paren) && at.before() == K::name) { // `a => 5`, a member
        const auto value = at.is_value_alone(count) ? at.value_at(count) : "…";
        at.report(Kind::stray_character, span, quoted(text) + " has no meaning here",
                  "write `" + at.out.back().text + ": " + value + "`");
        at.put(K::colon, ":", span);
        return at.next += count, true;
    }
    const auto meant = compares ? std::string_view("==") : found->meant;
    at.report(Kind::stray_character, span, quoted(text) + " has no meaning here", "write " + quoted(meant));
    at.put(compares ? K::equal : found->kind, meant, span);
    at.next += count;
    return true;
}

/// `a not in b`: the `not` goes, since the message says where it belongs.
bool negated_in(Cursor& at) {
    if (!at.is(0, K::not_) || !at.is(1, K::in) || !ends_value(at.before())) return false;
    auto first = at.out.size() - 1;
    while (first > 1 && at.out[first - 1].kind == K::dot) first -= 2;
    std::string left;
    for (auto i = first; i < at.out.size(); ++i) left += at.out[i].text;
    at.report(Kind::syntax_error, join(at.token(0).span, at.token(1).span),
              quoted(at.token(0).text + (at.token(0).text == "!" ? "" : " ") + "in") + " is no operator",
              "`not` stands before the comparison: write `not " + left + " in …`");
    ++at.next;
    return true;
}

/// `Assert::IP a(lan => wan)`, `(lan, wan)`, `(lan to wan)`, and `(lan->wan)`, where the hyphen belongs to
/// the name: whatever stands between two names there is meant to be an arrow.
bool path_of_assert(Cursor& at) {
    const auto kind = [&](std::size_t back) { return at.out[at.out.size() - back].kind; };
    const bool begins = at.out.size() >= 6 && kind(1) == K::open_paren && kind(2) == K::name &&
                        kind(3) == K::name && kind(4) == K::colon && kind(5) == K::colon &&
                        lower(at.out[at.out.size() - 6].text) == "assert";
    if (!begins) return false;
    std::size_t last = 2;
    while (last < 5 && !(at.is(last, K::name) && at.is(last + 1, K::close_paren))) ++last;
    if (last == 5 || at.is(1, K::arrow) || at.is(1, K::dot)) return false;
    auto from = at.token().text;
    while (from.ends_with('-')) from.pop_back();
    const auto& to = at.token(last);
    at.report(Kind::syntax_error,
              from == at.token().text ? join(at.token(1).span, at.token(last - 1).span) : at.token().span,
              "a path leads from one Iface to another by `->`, with blanks round it",
              "write `" + from + " -> " + to.text + "`");
    at.put(K::name, from, at.token().span);
    at.put(K::arrow, "->", at.token(1).span);
    at.next += last;
    return true;
}

/// `Assert::IP a(eth0.prerouting: f)`: what stands on the chain is not said again.
bool chain_of_assert(Cursor& at) {
    const bool is_one = at.is(0, K::colon) && at.before() == K::name && at.in(K::open_paren) &&
                        at.open.back().index > 4 &&
                        lower(at.out[at.open.back().index - 5].text) == "assert" && at.is(1, K::name) &&
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

bool is_object_of_packet(const std::string& word) {
    return one_of(lower(word), {"ip", "tcp", "udp", "icmp", "ct", "eth", "vlan", "iface"});
}

bool in_condition(const Cursor& at) {
    const auto opener = at.in(K::open_paren) ? at.open.back().index : 0;
    if (opener == 0) return false;
    const auto before = at.out[opener - 1].kind;
    return before == K::if_ || before == K::open_paren || before == K::and_ || before == K::or_ ||
           before == K::not_;
}

/// `wan -> dmz` and `wan->dmz` as a condition, where the hyphen belongs to the name.
bool path_as_condition(Cursor& at) {
    auto from = at.token().text;
    const bool is_tight = from.ends_with('-') && at.is(1, K::greater);
    if (is_tight) from.pop_back();
    const bool begins = at.before() == K::open_paren || at.before() == K::and_ || at.before() == K::or_;
    const bool is_one = begins && in_condition(at) && (is_tight || at.is(1, K::arrow)) && at.is(2, K::name) &&
                        !at.is(3, K::dot) && !is_object_of_packet(from) &&
                        !is_object_of_packet(at.token(2).text);
    if (!is_one) return false;
    const auto meant = "iface.in == " + from + " and iface.out == " + at.token(2).text;
    const auto span = join(at.token().span, at.token(2).span);
    at.report(Kind::syntax_error, span, "a path is no condition", "write `" + meant + "`");
    for (const auto& token : lex(span.file, meant)) at.put(token.kind, token.text, span);
    return at.next += 3, true;
}

/// `tcp.dport: 80` as a condition.
bool colon_as_operator(Cursor& at) {
    const bool is_property =
        at.out.size() > 1 && at.before() == K::name && at.out[at.out.size() - 2].kind == K::dot;
    if (!at.is(0, K::colon) || !is_property || !in_condition(at) || at.word_at(1) == "any") return false;
    if (tokens_of_value(at.tokens, at.next + 1) == 0) return false;
    const bool is_set = is_set_at(at.tokens, at.next + 1);
    auto first = at.out.size() - 1;
    while (first > 1 && at.out[first - 1].kind == K::dot) first -= 2;
    const auto last = at.next + tokens_of_value(at.tokens, at.next + 1);
    at.report(Kind::syntax_error, join(at.out[first].span, at.tokens[last].span),
              "a comparison has an operator, and no `:`",
              "write `" + written(at.out, {first, at.out.size()}) + (is_set ? " in " : " == ") +
                  at.value_at(1) + "`");
    at.put(is_set ? K::in : K::equal, is_set ? "in" : "==", at.token().span);
    return ++at.next, true;
}

/// `eth0->eth1`: a name may end with a hyphen.
bool tight_arrow(Cursor& at) {
    if (!at.token().text.ends_with('-') || !at.is(1, K::greater)) return false;
    if (at.token(0).span.end != at.token(1).span.begin) return false;
    const auto name = at.token().text.substr(0, at.token().text.size() - 1);
    const auto next = at.is(2, K::name) ? at.token(2).text : "…";
    at.report(Kind::syntax_error, at.token().span, "a name may end with `-`, so that this is no arrow",
              "write `" + name + "." + next + "`");
    at.put(K::name, name, at.token().span);
    at.put(K::dot, ".", at.token(1).span);
    at.next += 2;
    return true;
}

/// `log("from ", ip saddr)`
bool missing_dot(Cursor& at) {
    const bool of_call =
        at.before() == K::comma || (at.before() == K::open_paren && at.out.size() > 1 &&
                                    one_of(lower(at.out[at.out.size() - 2].text), {"log", "syslog"}));
    if (!of_call || !at.in(K::open_paren) || !at.is(1, K::name) || at.starts_line(1)) return false;
    if (!is_object_of_packet(at.token().text)) return false;
    at.report(Kind::syntax_error, at.token(1).span, "a `.` is missing before this",
              "write `" + at.token().text + "." + at.token(1).text + "`");
    at.take();
    at.put(K::dot, ".", at.token().span);
    at.take();
    return true;
}

/// `10.0.0.1 to 10.0.0.9`.
bool range_word(Cursor& at) {
    const auto left = at.before();
    const bool is_one = one_of(at.word_at(0), {"to", "until", "through", "bis"}) &&
                        (left == K::address || left == K::integer) && at.is(1, left);
    if (!is_one || (!at.in(K::open_bracket) && !at.in(K::open_brace) && !at.in(K::open_paren))) return false;
    at.report(Kind::syntax_error, at.token().span, "a range has a `-` between its ends",
              "write `" + at.out.back().text + "-" + at.token(1).text + "`");
    at.put(K::minus, "-", at.token().span);
    ++at.next;
    return true;
}

/// `log(ssh from, ip.saddr)`: several words are a text.
bool unquoted_text(Cursor& at) {
    const bool of_log = at.in(K::open_paren) && (at.before() == K::open_paren || at.before() == K::comma) &&
                        at.opener_follows({"log", "syslog"});
    std::size_t count = 0;
    while (of_log && at.is(count, K::name) && (count == 0 || !at.starts_line(count))) ++count;
    if (count < 2 || (!at.is(count, K::comma) && !at.is(count, K::close_paren))) return false;
    const auto text = '"' + at.written(0, count) + '"';
    const auto span = join(at.token().span, at.token(count - 1).span);
    at.report(Kind::syntax_error, span, "a text stands between `\"`", "write `" + text + "`");
    at.put(K::string, text, span);
    at.next += count;
    return true;
}

} // namespace

bool operators(Cursor& at) {
    if (relation(at) || negated_in(at) || chain_of_assert(at) || colon_as_operator(at)) return true;
    return at.is(0, K::name) && (path_as_condition(at) || path_of_assert(at) || tight_arrow(at) ||
                                 missing_dot(at) || range_word(at) || unquoted_text(at));
}

} // namespace syntax::respelling
