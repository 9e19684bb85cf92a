// Members of objects that lack brackets or a value, and lines of them that stand twice.
#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

namespace syntax::respelling {

namespace {

bool in_object(const Cursor& at) {
    return at.in(K::open_brace) && !at.open.back().is_body && !at.open.back().is_braced_list;
}

bool begins_member(const Cursor& at) {
    return in_object(at) && (at.before() == K::open_brace || at.before() == K::comma);
}

/// Members that are `true` or `false`.
bool is_switch(std::string_view word) {
    return one_of(word, {"masquerade", "stateful_tcp", "drop_invalid", "send_time_exceeded"});
}

/// `20,000`: behind a number, how many tokens belong to it; nothing where it is written as numbers are.
std::size_t tokens_of_thousands(const Cursor& at) {
    constexpr std::size_t digits_max = 3;
    const auto is_group = [&](std::size_t i) {
        return at.is(i, K::comma) && at.is(i + 1, K::integer) && at.token(i + 1).text == "000" &&
               at.token(i).span.end == at.token(i + 1).span.begin &&
               at.token(i - 1).span.end == at.token(i).span.begin;
    };
    if (!at.is(0, K::integer) || at.token().text.size() > digits_max) return 0;
    std::size_t count = 1;
    while (is_group(count)) count += 2;
    return count - 1;
}

/// `limit: 20,000` in an object: no list has two such numbers side by side.
bool thousands(Cursor& at) {
    if (at.before() != K::colon || !in_object(at)) return false;
    const auto count = tokens_of_thousands(at);
    if (count == 0) return false;
    auto number = at.token().text;
    for (std::size_t i = 2; i <= count; i += 2) number += at.token(i).text;
    const auto span = join(at.token().span, at.token(count).span);
    at.report(Kind::syntax_error, span, "numbers have no commas", "write `" + number + "`");
    at.put(K::integer, number, span);
    return at.next += count + 1, true;
}

/// `address: 203,0,113,2`.
bool address_with_commas(Cursor& at) {
    const bool is_value = at.before() == K::colon && in_object(at) && at.out.size() > 1;
    const auto key = is_value ? lower(at.out[at.out.size() - 2].text) : std::string();
    if (!one_of(key, {"address", "netmask", "gateway", "dns", "net", "host", "nexthop", "saddr", "daddr"})) return false;
    constexpr std::size_t tokens = 7;
    std::string text;
    for (std::size_t i = 0; i < tokens; ++i) {
        if (!at.is(i, i % 2 == 0 ? K::integer : K::comma)) return false;
        text += i % 2 == 0 ? at.token(i).text : ".";
    }
    if (!parse_address(text)) return false;
    const auto span = join(at.token().span, at.token(tokens - 1).span);
    at.report(Kind::bad_number, span, "an address is written with dots", "write `" + text + "`");
    at.put(K::address, text, span);
    return at.next += tokens, true;
}

/// `rate: 6 per minute`.
bool rate_in_words(Cursor& at) {
    const bool is_one = at.before() == K::colon && in_object(at) && at.is(0, K::integer) &&
                        one_of(at.word_at(1), {"per", "a", "each", "every"}) &&
                        one_of(at.word_at(2), {"second", "minute", "hour", "day"}) &&
                        (at.is(3, K::comma) || at.is(3, K::close_brace));
    if (!is_one) return false;
    at.report(Kind::syntax_error, join(at.token(1).span, at.token(2).span), "`per` is a member of its own",
              "write `" + at.token().text + ", per: " + at.token(2).text + "`");
    at.take();
    at.put(K::comma, ",", at.token().span);
    at.put(K::name, "per", at.token().span);
    at.put(K::colon, ":", at.token().span);
    return ++at.next, true;
}

/// `index: 0.10` and `index: eth0.10`, as Linux has tagged frames.
bool index_with_vlan(Cursor& at) {
    const bool is_value = at.before() == K::colon && in_object(at) && at.out.size() > 1 &&
                          lower(at.out[at.out.size() - 2].text) == "index";
    const bool is_name = at.is(0, K::name) && at.is(1, K::dot) && at.is(2, K::integer);
    const auto opener = is_value ? at.open.back().index : 0;
    const bool in_iface = opener > 1 && lower(at.out[opener - 2].text) == "iface";
    if (!in_iface || (!is_name && !at.is(0, K::decimal))) return false;
    const auto& text = at.token().text;
    const auto first = is_name ? text.find_last_not_of("0123456789") + 1 : 0;
    const auto index = text.substr(first, is_name ? text.npos : text.find('.'));
    const auto vlan = is_name ? at.token(2).text : text.substr(text.find('.') + 1);
    const auto span = join(at.token().span, at.token(is_name ? 2 : 0).span);
    at.report(Kind::syntax_error, span, "the tag of frames is a member of its own",
              "write `" + (index.empty() ? "0" : index) + ", vlan: " + vlan + "`");
    at.put(K::integer, index.empty() ? "0" : index, span);
    at.put(K::comma, ",", span);
    at.put(K::name, "vlan", span);
    at.put(K::colon, ":", span);
    at.put(K::integer, vlan, span);
    return at.next += is_name ? 3 : 1, true;
}

/// `accept,` in a Test.
bool verdict_as_member(Cursor& at) {
    const bool is_parted = at.out.size() > 1 && lower(at.out[at.out.size() - 2].text) == "expect"; // `expect, accept`
    const bool is_one = begins_member(at) && !is_parted && is_verdict(at.word_at(0)) &&
                        (at.is(1, K::comma) || at.is(1, K::close_brace));
    const auto opener = is_one ? at.open.front().index : 0;
    const auto depth = at.open.size();
    const bool in_test = opener > 1 && lower(at.out[opener - 2].text) == "test" &&
                         (depth == 1 || (depth == 3 && at.open[1].bracket == K::open_bracket));
    if (!in_test) return false;
    at.report(Kind::syntax_error, at.token().span, quoted(at.token().text) + " is no member by itself",
              "write `expect: " + at.token().text + "`");
    at.put(K::name, "expect", at.token().span);
    at.put(K::colon, ":", at.token().span);
    return at.take(), true;
}

/// `prerouting: Nat::IP f`.
bool typed_function_in_chain(Cursor& at) {
    const bool is_value = at.before() == K::colon || at.before() == K::open_bracket || at.before() == K::comma;
    const bool is_one = is_value && !at.open.empty() && !at.open.back().is_body &&
                        one_of(at.word_at(0), {"filter", "nat"}) && at.is(1, K::colon) && at.is(2, K::colon) &&
                        at.is(3, K::name) && at.is(4, K::name) && !at.starts_line(4);
    if (!is_one) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(3).span), "a chain names its functions alone",
              "write " + quoted(at.token(4).text));
    return at.next += 4, true;
}

