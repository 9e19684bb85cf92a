// Conditions about the Ifaces by which packets come and leave, in the words of others.
#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/respell.hpp"

namespace syntax::respelling {

namespace {

bool begins_comparison(const Cursor& at) {
    const auto before = at.before();
    return (before == K::open_paren || before == K::and_ || before == K::or_ || before == K::not_) &&
           at.in_condition();
}

void replace(Cursor& at, std::size_t count, std::string_view message, const std::string& meant) {
    const auto span = join(at.token().span, at.token(count - 1).span);
    at.report(Kind::syntax_error, span, std::string(message), "write `" + meant + "`");
    for (const auto& token : lex(span.file, meant)) at.put(token.kind, token.text, span);
    at.next += count;
}

/// `wan -> dmz` and `wan->dmz` as a condition, where the hyphen belongs to the name.
bool path_as_condition(Cursor& at) {
    auto from = at.token().text;
    const bool is_tight = from.ends_with('-') && at.is(1, K::greater);
    if (is_tight) from.pop_back();
    const bool begins = at.before() == K::open_paren || at.before() == K::and_ || at.before() == K::or_;
    const bool is_one = begins && at.in_condition() && (is_tight || at.is(1, K::arrow)) &&
                        at.is(2, K::name) && !at.is(3, K::dot) && !is_packet_object(lower(from)) &&
                        !is_packet_object(lower(at.token(2).text));
    if (!is_one) return false;
    const auto meant = "iface.in == " + from + " and iface.out == " + at.token(2).text;
    const auto span = join(at.token().span, at.token(2).span);
    at.report(Kind::syntax_error, span, "a path is no condition", "write `" + meant + "`");
    for (const auto& token : lex(span.file, meant)) at.put(token.kind, token.text, span);
    return at.next += 3, true;
}

bool names_iface(const Cursor& at, std::size_t i) {
    if (!at.is(i, K::name) || at.is(i + 1, K::dot)) return false;
    for (std::size_t k = 0; k + 1 < at.tokens.size(); ++k)
        if (lower(at.tokens[k].text) == "iface" && at.tokens[k + 1].text == at.token(i).text) return true;
    return false;
}

/// `from lan`, `to wan`, `from lan to wan`: of an address it would be `ip.saddr`.
bool from_iface(Cursor& at) {
    const bool comes = one_of(at.word_at(0), {"from", "via", "through"});
    if ((!comes && at.word_at(0) != "to") || !begins_comparison(at) || !names_iface(at, 1)) return false;
    const bool leaves = comes && at.word_at(2) == "to" && names_iface(at, 3);
    const auto asked = std::string(comes ? "iface.in == " : "iface.out == ") + at.token(1).text;
    replace(at, leaves ? 4 : 2, quoted(at.token().text) + " has no meaning here",
            asked + (leaves ? " and iface.out == " + at.token(3).text : ""));
    return true;
}

/// `in == lan`, `in lan`.
bool without_object(Cursor& at) {
    if (!at.is(0, K::in) || !begins_comparison(at)) return false;
    const bool compares = at.is(1, K::equal) || at.is(1, K::not_equal);
    if (!names_iface(at, compares ? 2 : 1)) return false;
    const auto sign = compares ? at.token(1).text : "==";
    replace(at, compares ? 3 : 2, "`in` stands between two values",
            "iface.in " + sign + ' ' + at.token(compares ? 2 : 1).text);
    return true;
}

} // namespace

bool ways(Cursor& at) {
    return without_object(at) || (at.is(0, K::name) && (path_as_condition(at) || from_iface(at)));
}

} // namespace syntax::respelling
