// Lists in braces, flags with strokes between, and what stands in a list twice or not at all.
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

#include <algorithm>
#include <utility>

namespace syntax::respelling {

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string asked_one_by_one(const std::vector<std::string>& mask, const std::vector<std::string>& wanted) {
    std::string text;
    for (const auto& flag : mask) {
        const bool is_set = wanted.empty() || std::find(wanted.begin(), wanted.end(), flag) != wanted.end();
        text += std::string(text.empty() ? "" : " and ") + (is_set ? "" : "not ") + flag + " in tcp.flags";
    }
    return text;
}

/// `[1, 2, …]` and `[80, ..., 90]`.
bool ellipsis(Cursor& at) {
    const bool character = at.is(0, K::bad_character) && at.token().text == "\xe2\x80\xa6";
    const bool dots = at.is(0, K::dot) && at.is(1, K::dot) && at.is(2, K::dot);
    if (!character && !dots) return false;
    const std::size_t count = character ? 1 : 3;
    at.report(Kind::stray_character, join(at.token().span, at.token(count - 1).span),
              quoted(character ? at.token().text : "...") + " has no meaning here",
              at.in(K::open_bracket) ? "write every value, or a range such as `80-443`"
                                     : "write what belongs here");
    at.next += count;
    if (at.is(0, K::comma) && (at.before() == K::comma || at.before() == K::open_bracket)) ++at.next;
    return true;
}

bool opens_body_here(const Cursor& at) {
    return at.before() == K::close_paren || at.before() == K::else_ || at.before() == K::end_of_file;
}

} // namespace

std::string list_in_braces(const Cursor& at, std::size_t opener) {
    const auto end = at.is(opener, K::open_brace) ? at.closer_of(opener) : 0;
    if (end < opener + 2 || !at.is(end, K::close_brace)) return {};
    for (auto i = opener + 1; i < end; ++i)
        if (at.is(i, K::colon) || at.is(i, K::open_brace) || at.is(i, K::bad_character)) return {};
    return "[" + at.written(opener + 1, end) + "]";
}

void take_as_list(Cursor& at) {
    at.put(K::open_bracket, "[", at.token().span);
    at.open.push_back({K::open_brace, false, true});
    ++at.next;
}