/// `pool: first, { … }`.
bool bare_pool(Cursor& at) {
    const bool is_pool = at.before() == K::colon && in_object(at) && at.out.size() > 1 &&
                         lower(at.out[at.out.size() - 2].text) == "pool";
    const auto behind = [&](std::size_t item) { // 0 where none is
        if (at.is(item, K::open_brace)) return at.closer_of(item) == 0 ? 0 : at.closer_of(item) + 1;
        return at.is(item, K::name) && !at.is(item + 1, K::colon) ? item + 1 : 0;
    };
    auto end = is_pool ? behind(0) : 0;
    std::size_t items = 1;
    while (end > 0 && at.is(end, K::comma) && behind(end + 1) > 0) end = behind(end + 1), ++items;
    if (end == 0 || items < 2) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(end - 1).span), "several values stand in a list",
              "write `pool: […]`");
    at.put(K::open_bracket, "[", at.token().span);
    for (std::size_t i = 0; i < end; ++i) at.out.push_back(at.token(i));
    at.put(K::close_bracket, "]", at.out.back().span);
    return at.next += end, true;
}

/// `flags: syn, ack`: values of one sort, of which none but the first has a key.
bool bare_list(Cursor& at) {
    if (at.before() != K::colon || !in_object(at) || at.is(0, K::open_bracket)) return false;
    auto end = tokens_of_value(at.tokens, at.next);
    bool is_list = false;
    while (end > 0 && at.is(end, K::comma)) {
        const auto item = end + 1, count = tokens_of_value(at.tokens, at.next + item);
        const bool is_member = is_switch(at.word_at(item)) || at.word_at(item) == "dhcp";
        if (count == 0 || at.is(item + count, K::colon) || is_member) break;
        if (at.is(item, K::name) != at.is(0, K::name)) return false;
        is_list |= at.token(item).text != at.token().text; // else it is one value, twice
        end = item + count;
    }
    const bool is_over = at.is(end, K::comma) || at.is(end, K::close_brace) ||
                         (at.next + end < at.tokens.size() && at.starts_line(end));
    if (!is_list || !is_over) return false;
    const auto span = join(at.token().span, at.token(end - 1).span);
    at.report(Kind::syntax_error, span, "several values stand in a list",
              "write `[" + written(at.tokens, {at.next, at.next + end}) + "]`");
    at.put(K::open_bracket, "[", span);
    for (std::size_t i = 0; i < end; ++i) at.out.push_back(at.token(i));
    at.put(K::close_bracket, "]", span);
    return at.next += end, true;
}

