// Numbers in pieces, operators on bits, and objects and statements where none can be.
#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/respell.hpp"

namespace syntax::respelling {

namespace {

bool is_character(const Cursor& at, std::size_t i, std::string_view text) {
    return at.is(i, K::bad_character) && at.token(i).text == text;
}

/// `10 . 0 . 0 . 1`, and an address that goes on in the next line.
bool parted_address(Cursor& at) {
    std::string text;
    std::size_t count = 0;
    const auto is_part = [&](std::size_t i) { return i % 2 == 1 ? at.is(i, K::dot) : at.is_literal_at(i); };
    constexpr std::size_t tokens_max = 7;
    while (count < tokens_max && is_part(count)) text += at.token(count++).text;
    if (count < 3 || !parse_address(text)) return false;
    const auto span = join(at.token().span, at.token(count - 1).span);
    at.report(Kind::bad_number, span, "an address is written without blanks", "write `" + text + "`");
    at.put(K::address, text, span);
    at.next += count;
    return true;
}

/// `10.0.0.0 0.0.0.255` in a list or for a name, and `address: 10.0.0.1 255.255.255.0` in an object.
bool parted_network(Cursor& at) {
    if (!at.is(0, K::address) || !at.is(1, K::address) || at.starts_line(1)) return false;
    const auto network = network_of(at.token().text, at.token(1).text);
    const bool in_object = at.in(K::open_brace) && !at.open.back().is_body && at.before() == K::colon;
    const auto key = in_object && at.out.size() > 1 ? lower(at.out[at.out.size() - 2].text) : std::string();
    const bool is_parted = key == "address" || key == "net" || key == "host" || key == "gateway";
    const bool is_value = at.in(K::open_bracket) || (at.open.empty() && at.before() == K::colon) || in_object;
    const bool is_netmask = !at.token(1).text.starts_with("0.");
    if (!network || !is_value || (is_parted && !is_netmask)) return false;
    const auto& mask = at.token(1);
    const auto whole = is_parted ? key + ": " + at.token().text + ", netmask: " + mask.text : *network;
    at.report(Kind::syntax_error, mask.span,
              is_parted ? "a netmask is a member of its own"
                        : "a network is written with the number of its fixed bits",
              "write `" + whole + "`");
    at.take();
    if (is_parted) {
        at.put(K::comma, ",", mask.span);
        at.put(K::name, "netmask", mask.span);
        at.put(K::colon, ":", mask.span);
        at.take();
        return true;
    }
    at.put(K::slash, "/", mask.span);
    at.put(K::integer, network->substr(network->find('/') + 1), mask.span);
    return ++at.next, true;
}

/// `dnat(web:8080)`, `dnat(web, port: 8080)`.
bool named_argument(Cursor& at) {
    const bool of_call = at.in(K::open_paren) && at.opener_follows({"dnat", "snat"});
    const bool joins = of_call && at.is(0, K::colon) && ends_value(at.before());
    // `dnat(addr:8080)`, where that is a name
    const bool is_address_with_port =
        at.is(2, K::integer) && at.is(3, K::close_paren) && !one_of(at.word_at(0), {"to", "port"});
    const bool names = of_call && at.is(0, K::name) && at.is(1, K::colon) &&
                       (at.before() == K::comma || (at.before() == K::open_paren && !is_address_with_port)) &&
                       one_of(at.word_at(0), {"address", "addr", "to", "ip", "port"});
    const std::size_t behind = names ? 2 : 1;
    if ((!joins && !names) || (!at.is(behind, K::name) && !at.is_literal_at(behind))) return false;
    const auto opener = at.open.back().index;
    std::string call = at.out[opener - 1].text + "(";
    for (auto i = opener + 1; i < at.out.size(); ++i)
        call += at.out[i].text + (at.out[i].kind == K::comma ? " " : "");
    at.report(Kind::syntax_error, names ? join(at.token().span, at.token(1).span) : at.token().span,
              quoted(names ? at.token().text + ":" : ":") + " has no meaning here",
              "write `" + call + (names ? "" : ", ") + at.value_at(behind) + ")`");
    if (joins) at.put(K::comma, ",", at.token().span);
    return at.next += behind, true;
}

/// `ip.ttl & 5`, `(ip.ttl & 5) == 5`: the property is left out of what is compared, so that nothing else is said of it.
bool bit_operator(Cursor& at) {
    const bool is_one = (is_character(at, 0, "&") || is_character(at, 0, "|")) && at.in(K::open_paren) &&
                        at.before() == K::name && at.is_literal_at(1);
    if (!is_one) return false;
    auto first = at.out.size() - 1;
    while (first > 1 && at.out[first - 1].kind == K::dot) first -= 2;
    const auto begins = first == 0 ? K::end_of_file : at.out[first - 1].kind;
    if (begins != K::open_paren && begins != K::and_ && begins != K::or_ && begins != K::not_) return false;
    at.report(Kind::stray_character, at.token().span, quoted(at.token().text) + " has no meaning here",
              "there is no arithmetic in the language, nor with bits: compare the whole value");
    at.out[first].inserted = true;
    at.next += 2;
    const bool wraps = begins == K::open_paren && first > 1 && at.out[first - 2].kind != K::if_;
    if (wraps && at.is(0, K::close_paren) && at.next + 1 < at.tokens.size() && is_relation(at.token(1).kind)) {
        at.out.erase(at.out.begin() + static_cast<std::ptrdiff_t>(first) - 1);
        at.open.pop_back();
        ++at.next;
    }
    return true;
}

/// `Iface e { … }` among statements, and not behind a function that lacks its last brace.
bool object_in_body(Cursor& at) {
    const bool in_body = !at.open.empty() && at.open.back().is_body;
    const bool is_inside = in_body && at.braces_match && (!at.starts_line() || at.token().span.begin.column > 1);
    const bool is_one = is_inside && names_type(at.word_at(0)) && at.is(1, K::name) && at.is(2, K::open_brace);
    const auto end = is_one ? at.closer_of(2) : 0;
    if (end == 0) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(1).span),
              "objects are declared outside of functions", "move it to in front of the function");
    at.put(K::name, left_out, at.token().span);
    at.next += end + 1;
    return true;
}

