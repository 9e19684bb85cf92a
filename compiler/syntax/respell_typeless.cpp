// Functions and objects that do not say what they are, or say it only in part.
#include "compiler/syntax/lost_heading.hpp"
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

#include <algorithm>

namespace syntax::respelling {

namespace {

bool is_declared_with_type(const Cursor& at, const std::string& name) {
    for (std::size_t i = 1; i + 1 < at.tokens.size(); ++i)
        if (at.tokens[i].text == name && at.tokens[i - 1].kind == K::name &&
            at.tokens[i + 1].kind == K::open_brace)
            return true;
    return false;
}

/// `lan { index: 0 }`: its members say what it is.
bool object(Cursor& at) {
    const bool is_one = at.open.empty() && at.starts_line() && end_declaration(at.out) &&
                        at.is(1, K::open_brace) && at.is(2, K::name) && at.is(3, K::colon) &&
                        !at.is(4, K::colon) && !names_type(at.token().text) && !at.is_function_word();
    const auto end = is_one ? at.closer_of(1) : 0;
    if (end == 0 || is_declared_with_type(at, at.token().text)) return false;
    const std::string type(type_of_members(at.tokens, {at.next + 2, at.next + end}));
    const auto& name = at.token();
    at.report(Kind::syntax_error, name.span,
              type.empty() ? "a `:` is missing after " + quoted(name.text)
                           : "this object does not say what it is",
              "write `" + (type.empty() ? name.text + ':' : type + ' ' + name.text) + "`");
    if (!type.empty()) at.put(K::name, type, name.span);
    at.take();
    if (type.empty()) at.put(K::colon, ":", name.span);
    return true;
}

/// `dmz: { index: 1, prerouting: f }`: no value holds a function.
bool object_with_colon(Cursor& at) {
    const bool is_one = at.open.empty() && at.starts_line() && end_declaration(at.out) &&
                        at.is(1, K::colon) && at.is(2, K::open_brace);
    const auto end = is_one ? at.closer_of(2) : 0;
    if (end == 0) return false;
    const std::string type(type_of_members(at.tokens, {at.next + 3, at.next + end}));
    bool has_function = false;
    for (std::size_t i = 3; !type.empty() && i + 2 < end && !has_function; ++i) {
        const auto value = i + (at.is(i + 2, K::open_bracket) ? 3 : 2);
        has_function = at.is(i, K::name) && at.is(i + 1, K::colon) && at.is(value, K::name) &&
                       at.declares_function(at.token(value).text);
    }
    if (!has_function) return false;
    const auto& name = at.token();
    at.report(Kind::syntax_error, name.span, "this object does not say what it is",
              "write `" + type + ' ' + name.text + " { … }`");
    at.put(K::name, type, name.span);
    at.take();
    return ++at.next, true;
}

void put_type(Cursor& at, std::string_view type, std::string_view subtype) {
    const auto span = at.token().span;
    at.put(K::name, type, span);
    at.put(K::colon, ":", span);
    at.put(K::colon, ":", span);
    at.put(K::name, subtype, span);
}

/// `f { if (…) { drop } accept }`: its statements say that it is a function.
bool function(Cursor& at) {
    const bool is_one = at.open.empty() && at.starts_line() && end_declaration(at.out) && at.is(0, K::name) &&
                        at.is(1, K::open_brace) && at.begins_statement(2) && !names_type(at.token().text) &&
                        !at.is_function_word();
    const auto end = is_one ? at.closer_of(1) : 0;
    if (end == 0) return false;
    const Range body{at.next + 2, at.next + end};
    const auto type = std::string(type_of_function(at.tokens, body)), subtype = subtype_for(at.tokens, body);
    const auto& name = at.token();
    at.report(Kind::syntax_error, name.span, "this function does not say what it is",
              "write `" + type + "::" + subtype + ' ' + name.text + "`");
    put_type(at, type, subtype);
    return at.take(), true;
}

/// `::IP f {`, `::TCP {`.
bool subtype_alone(Cursor& at) {
    const bool begins = at.open.empty()
                            ? at.starts_line() && end_declaration(at.out)
                            : at.open.back().is_body && (at.starts_line() || at.before() == K::open_brace);
    const bool is_behind_type =
        at.before() == K::name && !is_verdict(at.out.back().text); // `Filter`, on its own line
    const bool is_one = begins && !is_behind_type && at.is(0, K::colon) && at.is(1, K::colon) &&
                        one_of(at.word_at(2), {"ip", "tcp", "udp", "icmp"});
    const std::size_t behind = at.is(3, K::name) ? 4 : 3;
    const bool is_about = at.is(behind, K::open_paren);
    const auto brace = is_about ? at.closer_of(behind) + 1 : behind;
    if (!is_one || !at.is(brace, K::open_brace)) return false;
    auto type = at.type_around();
    if (is_about) type = "Assert";
    if (type.empty())
        type = type_of_function(at.tokens, {at.next + brace, at.next + std::max(at.closer_of(brace), brace)});
    const auto& subtype = at.token(2);
    at.report(Kind::syntax_error, join(at.token().span, subtype.span),
              "before " + quoted("::" + subtype.text) + " belongs " + quoted(type),
              "write `" + type + "::" + subtype.text + "`");
    put_type(at, type, subtype.text);
    return at.next += 3, true;
}

/// The only one of its type; empty where there are none or several.
std::string only_one_of(const Cursor& at, std::string_view type) {
    std::string name;
    for (std::size_t i = 0; i + 2 < at.tokens.size(); ++i) {
        if (lower(at.tokens[i].text) != type || at.tokens[i + 1].kind != K::name) continue;
        if (!name.empty()) return {};
        name = at.tokens[i + 1].text;
    }
    return name;
}

/// `forward: [f, g]` outside of all objects: no value holds a function.
bool chain_outside(Cursor& at) {
    const auto chain = at.word_at(0);
    const bool begins = at.open.empty() && at.starts_line() && end_declaration(at.out) &&
                        names_chain(chain) && at.is(1, K::colon);
    const std::size_t first = at.is(2, K::open_bracket) ? 3 : 2;
    if (!begins || !at.is(first, K::name) || !at.declares_function(at.token(first).text)) return false;
    const std::string type = chain == "forward" ? "Gateway" : "Iface";
    const auto owner = only_one_of(at, lower(type));
    at.report(Kind::syntax_error, at.token().span,
              quoted(at.token().text) + " is a member of " + (type == "Iface" ? "an Iface" : "the Gateway"),
              "write `" + (owner.empty() ? "name." + chain + ": …`, with the name of the " + type
                                         : owner + '.' + at.token().text + '`'));
    if (!owner.empty()) {
        at.put(K::name, owner, at.token().span);
        at.put(K::dot, ".", at.token().span);
        return at.take(), true;
    }
    at.next += 2 + std::max<std::size_t>(tokens_of_value(at.tokens, at.next + 2), 1);
    return true;
}

/// `core::forward: f`.
bool member_by_colons(Cursor& at) {
    const bool is_one = at.open.empty() && at.starts_line() && end_declaration(at.out) && at.is(0, K::name) &&
                        at.is(1, K::colon) && at.is(2, K::colon) && at.is(3, K::name) && at.is(4, K::colon) &&
                        !at.is(5, K::colon) && !at.starts_line(5) && !at.is_function_word();
    if (!is_one) return false;
    at.report(Kind::syntax_error, join(at.token(1).span, at.token(2).span), "a member stands behind a `.`",
              "write `" + at.token().text + '.' + at.token(3).text + "`");
    at.take();
    at.put(K::dot, ".", at.token().span);
    return at.next += 2, true;
}

} // namespace

bool typeless(Cursor& at) {
    return subtype_alone(at) || (at.is(0, K::name) && (object(at) || object_with_colon(at) || function(at) ||
                                                       chain_outside(at) || member_by_colons(at)));
}

} // namespace syntax::respelling
