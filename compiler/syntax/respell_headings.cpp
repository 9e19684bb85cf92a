// The headings of functions.
#include "compiler/syntax/lost_heading.hpp"
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

namespace syntax::respelling {

namespace {

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

/// By the protocol that the body speaks of first.
std::string subtype_of_body(const Cursor& at, std::size_t brace) {
    return subtype_for(at.tokens, {at.next + brace, at.next + at.closer_of(brace)});
}

void put_heading(Cursor& at, std::string_view subtype, std::string_view type = "Filter") {
    const auto span = at.token().span;
    at.put(K::name, type, span);
    at.put(K::colon, ":", span);
    at.put(K::colon, ":", span);
    at.put(K::name, subtype, span);
    ++at.next;
    at.take();
}

/// `def f():`, with its body in the lines below that stand farther in.
bool indented_function(Cursor& at) {
    const bool is_one = at.open.empty() && at.starts_line() && at.is(1, K::name) && at.is(2, K::open_paren) &&
                        at.is(3, K::close_paren) && at.is(4, K::colon) && !at.starts_line(4);
    if (!is_one) return false;
    at.report(Kind::syntax_error, at.token().span, quoted(at.token().text) + " is no type",
              "write `Filter::IP " + at.token(1).text + " { … }`: a body stands in braces");
    const auto span = at.token().span;
    put_heading(at, "IP");
    at.put(K::open_brace, "{", span);
    at.put(K::name, left_out, span);
    at.put(K::close_brace, "}", span);
    at.next += 3;
    while (at.next < at.tokens.size() && (!at.starts_line() || at.token().span.begin.column > span.begin.column))
        ++at.next;
    return true;
}

/// The subtype of `NatTCP`; empty for what is no function with its subtype in one word.
std::string glued_subtype(const std::string& word) {
    for (const std::string type : {"nat", "filter"})
        for (const std::string subtype : {"ip", "tcp", "udp", "icmp"})
            if (word == type + subtype) return upper(subtype);
    return {};
}

/// `chain input {`, `function f() {` and `NatTCP n {`, with statements in the braces.
bool foreign_heading(Cursor& at) {
    if (!at.open.empty() || !at.starts_line() || !at.is(1, K::name) || at.starts_line(1) ||
        names_type(at.token().text))
        return false;
    const std::size_t brace = at.is(2, K::open_paren) && at.is(3, K::close_paren) ? 4 : 2;
    if (!at.is(brace, K::open_brace) || !at.begins_statement(brace + 1)) return false;
    const auto word = at.word_at(0);
    const auto glued = glued_subtype(word);
    const bool is_subtype = one_of(word, {"ip", "tcp", "udp", "icmp"});
    const auto subtype = !glued.empty() ? glued : is_subtype ? upper(word) : subtype_of_body(at, brace);
    const std::string type = word.starts_with("nat") ? "Nat" : "Filter";
    at.report(Kind::syntax_error, at.token().span, quoted(at.token().text) + " is no type",
              "write `" + type + "::" + subtype + " " + at.token(1).text + " { … }`");
    put_heading(at, subtype, type);
    at.next += brace - 2;
    return true;
}

/// Where the subtype stands, whatever is in the place of its colons.
std::size_t subtype_behind(const Cursor& at) {
    const auto joins = [&](std::size_t i) {
        return at.is(i, K::colon) || at.is(i, K::dot) || at.is(i, K::slash) || at.is(i, K::less) ||
               at.is(i, K::arrow) || at.is(i, K::minus) || at.is(i, K::open_paren);
    };
    std::size_t subtype = 1;
    while (subtype < 4 && joins(subtype)) ++subtype;
    return subtype;
}

void take_colons(Cursor& at, std::size_t subtype) {
    const auto span = at.token().span;
    at.take();
    at.put(K::colon, ":", span);
    at.put(K::colon, ":", span);
    at.next += subtype - 1;
    at.take();
}

/// `Filter::IP f ( drop )`: the parentheses are braces.
bool take_body_in_parentheses(Cursor& at) {
    const auto end = at.is(0, K::open_paren) && at.begins_statement(1) ? at.closer_of(0) : 0;
    if (end == 0 || at.is(end + 1, K::open_brace)) return false;
    at.report(Kind::mismatched_bracket, at.token().span, "the body of a function stands in braces",
              "write `{` and `}`");
    at.put(K::open_brace, "{", at.token().span);
    ++at.next;
    for (const auto closer = at.next + end - 1; at.next < closer;) at.take();
    at.put(K::close_brace, "}", at.token().span);
    ++at.next;
    return true;
}

/// `Filter::IP f:`, with its body in the lines below that stand farther in.
bool take_indented_body(Cursor& at, std::uint32_t column) {
    if (!at.is(0, K::colon) || at.starts_line() || at.next + 1 == at.tokens.size() || !at.starts_line(1) ||
        at.token(1).span.begin.column <= column)
        return false;
    at.report(Kind::syntax_error, at.token().span, "the body of a function stands in braces", "write `{` … `}`");
    at.put(K::open_brace, "{", at.token().span);
    ++at.next;
    while (at.next < at.tokens.size() && (!at.starts_line() || at.token().span.begin.column > column)) at.take();
    at.put(K::close_brace, "}", at.out.back().span);
    return true;
}

/// `Filter::UDP (udp.dport == 53) { … }` in a function: what stands in it is not read.
bool heading_with_condition(Cursor& at, std::size_t count) {
    const auto closer = at.is(count, K::open_paren) && !at.open.empty() ? at.closer_of(count) : 0;
    const auto end = closer > 0 && at.is(closer + 1, K::open_brace) ? at.closer_of(closer + 1) : 0;
    if (end == 0 || at.is(count + 1, K::close_paren)) return false;
    const auto text = [&](std::size_t begin, std::size_t behind) {
        return written(at.tokens, {at.next + begin, at.next + behind});
    };
    at.report(Kind::syntax_error, join(at.token().span, at.token(end).span), "a function has no condition",
              "write `" + text(0, count) + " { if " + text(count, closer + 1) + ' ' +
                  text(closer + 1, end + 1) + " }`");
    at.put(K::name, left_out, at.token().span);
    return at.next += end + 1, true;
}

/// The first tokens of a heading; then its name, and `{` where a body follows without one.
bool take_heading(Cursor& at, std::size_t count) {
    if (at.names_function(at.next)) {
        at.report(Kind::syntax_error, at.token(count).span,
                  quoted(at.token(count).text) + " is a keyword and cannot be a name",
                  "give the function another name");
        while (count-- > 0) at.take();
        at.put(K::name, at.token().text, at.token().span);
        ++at.next;
        return true;
    }
    if (heading_with_condition(at, count)) return true;
    const auto column = at.token().span.begin.column;
    while (count-- > 0) at.take();
    if (const auto words = at.words_of_name(0); words > 1 && at.is(words, K::open_brace))
        at.join_words(words);
    else if (at.is(0, K::name) && (!at.starts_line() || at.is(1, K::open_brace) || at.opens_block()) &&
             !dotted_name(at))
        at.take();
    if (take_body_in_parentheses(at) || take_indented_body(at, column)) return true;
    if (at.is(0, K::colon) && at.is(1, K::open_brace)) {
        at.report(Kind::syntax_error, at.token().span, "a function has no `:` before its body",
                  "leave it out");
        ++at.next;
    }
    const bool body_follows = at.is(0, K::if_) || (at.is(0, K::name) && at.starts_line());
    if (!body_follows || at.out.back().kind != K::name) return true;
    const auto& last = at.out.back().span;
    const Span end{last.file, last.end, last.end};
    at.report(Kind::syntax_error, end, "a `{` is missing after " + quoted(at.out.back().text),
              "the body of a function stands in braces");
    at.put(K::open_brace, "{", end);
    at.open.push_back({K::open_brace, true});
    return true;
}

} // namespace

namespace {

/// From `first` on: `Filter::IP {`.
bool is_nameless_function(const Cursor& at, std::size_t first) {
    return one_of(at.word_at(first), {"filter", "nat"}) && at.is(first + 1, K::colon) &&
           at.is(first + 2, K::colon) && at.is(first + 3, K::name) && at.is(first + 4, K::open_brace);
}

/// `zones: Filter::IP {` at the top level, and `input: Filter::IP { drop }` in an object.
bool function_as_value(Cursor& at) {
    if (!at.is(1, K::colon) || !is_nameless_function(at, 2)) return false;
    const bool declares = at.open.empty() && at.starts_line();
    const bool is_member = at.in(K::open_brace) && !at.open.back().is_body;
    const auto end = is_member ? at.closer_of(6) : 0;
    if (!declares && end == 0) return false;
    const auto type = at.written(2, 6);
    const auto name = at.token();
    if (declares) {
        at.report(Kind::syntax_error, at.token(2).span, "a function is declared with its type first",
                  "write `" + type + " " + name.text + " { … }`");
        at.next += 2;
        for (int i = 0; i < 4; ++i) at.take();
        at.out.push_back(name);
        return true;
    }
    at.report(Kind::syntax_error, join(at.token(2).span, at.token(5).span),
              "functions are declared outside of objects",
              "declare `" + type + " name { … }`, and write `" + name.text + ": name`");
    at.take();
    at.take();
    at.put(K::name, left_out, at.token().span);
    at.next += end - 1;
    return true;
}

/// `eth0.input: Filter::IP f { drop }`: the function stands by itself, and the assignment without it.
bool function_in_assignment(Cursor& at) {
    const bool is_one = at.open.empty() && at.is(0, K::colon) && at.before() == K::name && at.out.size() > 2 &&
                        at.out[at.out.size() - 2].kind == K::dot && one_of(at.word_at(1), {"filter", "nat"}) &&
                        at.is(2, K::colon) && at.is(3, K::colon) && at.is(4, K::name) && at.is(5, K::name) &&
                        at.is(6, K::open_brace) && !at.starts_line(1);
    if (!is_one) return false;
    const auto& name = at.token(5);
    at.report(Kind::syntax_error, join(at.token(1).span, name.span), "functions are declared by themselves",
              "write " + quoted(name.text) + ", and below it " + quoted(at.written(1, 6) + " { … }"));
    at.take();
    at.out.push_back(name);
    return true;
}

/// `Iface::IP wan {`: that it is for some packets is said of functions only.
bool object_with_subtype(Cursor& at) {
    const bool is_one = at.open.empty() && names_type(at.token().text) && at.is(1, K::colon) &&
                        at.is(2, K::colon) && at.is(3, K::name);
    const std::size_t name = at.is(4, K::name) ? 4 : 3; // `Test::web {`
    if (!is_one || !at.is(name + 1, K::open_brace) || at.begins_statement(name + 2)) return false;
    const auto type = at.word_at(0) == "interface" ? "Iface" : at.token().text;
    at.report(Kind::type_misused, join(at.token().span, at.token(name).span),
              quoted(type) + " is no function type", "write `" + type + ' ' + at.token(name).text + "`");
    at.put(K::name, type, at.token().span);
    at.next += name;
    return at.take(), true;
}

bool is_protocol(const std::string& word) { return one_of(word, {"ip", "tcp", "udp", "icmp"}); }

/// `TCP { … }` in a function, and `if (tcp) { … }` around what only TCP packets have.
bool nested_without_type(Cursor& at) {
    const bool asks = at.is(0, K::if_) && at.is(1, K::open_paren) && at.is(3, K::close_paren);
    const std::size_t word = asks ? 2 : 0, brace = asks ? 4 : 1;
    if (!is_protocol(at.word_at(word)) || !at.is(brace, K::open_brace)) return false;
    const bool begins = at.starts_line() || at.before() == K::open_brace || at.before() == K::close_brace;
    if (!begins) return false; // `Filter::TCP, UDP {`
    const auto subtype = upper(at.token(word).text);
    const auto type = at.type_around();
    const auto end = at.closer_of(brace);
    if (type.empty() || end == 0 || at.before() == K::colon || at.before() == K::else_) return false;
    if (asks && (subtype_of_body(at, brace) != subtype || at.is(end + 1, K::else_))) return false;
    const auto heading = type + "::" + subtype;
    const auto span = at.token(word).span;
    at.report(Kind::syntax_error, join(at.token().span, at.token(brace - 1).span),
              asks ? quoted(at.token(word).text) + " is a protocol, not a condition"
                   : "before " + quoted(at.token(word).text) + " belongs " + quoted(type + "::"),
              "write `" + heading + "`");
    at.put(K::name, type, span);
    at.put(K::colon, ":", span);
    at.put(K::colon, ":", span);
    at.put(K::name, subtype, span);
    return at.next += brace, true;
}

/// `Assert::IP drop }`: name, chain and brace are missing. Nothing refers to an Assert, so that all of it
/// goes.
bool assert_without_chain(Cursor& at) {
    if (!at.open.empty() || at.word_at(0) != "assert" || !at.is(1, K::colon) || !at.is(2, K::colon))
        return false;
    if (!is_verdict(at.word_at(4)) || !at.is(5, K::close_brace)) return false;
    at.report(Kind::syntax_error, at.token(4).span, "an Assert is about a chain or a path",
              "write `" + at.written(0, 4) + " name(…) { " + at.token(4).text + " }`");
    at.next += 6;
    return true;
}

} // namespace

bool nested_headings(Cursor& at) { return nested_without_type(at) || function_in_assignment(at); }

/// The heading of a function: its colons, and the brace behind it.
bool headings(Cursor& at) {
    if (assert_without_chain(at) || function_as_value(at) || object_with_subtype(at)) return true;
    const bool of_function = one_of(at.word_at(0), {"filter", "nat", "assert"});
    if (at.before() == K::dot || at.before() == K::colon) return false;
    if (at.is(1, K::colon) && at.is(2, K::colon) && at.is(3, K::name)) return take_heading(at, 4);
    if (!of_function) return indented_function(at) || foreign_heading(at);
    const auto subtype = subtype_behind(at);
    const auto behind =
        subtype + (at.is(subtype + 1, K::greater) || at.is(subtype + 1, K::close_paren) ? 2 : 1);
    if (one_of(at.word_at(subtype), {"ip", "tcp", "udp", "icmp"}) &&
        (at.is(behind, K::open_brace) || (at.is(behind, K::name) && at.is(behind + 1, K::open_brace)))) {
        at.report(Kind::syntax_error, join(at.token().span, at.token(subtype).span),
                  "between " + quoted(at.token().text) + " and " + quoted(at.token(subtype).text) +
                      " belongs `::`",
                  "write `" + at.token().text + "::" + at.token(subtype).text + "`");
        take_colons(at, subtype);
        at.next += behind - subtype - 1;
        return true;
    }
    const bool is_about = at.word_at(0) == "assert" && at.is(2, K::open_paren) && at.closer_of(2) > 0;
    const auto brace = is_about ? at.closer_of(2) + 1 : 2;
    const bool holds_pair = !is_about && at.is(3, K::name) && at.is(4, K::colon) && !at.is(5, K::colon);
    if (!at.is(1, K::name) || !at.is(brace, K::open_brace) || at.starts_line(1) || holds_pair ||
        at.is(3, K::close_brace))
        return false;
    const auto meant = subtype_of_body(at, brace);
    at.report(Kind::syntax_error, at.token().span, "this function does not say which packets it is for",
              "write `" + at.token().text + "::" + meant + " " + at.token(1).text +
                  (is_about ? at.written(2, brace) : "") + " { … }`" +
                  (meant == "IP" ? ", or `::TCP`, `::UDP`, `::ICMP`" : ""));
    const auto span = at.token().span;
    at.take();
    at.put(K::colon, ":", span);
    at.put(K::colon, ":", span);
    at.put(K::name, meant, span);
    return true;
}

} // namespace syntax::respelling
