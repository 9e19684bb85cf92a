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

/// `core.forward += [f]`: nothing that is declared is changed.
bool added_to(Cursor& at) {
    const bool is_one = at.open.empty() && at.is(0, K::bad_character) && at.token().text == "+" &&
                        at.is(1, K::bad_character) && at.token(1).text == "=" && at.before() == K::name;
    if (!is_one) return false;
    auto first = at.out.size() - 1;
    while (first > 1 && at.out[first - 1].kind == K::dot) first -= 2;
    const auto span = join(at.token().span, at.token(1).span);
    at.report(Kind::stray_character, span, "nothing can be added to what is declared",
              "write `" + written(at.out, {first, at.out.size()}) + ": …` once, with all that it has");
    at.out.resize(first); // what it had before is enough to know of it
    return at.next += 2 + tokens_of_value(at.tokens, at.next + 2), true;
}

/// `admins.contains(ip.saddr)`.
bool contains_as_call(Cursor& at) {
    const bool is_one = at.in_condition() && at.is(0, K::name) && at.is(1, K::dot) &&
                        one_of(at.word_at(2), {"contains", "includes", "has"}) && at.is(3, K::open_paren);
    const auto count = is_one ? tokens_of_value(at.tokens, at.next + 4) : 0;
    if (count == 0 || !at.is(4 + count, K::close_paren)) return false;
    const auto span = join(at.token().span, at.token(4 + count).span);
    const auto list = at.token();
    at.report(Kind::syntax_error, span, quoted(at.token(2).text) + " is no operator",
              "write `" + at.value_at(4) + " in " + list.text + "`");
    for (std::size_t i = 0; i < count; ++i) at.out.push_back(at.token(4 + i));
    at.put(K::in, "in", span);
    at.out.push_back(list);
    return at.next += 5 + count, true;
}

/// `tcp.dport: 80` as a condition.
bool colon_as_operator(Cursor& at) {
    const bool is_property =
        at.out.size() > 1 && at.before() == K::name && at.out[at.out.size() - 2].kind == K::dot;
    if (!at.is(0, K::colon) || !is_property || !at.in_condition() || at.word_at(1) == "any") return false;
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

} // namespace

bool operators(Cursor& at) {
    return added_to(at) || contains_as_call(at) || relation(at) || negated_in(at) || colon_as_operator(at) || (at.is(0, K::name) && tight_arrow(at));
}

} // namespace syntax::respelling