/// `wan.input: f, g` and `admins: a | b`, outside of objects.
bool bare_list_outside(Cursor& at) {
    if (at.before() != K::colon || !at.open.empty() || at.is(0, K::open_bracket)) return false;
    const auto joins = [&](std::size_t i) {
        return at.is(i, K::comma) || (at.is(i, K::bad_character) && at.token(i).text == "|");
    };
    std::size_t end = tokens_of_value(at.tokens, at.next), items = 1;
    std::string list = end > 0 ? at.value_at(0) : "";
    while (end > 0 && joins(end) && !at.starts_line(end + 1)) {
        const auto count = tokens_of_value(at.tokens, at.next + end + 1);
        if (count == 0 || at.starts_line(end)) return false;
        list += ", " + at.value_at(end + 1);
        end += 1 + count;
        ++items;
    }
    const bool is_over =
        at.next + end == at.tokens.size() || (at.next + end < at.tokens.size() && at.starts_line(end));
    if (items < 2 || !is_over) return false;
    auto first = at.out.size() - 1; // of the name
    while (first > 0 && at.out[first - 1].span.begin.line == at.out[first].span.begin.line) --first;
    const auto whole = written(at.out, {first, at.out.size()}) + " [" + list + "]";
    const auto span = join(at.token().span, at.token(end - 1).span);
    at.report(Kind::syntax_error, join(at.out[first].span, span), "several values stand in a list",
              "write `" + whole + "`");
    at.put(K::open_bracket, "[", span);
    for (std::size_t i = 0; i < end; ++i)
        if (joins(i))
            at.put(K::comma, ",", at.token(i).span);
        else
            at.out.push_back(at.token(i));
    at.put(K::close_bracket, "]", span);
    return at.next += end, true;
}

void put_member(Cursor& at, std::string_view key, K kind, std::string_view value) {
    const auto span = at.token().span;
    at.put(K::name, key, span);
    at.put(K::colon, ":", span);
    at.out.push_back({kind, std::string(value), span}); // to be read: nothing is unknown of it
}

/// `masquerade, prerouting: f` and `dhcp, …`.
bool without_value(Cursor& at) {
    const auto word = at.word_at(0);
    const bool is_over = at.is(1, K::comma) || at.is(1, K::close_brace);
    if (!begins_member(at) || !is_over || (!is_switch(word) && word != "dhcp")) return false;
    const bool is_dhcp = word == "dhcp";
    const auto key = is_dhcp ? "config" : at.token().text, value = std::string(is_dhcp ? "dhcp" : "true");
    at.report(Kind::syntax_error, at.token().span, quoted(at.token().text) + " is no member by itself",
              "write `" + key + ": " + value + "`");
    put_member(at, key, is_dhcp ? K::name : K::true_, value);
    return ++at.next, true;
}

