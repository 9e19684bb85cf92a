// The words of other languages where statements and conditions stand.
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

#include <array>

namespace syntax::respelling {

namespace {

constexpr std::array comparing_words = {
    Spelling{"is", "==", K::equal},     Spelling{"eq", "==", K::equal},  Spelling{"equals", "==", K::equal},
    Spelling{"ne", "!=", K::not_equal}, Spelling{"and", "and", K::and_}, Spelling{"or", "or", K::or_},
};

bool begins_value(K kind) {
    return is_literal(kind) || kind == K::name || kind == K::open_paren || kind == K::not_ ||
           kind == K::open_bracket;
}

bool word_in_condition(Cursor& at, const std::string& text) {
    const auto left = at.before();
    if (text == "not" && (at.is(1, K::name) || at.is(1, K::open_paren)) && !ends_value(left))
        return at.respell_word("not", K::not_), true;
    if (text == "is" && at.is(1, K::not_) && !at.is(2, K::in) && ends_value(left)) {
        at.report(Kind::syntax_error, join(at.token().span, at.token(1).span), "`is not` has no meaning here",
                  "write `!=`");
        at.put(K::not_equal, "!=", at.token().span);
        return at.next += 2, true;
    }
    if (at.next + 1 == at.tokens.size() || !ends_value(left) || !begins_value(at.token(1).kind)) return false;
    for (const auto& spelling : comparing_words)
        if (spelling.text == text) return at.respell_word(spelling.meant, spelling.kind), true;
    return false;
}

/// `tries.exceeded()`, `exceeded(tries)`, `tries exceeded`: in a condition.
bool limit_as_call(Cursor& at) {
    const bool is_method = at.is(1, K::dot) && at.word_at(2) == "exceeded" && at.is(3, K::open_paren) &&
                           at.is(4, K::close_paren);
    const bool is_call = at.word_at(0) == "exceeded" && at.is(1, K::open_paren) && at.is(2, K::name) &&
                         at.is(3, K::close_paren);
    const bool lacks_dot = at.word_at(1) == "exceeded" && !at.starts_line(1) && at.before() != K::dot;
    if (!is_method && !is_call && !lacks_dot) return false;
    const auto name = at.token(is_call ? 2 : 0).text;
    const std::size_t count = is_method ? 5 : is_call ? 4 : 2;
    const auto span = join(at.token().span, at.token(count - 1).span);
    at.report(Kind::syntax_error, span, "that a Limit is exceeded is a condition by itself",
              "write `" + name + ".exceeded`");
    at.put(K::name, name, span);
    at.put(K::dot, ".", span);
    at.put(K::name, "exceeded", span);
    return at.next += count, true;
}

/// `tries.exceeded is false`.
bool limit_compared(Cursor& at) {
    const bool is_limit = at.is(1, K::dot) && at.word_at(2) == "exceeded" && one_of(at.word_at(3), {"is", "eq", "equals"});
    const std::size_t last = at.is(4, K::not_) ? 5 : 4;
    if (!is_limit || (!at.is(last, K::true_) && !at.is(last, K::false_))) return false;
    const bool is_negated = at.is(last, K::false_) != (last == 5);
    const auto span = join(at.token().span, at.token(last).span);
    at.report(Kind::syntax_error, span, "that a Limit is exceeded is a condition by itself",
              "write `" + std::string(is_negated ? "not " : "") + at.token().text + ".exceeded`");
    for (int i = 0; i < 3; ++i) at.take();
    return at.next += last - 2, true;
}

/// `switch (tcp.dport) { case 80: … }` and `for (…) { … }`: one mistake, whatever stands in it.
bool choice(Cursor& at) {
    const auto end = at.closer_of(1);
    const auto last = end == 0 || !at.is(end + 1, K::open_brace) ? 0 : at.closer_of(end + 1);
    if (last == 0) return false;
    const auto property = at.written(2, end);
    const bool loops = one_of(at.word_at(0), {"for", "foreach", "while"});
    at.report(
        Kind::syntax_error, at.token().span, quoted(at.token().text) + " has no meaning here",
        loops ? "there are no loops: write `if (ip.saddr in [10.0.0.1, 10.0.0.2]) { … }` for one of several"
              : "write `if (" + property + " == 80) { … } else if (" + property + " == 443) { … }`");
    at.put(K::comma, ",", at.token().span); // no statement, and not to be told of again
    at.next += last + 1;
    return true;
}

/// What translates, in the words of others as well: no name has a hyphen. Empty for what does not.
std::string_view translation_named(const std::string& word) {
    if (word == "dnat" || word == "rdr-to") return "dnat";
    return word == "snat" || word == "nat-to" ? "snat" : "";
}

/// `dnat to web`, `snat to 10.0.0.1`, `dnat web`, `rdr-to web`.
bool translation(Cursor& at) {
    const auto action = translation_named(at.word_at(0));
    const bool is_foreign = action != at.word_at(0);
    const std::size_t value = at.word_at(1) == "to" ? 2 : 1;
    const bool in_body = !at.open.empty() && at.open.back().is_body && at.before() != K::dot;
    const bool is_one = in_body && !action.empty() && !at.starts_line(value) && !at.starts_line(1) &&
                        (at.is(value, K::name) || ((value == 2 || is_foreign) && at.is_literal_at(value)));
    const bool is_statement =
        at.is(value + 1, K::open_paren) || is_verdict(at.word_at(value)); // `dnat accept`
    if (!is_one || is_statement) return false;
    const auto count = tokens_of_value(at.tokens, at.next + value);
    at.report(Kind::syntax_error, join(at.token().span, at.token(value + count - 1).span),
              "what an action works on stands in parentheses",
              "write `" + std::string(action) + "(" + at.value_at(value) + ")`");
    at.put(K::name, action, at.token().span);
    at.put(K::open_paren, "(", at.token().span);
    for (std::size_t i = 0; i < count; ++i) at.out.push_back(at.token(value + i));
    at.put(K::close_paren, ")", at.out.back().span);
    at.open_before_closer = K::name; // and no `if`
    at.next += value + count;
    return true;
}

/// `log("x") { drop }`: whether what stands in the braces was to be done is not known.
bool action_with_body(Cursor& at) {
    const bool is_one = one_of(at.word_at(0), {"log", "syslog", "dnat", "snat"}) && at.opens_block() &&
                        (at.before() != K::colon) && !at.in(K::open_paren);
    const auto brace = is_one ? at.closer_of(1) + 1 : 0;
    const auto end = is_one ? at.closer_of(brace) : 0;
    if (end == 0) return false;
    at.report(Kind::syntax_error, at.token(brace).span, quoted(at.token().text) + " takes no body",
              "leave the braces out");
    const auto behind = at.next + end + 1;
    const auto span = at.token(brace).span;
    for (std::size_t i = 0; i < brace; ++i) at.take();
    at.put(K::name, left_out, span);
    return at.next = behind, true;
}

/// `unless (a == b) {`: the parentheses are put around the whole once more.
bool unless(Cursor& at) {
    const auto end = at.closer_of(1) + 1;
    if (end == 1) return false;
    const auto& span = at.token().span;
    at.report(Kind::syntax_error, join(span, at.token(end - 1).span),
              quoted(at.token().text) + " has no meaning here",
              "write `if (not " + written(at.tokens, {at.next + 1, at.next + end}) + ")`");
    at.put(K::if_, "if", span);
    at.put(K::open_paren, "(", span);
    at.open.push_back({K::open_paren, false, false, at.out.size() - 1});
    at.put(K::not_, "not", span);
    at.close_before = at.next + end;
    return ++at.next, true;
}

} // namespace

bool words(Cursor& at) {
    if (action_with_body(at)) return true;
    const auto text = lower(at.token().text);
    const bool calls = at.is(1, K::open_paren) && !at.is(2, K::close_paren);
    if (calls && at.before() == K::close_brace &&
        one_of(text, {"elseif", "elif", "elsif", "else_if", "else-if", "else"})) {
        at.put(K::else_, "else", at.token().span);
        return at.respell_word("else if", K::if_), true;
    }
    const bool is_otherwise = one_of(text, {"otherwise", "default"}) && at.before() == K::close_brace &&
                              !at.declares_function(at.token().text);
    if (is_otherwise && (at.is(1, K::if_) || at.is(1, K::open_brace)))
        return at.respell_word("else", K::else_), true;
    if (text == "else" && at.before() == K::close_brace && at.is(1, K::open_brace))
        return at.respell_word("else", K::else_), true;
    if (one_of(text, {"then", "do"}) && at.before() == K::close_paren && at.is(1, K::open_brace))
        return at.respell_word("", K::name), true;
    if (one_of(text, {"switch", "match", "case", "for", "foreach", "while"}) && calls && at.opens_block() &&
        choice(at))
        return true;
    if (translation(at)) return true;
    if (at.in(K::open_paren)) return limit_compared(at) || limit_as_call(at) || word_in_condition(at, text);
    if (calls && at.opens_block() && (at.before() != K::name || at.starts_line()) && at.before() != K::colon)
        return text == "unless" ? unless(at) : (at.respell_word("if", K::if_), true);
    return false;
}

} // namespace syntax::respelling