namespace {

/// `ip.saddr == [web)`, `([ip.saddr == web)`: of one value no list is closed.
bool stray_opener(Cursor& at) {
    const bool is_one =
        at.is(0, K::open_bracket) && !at.lists_match && at.in(K::open_paren) && at.before() != K::in;
    for (std::size_t i = 1; is_one && at.next + i < at.tokens.size(); ++i) {
        const auto kind = at.token(i).kind;
        if (kind == K::comma || kind == K::minus || is_open_bracket(kind) || kind == K::close_bracket ||
            kind == K::close_brace)
            return false;
        if (kind != K::close_paren) continue;
        at.report(Kind::stray_bracket, at.token().span, "`[` is closed nowhere", "leave it out");
        return ++at.next, true;
    }
    return false;
}

/// `pool: [{ 10.0.0.12, 8443 }]`: of a server each value has a key.
bool keyless_server(Cursor& at) {
    const auto opener = at.in(K::open_bracket) ? at.open.back().index : 0;
    const bool is_one = opener > 1 && lower(at.out[opener - 2].text) == "pool" && at.is(0, K::open_brace) &&
                        (at.is(1, K::address) || at.is(1, K::name)) && at.is(2, K::comma) &&
                        (at.is(3, K::integer) || at.is(3, K::name)) && at.is(4, K::close_brace);
    if (!is_one) return false;
    const auto& brace = at.token().span;
    at.report(Kind::syntax_error, join(brace, at.token(4).span), "members are written `name: value`",
              "write `{ address: " + at.token(1).text + ", port: " + at.token(3).text + " }`");
    at.put(K::open_brace, "{", brace);
    for (const auto& [key, value] : {std::pair("address", 1), std::pair("port", 3)}) {
        if (value > 1) at.put(K::comma, ",", brace);
        at.put(K::name, key, brace);
        at.put(K::colon, ":", brace);
        at.out.push_back(at.token(value));
    }
    at.put(K::close_brace, "}", brace);
    return at.next += 5, true;
}

/// `tcp.dport in { 80, 443 }`, `tcp.dport { 80, 443 }` and `ports: { 80, 443 }`.
bool braced_list(Cursor& at) {
    if (!at.is(0, K::open_brace) || at.is(1, K::close_brace) || opens_body_here(at)) return false;
    const auto end = at.closer_of(0);
    if (end == 0 || at.token(end).kind != K::close_brace || at.is(2, K::colon) || at.is(end + 1, K::colon))
        return false;
    if (at.is(2, K::dot) && at.is(4, K::colon)) return false; // `{ ip.saddr: 10.0.0.1 }`
    // A brace too many has got what another one closes.
    for (std::size_t i = 1; i < end && !at.braces_match; ++i)
        if (end == 2 || at.is(i, K::colon)) return false;
    const bool holds_values =
        is_literal(at.token(1).kind) || (at.is(1, K::name) && !is_verdict(at.token(1).text));
    for (std::size_t i = 1, depth = 0; i < end; ++i) { // a member has a key: it is an object
        if (is_open_bracket(at.token(i).kind)) ++depth;
        if (is_close_bracket(at.token(i).kind)) --depth;
        if (depth == 0 && at.is(i, K::name) && at.is(i + 1, K::colon)) return false;
    }
    const bool is_one =
        end == 2 || at.is(2, K::comma) || at.is(2, K::slash) || at.is(2, K::minus) || at.is(2, K::dot);
    const auto left = at.before();
    const bool lacks_in = at.in(K::open_paren) && ends_value(left);
    // `if (a == b { accept }`
    const bool is_body =
        lacks_in && at.is(1, K::name) && (end > 2 ? !at.is(2, K::comma) : !at.is(3, K::close_paren));
    const bool is_value = left == K::colon || left == K::in || left == K::equal || left == K::not_equal ||
                          (left == K::comma && at.in(K::open_bracket)) || left == K::open_bracket;
    if (!holds_values || !is_one || is_body || (!lacks_in && !is_value)) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(end).span),
              "a list stands between `[` and `]`",
              "write `" + std::string(lacks_in ? "in " : "") + "[" + at.written(1, end) + "]`");
    if (lacks_in) at.put(K::in, "in", at.token().span);
    take_as_list(at);
    return true;
}

/// From `first` on: a flag, or several with `|` between, in parentheses or not; how many tokens they are.
std::size_t flags_from(const Cursor& at, std::size_t first, std::vector<std::string>& flags) {
    auto i = first + (at.is(first, K::open_paren) ? 1 : 0);
    if (!at.is(i, K::name)) return 0;
    for (; at.is(i, K::name); i += 2) {
        flags.push_back(at.token(i).text);
        if (!at.is(i + 1, K::bad_character) || at.token(i + 1).text != "|") break;
    }
    if (!at.is(i, K::name)) return 0;
    return i + (at.is(first, K::open_paren) ? 2 : 1) - first;
}

/// `tcp.flags & (syn|ack) == syn`, as nftables has it.
bool flag_mask(Cursor& at) {
    const bool is_one = at.word_at(0) == "tcp" && at.is(1, K::dot) && at.word_at(2) == "flags" &&
                        at.is(3, K::bad_character) && at.token(3).text == "&";
    if (!is_one) return false;
    std::vector<std::string> mask, wanted;
    auto count = flags_from(at, 4, mask);
    if (count == 0) return false;
    auto end = 4 + count;
    if (at.is(end, K::close_paren) && at.in(K::open_paren) && at.out.back().kind == K::open_paren &&
        (at.is(end + 1, K::equal) || at.is(end + 1, K::not_equal)))
        ++end; // `(tcp.flags & syn) != 0`
    const bool unwrap = end > 4 + count;
    if (at.is(end, K::equal) || at.is(end, K::not_equal)) {
        count = flags_from(at, end + 1, wanted);
        end += 1 + std::max<std::size_t>(count, 1);
    }
    const auto span = join(at.token().span, at.token(end - 1).span);
    at.report(Kind::syntax_error, span, "flags are not numbers that `&` works on",
              "write `" + asked_one_by_one(mask, wanted) + "`");
    if (unwrap) at.out.pop_back(), at.open.pop_back();
    at.put(K::name, mask.front(), span);
    at.put(K::in, "in", span);
    for (std::size_t i = 0; i < 3; ++i) at.out.push_back(at.token(i));
    at.next += end;
    return true;
}