/// `dhcp: true` in an Iface.
bool dhcp_as_switch(Cursor& at) {
    const bool is_one = begins_member(at) && at.word_at(0) == "dhcp" && at.is(1, K::colon) &&
                        (at.is(2, K::true_) || one_of(at.word_at(2), {"yes", "on", "enabled", "client"}));
    const auto opener = is_one ? at.open.back().index : 0;
    if (opener < 2 || lower(at.out[opener - 2].text) != "iface") return false;
    at.report(Kind::unknown_key, join(at.token().span, at.token(2).span), "an Iface has no `dhcp`",
              "write `config: dhcp`");
    put_member(at, "config", K::name, "dhcp");
    return at.next += 3, true;
}

/// `vlan.id: 5` in an Iface, as packets have it.
bool vlan_of_iface(Cursor& at) {
    const bool is_one = begins_member(at) && at.word_at(0) == "vlan" && at.is(1, K::dot) &&
                        at.is(3, K::colon) && at.open.back().index > 1;
    if (!is_one || lower(at.out[at.open.back().index - 2].text) != "iface") return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(2).span), "a key is one word",
              "write `vlan`");
    at.take();
    return at.next += 2, true;
}

/// The tokens of a line but for a comma at its end.
Range without_comma(const Tokens& tokens, Range line) {
    return {line.begin, line.end - (tokens[line.end - 1].kind == K::comma ? 1 : 0)};
}

/// Several members on one line, and the same line again. Of one member both are shown elsewhere.
bool doubled_members(Cursor& at) {
    if (!at.starts_line() || !at.is(1, K::colon) || !in_object(at) || at.before() == K::open_brace)
        return false;
    const auto line = without_comma(at.tokens, {at.next, at.next + at.tokens_on_line()});
    auto first = at.next - 1;
    while (first > 0 && at.tokens[first - 1].span.end.line == at.tokens[first].span.begin.line) --first;
    const auto before = without_comma(at.tokens, {first, at.next});
    if (line.end - line.begin != before.end - before.begin) return false;
    std::size_t depth = 0, members = 0;
    for (std::size_t i = 0; line.begin + i < line.end; ++i) {
        const auto kind = at.tokens[line.begin + i].kind;
        if (at.tokens[line.begin + i].text != at.tokens[before.begin + i].text) return false;
        if (is_open_bracket(kind)) ++depth;
        if (is_close_bracket(kind) && depth-- == 0) return false;
        members += depth == 0 && kind == K::colon;
    }
    if (members < 2 || depth > 0) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.tokens[line.end - 1].span),
              "this line stands twice", "leave one of them out");
    at.next = line.end;
    if (at.before() == K::comma && at.is(0, K::comma)) ++at.next;
    return true;
}

/// `web: 10.0.0.1.`
bool dot_behind_number(Cursor& at) {
    const auto before = at.before();
    const bool is_number = before == K::address || before == K::integer || before == K::bad_number;
    const bool touches =
        at.next > 0 && at.is(0, K::dot) && at.tokens[at.next - 1].span.end == at.token().span.begin;
    const bool is_last = at.next + 1 == at.tokens.size() || at.token().span.end != at.token(1).span.begin ||
                         at.is(1, K::comma) || is_close_bracket(at.token(1).kind);
    if (!touches || !is_number || !is_last) return false;
    at.report(Kind::stray_character, at.token().span, "`.` has no meaning here", "leave it out");
    return ++at.next, true;
}

} // namespace

bool members(Cursor& at) {
    return doubled_members(at) || thousands(at) || address_with_commas(at) || rate_in_words(at) ||
           index_with_vlan(at) || typed_function_in_chain(at) || bare_pool(at) || bare_list(at) ||
           bare_list_outside(at) || without_value(at) || verdict_as_member(at) || dhcp_as_switch(at) || vlan_of_iface(at) || dot_behind_number(at);
}

} // namespace syntax::respelling
