// What is logged: texts without quotes, severities in other places, parentheses that are missing.
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

namespace syntax::respelling {

namespace {

bool in_log(const Cursor& at) { return at.in(K::open_paren) && at.opener_follows({"log", "syslog"}); }

bool is_severity(std::string_view word) {
    return one_of(word, {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"});
}

bool names_syslog(const Cursor& at, const std::string& name) {
    for (std::size_t i = 0; i + 1 < at.tokens.size(); ++i)
        if (lower(at.tokens[i].text) == "syslog" && at.tokens[i + 1].kind == K::name &&
            at.tokens[i + 1].text == name)
            return true;
    return false;
}

/// `log("from ", ip saddr)`
bool missing_dot(Cursor& at) {
    const bool of_call =
        at.before() == K::comma || (at.before() == K::open_paren && at.out.size() > 1 &&
                                    one_of(lower(at.out[at.out.size() - 2].text), {"log", "syslog"}));
    if (!of_call || !at.in(K::open_paren) || !at.is(1, K::name) || at.starts_line(1)) return false;
    if (!is_packet_object(lower(at.token().text))) return false;
    at.report(Kind::syntax_error, at.token(1).span, "a `.` is missing before this",
              "write `" + at.token().text + "." + at.token(1).text + "`");
    at.take();
    at.put(K::dot, ".", at.token().span);
    at.take();
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

/// `log("x", \n)`: outside of quotes.
bool unquoted_escape(Cursor& at) {
    const bool is_one = in_log(at) && at.is(0, K::bad_character) && at.token().text == "\\" &&
                        at.is(1, K::name) && one_of(at.token(1).text, {"n", "t", "r"}) &&
                        at.token(0).span.end == at.token(1).span.begin;
    if (!is_one) return false;
    const auto text = "\"\\" + at.token(1).text + '"';
    const auto span = join(at.token().span, at.token(1).span);
    at.report(Kind::stray_character, span, "a text stands between `\"`", "write `" + text + "`");
    at.put(K::string, text, span);
    return at.next += 2, true;
}

/// `log("from " . ip.saddr)`.
bool joined_by_dot(Cursor& at) {
    const bool is_one = in_log(at) && at.is(0, K::dot) &&
                        (at.before() == K::string ? at.is(1, K::name) || at.is(1, K::string)
                                                  : at.before() == K::name && at.is(1, K::string));
    if (!is_one) return false;
    at.report(Kind::syntax_error, at.token().span, "`.` joins no texts",
              "what is logged stands between commas: write `,`");
    at.put(K::comma, ",", at.token().span);
    return ++at.next, true;
}

/// `syslog(collector, WARNING, "x")`, `syslog("x", WARNING)`.
bool late_severity(Cursor& at) {
    const bool begins = at.before() == K::open_paren && at.in(K::open_paren) &&
                        at.opener_follows({"syslog"}) && at.is(1, K::comma) && is_severity(at.word_at(2));
    const bool names_server =
        begins && at.is(3, K::comma) && at.is(0, K::name) && names_syslog(at, at.token().text);
    const bool is_swapped = begins && at.is(3, K::close_paren) && at.is(0, K::string);
    if (!names_server && !is_swapped) return false;
    const auto closer = [&] {
        std::size_t end = 3;
        for (std::size_t depth = 0; at.next + end < at.tokens.size(); ++end)
            if (is_open_bracket(at.token(end).kind))
                ++depth;
            else if (is_close_bracket(at.token(end).kind) && depth-- == 0)
                break;
        return end;
    }();
    const auto arguments = is_swapped ? at.token(2).text + ", " + at.token().text : at.written(2, closer);
    at.report(Kind::wrong_arguments, at.token().span, "a `syslog` begins with its severity",
              "write `syslog(" + arguments + ")`");
    if (names_server) return at.next += 2, true;
    at.out.push_back(at.token(2));
    at.out.push_back(at.token(1));
    at.out.push_back(at.token(0));
    return at.next += 3, true;
}

/// `log "from ", ip.saddr)`, `syslog WARNING ("x")`: from the name on, which of the parentheses is missing.
bool parentheses(Cursor& at) {
    const auto word = at.word_at(0);
    const bool in_body = !at.open.empty() && at.open.back().is_body;
    const bool has_severity = word == "syslog" && is_severity(at.word_at(1));
    if (!in_body || (word != "log" && !has_severity) || at.starts_line(1)) return false;
    const std::size_t first = has_severity ? 2 : 1;
    if (has_severity && at.is(2, K::open_paren)) {
        const auto end = at.closer_of(2);
        if (end < 4) return false;
        at.report(Kind::wrong_arguments, join(at.token(1).span, at.token(2).span),
                  "a `syslog` begins with its severity",
                  "write `syslog(" + at.token(1).text + ", " + at.written(3, end) + ")`");
        const auto severity = at.token(1);
        at.take();
        ++at.next;
        at.take();
        at.out.push_back(severity);
        at.put(K::comma, ",", severity.span);
        return true;
    }
    if (!at.is(first, K::string) && !(has_severity && at.is(first, K::comma) && at.is(first + 1, K::string)))
        return false;
    auto end = first + (at.is(first, K::comma) ? 2 : 1);
    while (at.is(end, K::comma) && !at.starts_line(end + 1) &&
           tokens_of_value(at.tokens, at.next + end + 1) > 0)
        end += 1 + tokens_of_value(at.tokens, at.next + end + 1);
    const bool has_closer = at.is(end, K::close_paren);
    const auto& name = at.token();
    if (has_closer)
        at.report(Kind::missing_bracket, {name.span.file, name.span.end, name.span.end},
                  "a `(` is missing here", "add `(`");
    else
        at.report(Kind::syntax_error, join(at.token(1).span, at.token(end - 1).span),
                  "what an action works on stands in parentheses",
                  "write `" + name.text + "(" + (has_severity ? at.token(1).text + ", " : "") +
                      at.written(at.is(first, K::comma) ? first + 1 : first, end) + ")`");
    at.take();
    at.put(K::open_paren, "(", at.token().span);
    for (std::size_t i = 1; i < end; ++i) {
        if (i == first && has_severity && !at.is(i - 1, K::comma))
            at.put(K::comma, ",", at.token(i - 1).span);
        at.out.push_back(at.token(i - 1));
    }
    at.put(K::close_paren, ")", at.out.back().span);
    at.open_before_closer = K::name; // and no `if`
    return at.next += end - 1 + (has_closer ? 1 : 0), true;
}

} // namespace

bool logs(Cursor& at) {
    return unquoted_escape(at) || joined_by_dot(at) || late_severity(at) ||
           (at.is(0, K::name) && (parentheses(at) || missing_dot(at) || unquoted_text(at)));
}

} // namespace syntax::respelling