/// `flags: syn|ack`, where a value belongs.
bool flag_list(Cursor& at) {
    const bool of_member =
        at.is(0, K::name) && at.before() == K::colon && at.in(K::open_brace) && !at.open.back().is_body;
    const bool of_list = at.is(0, K::name) && (at.before() == K::open_bracket || at.before() == K::comma) &&
                         at.in(K::open_bracket);
    if (!of_member && !of_list) return false;
    std::vector<std::string> flags;
    std::size_t end = 0;
    for (; at.is(end, K::name); end += 2) {
        flags.push_back(at.token(end).text);
        if (!at.is(end + 1, K::bad_character) ||
            (at.token(end + 1).text != "|" && at.token(end + 1).text != "+"))
            break;
    }
    if (flags.size() < 2 || !at.is(end, K::name)) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(end).span), "several values stand in a list",
              "write `" + (of_member ? "[" + joined(flags) + "]" : joined(flags)) + "`");
    const auto span = at.token().span;
    if (of_member) at.put(K::open_bracket, "[", span);
    for (std::size_t i = 0; i < flags.size(); ++i) {
        if (i > 0) at.put(K::comma, ",", at.token(2 * i - 1).span);
        at.put(K::name, flags[i], at.token(2 * i).span);
    }
    if (of_member) at.put(K::close_bracket, "]", at.token(end).span);
    at.next += end + 1;
    return true;
}

/// `x:`, and below it `- 10.0.0.1` on lines of their own, as YAML has it.
bool dashed_list(Cursor& at) {
    const bool is_one = at.is(0, K::minus) && at.before() == K::colon && at.starts_line();
    std::vector<std::string> items;
    std::size_t end = 0;
    while (is_one && at.is(end, K::minus) && at.starts_line(end)) {
        auto last = end + 1;
        while (at.next + last < at.tokens.size() && !at.starts_line(last)) ++last;
        // The dash of the next line makes no range of the two.
        if (last == end + 1 || tokens_of_value(at.tokens, at.next + end + 1) < last - end - 1) return false;
        items.push_back(at.written(end + 1, last));
        end = last;
    }
    if (items.empty()) return false;
    at.report(Kind::syntax_error, at.token().span, "a list stands between `[` and `]`",
              "write `[" + joined(items) + "]`");
    at.put(K::open_bracket, "[", at.token().span);
    for (std::size_t i = 1; i < end; ++i) {
        const auto& token = at.token(i);
        if (token.kind == K::minus && at.starts_line(i))
            at.put(K::comma, ",", token.span);
        else
            at.out.push_back(token);
    }
    at.put(K::close_bracket, "]", at.token(end - 1).span);
    return at.next += end, true;
}

/// `a,, b`.
bool doubled_comma(Cursor& at) {
    if (!at.is(0, K::comma) || at.before() != K::comma) return false;
    at.report(Kind::syntax_error, at.token().span, "there are two commas in a row", "leave one of them out");
    while (at.is(0, K::comma)) ++at.next;
    return true;
}

/// `{{ drop }}`: one pair is left out, and what it holds is read.
bool doubled_braces(Cursor& at) {
    if (at.left_out_closers.contains(at.next)) return ++at.next, true;
    if (!at.braces_match || !at.is(0, K::open_brace) || at.before() != K::open_brace ||
        at.in(K::open_bracket))
        return false;
    const auto end = at.closer_of(0);
    if (end == 0 || at.token(end).kind != K::close_brace || !at.is(end + 1, K::close_brace)) return false;
    at.report(Kind::stray_bracket, at.token().span, "these braces stand in braces already",
              "leave one pair of them out");
    at.left_out_closers.insert(at.next + end);
    ++at.next;
    return true;
}

} // namespace

bool lists(Cursor& at) {
    return ellipsis(at) || dashed_list(at) || stray_opener(at) || doubled_comma(at) || doubled_braces(at) ||
           keyless_server(at) || braced_list(at) || flag_mask(at) || flag_list(at);
}

} // namespace syntax::respelling