/// From `first` on: a verdict alone on its line, or `log("x")`; how many tokens it has.
std::size_t tokens_of_statement(const Cursor& at, std::size_t first) {
    const auto word = at.word_at(first);
    if (one_of(word, {"log", "syslog", "dnat", "snat"}) && at.is(first + 1, K::open_paren)) {
        const auto end = at.closer_of(first + 1);
        return end == 0 ? 0 : end + 1 - first;
    }
    const auto behind = first + 1;
    const bool is_last = at.next + behind == at.tokens.size();
    const bool is_alone = is_last || (at.starts_line(behind) && (at.is(behind, K::name) || at.is(behind, K::if_)));
    return is_verdict(word) && is_alone ? 1 : 0;
}

/// Statements where declarations stand: however many, what is missing is the function around them.
bool statements_outside(Cursor& at) {
    if (!at.open.empty() || !at.starts_line() || !end_declaration(at.out)) return false;
    // Where a brace too many closed the function around, the brace is the mistake.
    if (!at.braces_match && at.token().span.begin.column > 1) return false;
    const auto count = tokens_of_statement(at, 0);
    if (count == 0) return false;
    const bool translates = one_of(at.word_at(0), {"dnat", "snat"});
    at.report(Kind::syntax_error, join(at.token().span, at.token(count - 1).span), "this declares nothing",
              "statements stand in functions: `" + std::string(translates ? "Nat" : "Filter") + "::IP name { " +
                  at.written(0, count) + (translates || count == 1 ? " }`" : " drop }`"));
    while (const auto more = at.next < at.tokens.size() ? tokens_of_statement(at, 0) : 0) at.next += more;
    return true;
}

} // namespace

bool places(Cursor& at) {
    return parted_address(at) || parted_network(at) || named_argument(at) || bit_operator(at) ||
           (at.is(0, K::name) && (object_in_body(at) || statements_outside(at)));
}

} // namespace syntax::respelling
