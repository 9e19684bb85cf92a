#include "compiler/syntax/syntax_hint.hpp"

#include "compiler/syntax/foreign_comparison.hpp"
#include "compiler/syntax/foreign_rule.hpp"
#include "compiler/syntax/words.hpp"
#include "compiler/syntax/written.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace syntax {

namespace {

using K = TokenKind;

bool expects(const SyntaxError& error, K kind) {
    return std::find(error.expected.begin(), error.expected.end(), kind) != error.expected.end();
}

bool is_keyword(K kind) { return kind <= K::false_; }

/// `write `name: value`` for a value that lacks its colon.
std::string pair_hint(const SyntaxError& error, const Tokens& tokens) {
    return "write `" + error.before.text + ": " + value_at(tokens, error.index) + "`";
}

std::string text_at(const Tokens& tokens, std::size_t index) {
    return index < tokens.size() ? tokens[index].text : std::string("…");
}

/// Words with which rules begin in other firewalls' languages.
bool begins_foreign_rule(const std::string& word) {
    static const std::set<std::string> words = {
        "block", "pass", "table",  "chain", "iptables", "nft",    "allow",
        "deny",  "drop", "accept", "ufw",   "permit",   "reject", "set",
        "rule",  "add",  "policy", "rdr",   "nat",      "scrub",  "access-list"};
    return words.contains(word);
}

std::size_t first_on_line(const SyntaxError& error, const Tokens& tokens) {
    auto first = std::min(error.index, tokens.size());
    while (first > 0 && tokens[first - 1].span.begin.line == error.seen.span.begin.line) --first;
    return first;
}

/// The name with its members that ends before the token that was seen.
std::string path_before(const SyntaxError& error, const Tokens& tokens) {
    auto first = error.index - 1;
    while (first > 1 && tokens[first - 1].kind == K::dot) first -= 2;
    std::string path;
    for (auto i = first; i < error.index; ++i) path += tokens[i].text;
    return path;
}

K kind_at(const Tokens& tokens, std::size_t index) {
    return index < tokens.size() ? tokens[index].kind : K::end_of_file;
}

std::string statement_hint(const SyntaxError& error, const Tokens& tokens) {
    if (error.seen.kind == K::open_brace && is_verdict(error.before.text))
        return quoted(error.before.text) + " takes no body: leave the braces out";
    const auto word = lower(error.before.text);
    if (word == "rate") return "write a `Limit`, and test it: `if (name.exceeded) { drop }`";
    const auto action = error.index > 1 ? lower(tokens[error.index - 2].text) : std::string();
    if (word == "to" && action == "redirect")
        return "write `dnat(" + value_at(tokens, error.index) + ")` in a Nat function";
    if (word == "prefix") return "write `log(\"text\")`";
    const bool takes_arguments = word == "log" || word == "syslog" || word == "dnat" || word == "snat";
    if (takes_arguments && is_literal(error.seen.kind))
        return "what an action works on stands in parentheses: `" + error.before.text + "(" +
               error.seen.text + ")`";
    return "a statement is an action such as `accept`, a call, an `if`, or `Filter::TCP { … }`";
}

/// Whether what stands behind the comma is no further value.
bool ends_declaration(const SyntaxError& error, const Tokens& tokens) {
    const auto next = error.index + 1;
    if (next >= tokens.size() || error.before.kind == K::close_brace) return true;
    auto last = next; // of a name with its members
    while (kind_at(tokens, last + 1) == K::dot) last += 2;
    const auto behind = kind_at(tokens, last + 1);
    return tokens[next].kind == K::name &&
           (behind == K::colon || behind == K::name || behind == K::open_brace);
}

/// A list from a file, its path without quotes or `file`: `lists/bad.txt`, `include "bad.txt"`.
std::string file_hint(const SyntaxError& error, const Tokens& tokens) {
    const auto word = lower(error.before.text);
    const bool includes = word == "include" || word == "import" || word == "file" || word == "load" || word == "read";
    if (error.seen.kind == K::string && includes) return "write `file(" + error.seen.text + ")`";
    if (error.seen.kind != K::slash || error.before.kind != K::name) return {};
    std::string path = error.before.text;
    for (auto i = error.index; i < tokens.size() && tokens[i].kind != K::close_paren &&
                               tokens[i].kind != K::comma && tokens[i].span.begin == tokens[i - 1].span.end;
         ++i)
        path += tokens[i].text;
    if (path.find('.') == path.npos) return {};
    return "a list is read from a file by `file(\"" + path + "\")`";
}

/// No brace stands before it on its line.
bool is_in_heading(const SyntaxError& error, const Tokens& tokens) {
    for (auto i = first_on_line(error, tokens); i < error.index; ++i)
        if (tokens[i].kind == K::open_brace) return false;
    return true;
}

/// `xlan` is the name of an Assert and that of an Iface: the latter; empty where no Iface is called so.
std::string iface_at_end_of(const std::string& word, const Tokens& tokens) {
    std::string longest;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        const auto& name = tokens[i + 1].text;
        const bool is_iface = tokens[i + 1].kind == K::name && lower(tokens[i].text) == "iface";
        if (is_iface && name.size() < word.size() && name.size() > longest.size() && word.ends_with(name))
            longest = name;
    }
    return longest;
}

/// `Assert x(lan.input) {` and `Assert::IP x lan.input {`, `Assert::IP xlan -> wan) {`.
std::string assert_hint(const SyntaxError& error, const Tokens& tokens) {
    const auto first = first_on_line(error, tokens);
    if (lower(text_at(tokens, first)) != "assert" || !is_in_heading(error, tokens)) return {};
    if (error.before.kind == K::close_paren) return {}; // what lacks is its body
    const bool has_subtype = kind_at(tokens, first + 1) == K::colon;
    const auto name = first + (has_subtype ? 4 : 1);
    if (kind_at(tokens, name) != K::name) return {};
    std::string about;
    const auto line = error.seen.span.begin.line;
    for (auto i = error.index; i < tokens.size() && tokens[i].span.begin.line == line &&
                               tokens[i].kind != K::open_brace && tokens[i].kind != K::close_paren;
         ++i)
        about += tokens[i].kind == K::arrow ? " -> " : tokens[i].text;
    auto called = tokens[name].text;
    if (error.seen.kind == K::arrow && name + 1 == error.index) {
        const auto iface = iface_at_end_of(called, tokens);
        about = (iface.empty() ? called : iface) + about;
        called = iface.empty() ? "name" : called.substr(0, called.size() - iface.size());
    }
    return "write `Assert::" + (has_subtype ? text_at(tokens, first + 3) : "IP") + " " + called + "(" +
           about + ") { … }`";
}

/// `lan: [10.0.0.0/8, !10.0.0.1]`.
std::string exception_hint(const SyntaxError& error, const Tokens& tokens) {
    if (error.seen.kind != K::not_ || (error.before.kind != K::comma && error.before.kind != K::open_bracket))
        return {};
    auto opener = error.index;
    while (opener > 0 && tokens[opener].kind != K::open_bracket && !is_close_bracket(tokens[opener].kind))
        --opener;
    const bool is_named =
        opener > 1 && kind_at(tokens, opener - 1) == K::colon && kind_at(tokens, opener) == K::open_bracket;
    auto end = error.index + 1;
    while (end < tokens.size() && tokens[end].kind != K::comma && tokens[end].kind != K::close_bracket) ++end;
    const auto words = words_of(std::span(tokens).subspan(error.index, end - error.index));
    std::size_t at = 0;
    const auto asked = read_comparison("ip.saddr", words, at, names_of_sets(tokens)).value_or("");
    const auto name = is_named ? tokens[opener - 2].text : std::string("…");
    return "a list has no exceptions: leave it out, and ask `ip.saddr in " + name +
           (asked.empty() ? "`" : " and " + asked + '`');
}

/// `x - y`, `1 - y`.
bool is_range_of_names(const SyntaxError& error, const Tokens& tokens) {
    const auto is_end = [](K kind) { return kind == K::name || is_literal(kind); };
    if (error.seen.kind == K::minus)
        return error.before.kind == K::name && is_end(kind_at(tokens, error.index + 1));
    const bool is_second = error.seen.kind == K::name && error.before.kind == K::minus && error.index > 1;
    return is_second && is_end(kind_at(tokens, error.index - 2));
}

std::string declaration_hint(const std::string& first) {
    if (begins_foreign_rule(first))
        return "rules stand in functions: `Filter::IP name { if (ip.saddr == 10.0.0.1) { accept } drop }`";
    if (first == "import" || first == "include") return "write `import \"common.nacl\"`";
    return "a declaration is `name: value`, `Iface name { … }` or `Filter::IP name { … }`";
}

/// `{ 10.0.0.1, 10.0.0.2 }` as a list; empty for what is none.
std::string values_in_braces(const Tokens& tokens, std::size_t opener) {
    const auto list = values_as_list(tokens, opener + 1);
    const auto count = tokens_of_value(tokens, opener + 1);
    const auto end = list ? list->end : opener + 1 + count;
    if (count == 0 || kind_at(tokens, end) != K::close_brace) return {};
    return list ? list->text : '[' + value_at(tokens, opener + 1) + ']';
}

std::string listed_from(const Tokens& tokens, std::size_t first) {
    const auto list = kind_at(tokens, first - 1) == K::colon ? values_as_list(tokens, first) : std::nullopt;
    return list ? list->text : "[…]";
}

/// `Iface: eth0 {` and `Iface eth0 index: 0`.
std::string typed_hint(const SyntaxError& error, const Tokens& tokens) {
    const auto i = error.index;
    if (i < 3 || tokens[i - 1].kind != K::name || tokens[i - 3].kind != K::name ||
        !names_type(tokens[i - 3].text))
        return {};
    if (error.seen.kind == K::open_brace && tokens[i - 2].kind == K::colon)
        return "write `" + tokens[i - 3].text + " " + tokens[i - 1].text + " { … }`";
    const bool has_value = is_literal(error.seen.kind) || error.seen.kind == K::name;
    if ((error.seen.kind != K::colon && !has_value) || tokens[i - 2].kind != K::name) return {};
    return "the members of an object stand in braces: `" + tokens[i - 3].text + " " + tokens[i - 2].text +
           " { " + tokens[i - 1].text + ": " + (has_value ? value_at(tokens, i) : "…") + " }`";
}

/// `tcp: 80`, `icmp: echo-request`, `ct: new`: what the value is of.
std::string property_of(const std::string& object, const Tokens& tokens, std::size_t first) {
    const auto& value = tokens[first];
    const auto asked = (is_set_at(tokens, first) ? " in " : " == ") + value_at(tokens, first);
    if (object == "icmp" && value.text != "type" && value.text != "code") return "icmp.type" + asked;
    if (object == "ct" && value.text != "state") return "ct.state" + asked;
    const bool of_ports = (object == "tcp" || object == "udp") && value.kind == K::integer;
    return of_ports ? object + ".dport" + asked : "";
}

/// `tcp port 22`, `src 10.0.0.1`: the words of the parentheses around, as other firewalls' languages have
/// them.
std::string foreign_condition(const SyntaxError& error, const Tokens& tokens) {
    auto first = error.index, last = error.index;
    while (first > 0 && tokens[first - 1].kind != K::open_paren && tokens[first - 1].kind != K::and_) --first;
    while (last < tokens.size() && tokens[last].kind != K::close_paren && tokens[last].kind != K::and_)
        ++last;
    constexpr std::size_t tokens_max = 20;
    if (first >= last || last - first > tokens_max) return {};
    return read_foreign_rule(words_of(std::span(tokens).subspan(first, last - first)), names_of_sets(tokens))
        .condition;
}

/// `in 10.0.0.0/8 or 172.16.0.0/12`, where no property was named.
std::string operand_hint(const SyntaxError& error, const Tokens& tokens) {
    const auto missing = "write what belongs before " + quoted(error.seen.text);
    if (error.seen.kind != K::in || error.before.kind != K::open_paren) return missing;
    std::string list;
    auto i = error.index + 1;
    for (; kind_at(tokens, i) == K::address; ++i) {
        list += (list.empty() ? "" : ", ") + value_at(tokens, i);
        i += tokens_of_value(tokens, i);
        if (kind_at(tokens, i) != K::or_) break;
    }
    if (list.empty() || kind_at(tokens, i) != K::close_paren) return missing;
    return missing + ": `ip.saddr in [" + list + "]`";
}

bool is_transport_or_ip(const std::string& word) {
    return word == "ip" || word == "tcp" || word == "udp" || word == "icmp" || word == "ct";
}

/// Whether a comparison stands from here to the end of the condition.
bool compares(const Tokens& tokens, std::size_t first) {
    for (auto i = first; i < tokens.size() && tokens[i].kind != K::close_paren && tokens[i].kind != K::comma;
         ++i)
        if (is_relation(tokens[i].kind)) return true;
    return false;
}

/// In the parentheses of a condition.
std::string condition_hint(const SyntaxError& error, const Tokens& tokens) {
    const auto& before = error.before;
    const auto& seen = error.seen;
    const auto kind_before = error.index > 1 ? tokens[error.index - 2].kind : K::end_of_file;
    const bool ends_comparison =
        kind_before == K::in || (kind_before >= K::equal && kind_before <= K::greater);
    if (seen.kind == K::colon && lower(text_at(tokens, error.index + 1)) == "any")
        return "what is not asked about may be anything: leave the comparison out";
    if (seen.kind == K::colon || seen.kind == K::arrow) {
        const auto next = error.index + (kind_at(tokens, error.index + 1) == K::colon ? 2 : 1);
        if (next < tokens.size())
            if (const auto meant = property_of(lower(before.text), tokens, next); !meant.empty())
                return "write `" + meant + "`";
        return "a property is written with a dot: `" + path_before(error, tokens) + "." + text_at(tokens, next) + "`";
    }
    if (seen.kind == K::slash && before.kind == K::name)
        return "a network is written out, as in `10.0.0.0/24`";
    if (seen.kind == K::not_ && kind_at(tokens, error.index + 1) == K::close_paren) return "leave it out";
    if (seen.kind == K::open_bracket && before.kind == K::name) {
        const bool is_object = is_transport_or_ip(lower(before.text));
        return is_object ? "a property is written with a dot: `" + before.text + "." +
                               text_at(tokens, error.index + 1) + "`"
                         : "a list has no indexes: `in` asks whether a value is in it";
    }
    if (seen.kind == K::comma && (!ends_comparison || compares(tokens, error.index + 1)))
        return "conditions are joined with `and` and `or`";
    if (seen.kind == K::comma) return "several values stand in a list: `in […]`";
    const auto object = lower(before.text);
    const auto word = lower(seen.text);
    if (word == "is" && kind_at(tokens, error.index + 1) == K::in) return "leave `is` out";
    if (seen.kind == K::name && (word == "contains" || word == "has" || word == "includes")) {
        const auto property = path_before(error, tokens);
        auto asked = text_at(tokens, error.index + 1);
        for (auto i = error.index + 2; kind_at(tokens, i) == K::dot; i += 2)
            asked += '.' + text_at(tokens, i + 1);
        if (before.kind == K::name) return "write `" + asked + " in " + property + "`";
        return "write the property first: `ip.saddr in …`";
    }
    if (seen.kind == K::name && (word == "matches" || word == "within" || word == "like"))
        return "write `" + path_before(error, tokens) + " in …`";
    if (const auto meant = foreign_condition(error, tokens); !meant.empty()) return "write `" + meant + "`";
    if (seen.kind == K::name && is_transport_or_ip(object))
        return "write `" + object + "." + seen.text + "`";
    if (before.kind == K::name && is_literal(seen.kind))
        return "compare them: `" + path_before(error, tokens) +
               (is_set_at(tokens, error.index) ? " in " : " == ") + value_at(tokens, error.index) + "`";
    if (seen.kind == K::name)
        return "values are compared with `==`, `!=`, `<`, `>`, `<=`, `>=` and `in`, and conditions joined "
               "with "
               "`and` and `or`";
    return {};
}

/// Where nothing is known but what belongs there.
std::string general_hint(const SyntaxError& error, const Tokens& tokens, const std::string& wanted) {
    const auto& before = error.before;
    const auto& seen = error.seen;
    const auto kind_before = error.index > 1 ? tokens[error.index - 2].kind : K::end_of_file;
    const bool begins = before.kind == K::open_bracket || before.kind == K::open_paren;
    if (seen.kind == K::comma && (wanted == "a member" || begins)) return "leave it out";
    if (wanted == "a member" || wanted == "`:`") return "members are written `name: value`, with commas between";
    if (wanted != "a value") return {};
    if (kind_at(tokens, error.index + (seen.kind == K::colon ? 0 : 1)) == K::colon)
        return "the members of an object stand in braces: `{ name: value }`";
    if (before.kind == K::open_paren && kind_before == K::if_)
        return "write a condition, as in `if (ip.saddr == 10.0.0.1) { … }`";
    if (before.kind == K::colon || before.kind == K::and_ || before.kind == K::or_ || is_relation(before.kind))
        return "write a value after " + quoted(before.text) + ", or leave " + quoted(before.text) + " out";
    if (seen.kind == K::dot) return "a name is made of the letters a to z, digits, `_` and `-`";
    return {};
}

} // namespace

std::string belongs(const SyntaxError& error) {
    if (error.before.kind == K::dot) return "the name of a property or member";
    if (lower(error.before.text) == "import" && expects(error, K::name)) return "a path";
    if (error.before.kind == K::colon && expects(error, K::colon)) return "a statement";
    if (error.before.kind == K::colon && error.seen.kind != K::colon) return "a value";
    if (expects(error, K::string) && expects(error, K::open_bracket)) return "a value";
    if (expects(error, K::and_) && expects(error, K::close_brace)) return "a member";
    if (expects(error, K::if_) && expects(error, K::close_brace)) return "a statement";
    if (error.expected.size() == 1 && error.expected.front() != K::close_paren)
        return std::string(text_of(error.expected.front()));
    if (expects(error, K::end_of_file)) return "a declaration";
    if (expects(error, K::colon)) return "`:`";
    if (expects(error, K::close_paren)) return "`)` or an operator";
    if (expects(error, K::open_brace)) return "`{`";
    if (expects(error, K::close_brace)) return "`}`";
    if (expects(error, K::close_bracket)) return "`]`";
    if (expects(error, K::integer)) return "a number";
    if (expects(error, K::name)) return "a name";
    return "something else";
}

std::string syntax_hint(const SyntaxError& error, const Tokens& tokens) {
    const auto wanted = belongs(error);
    const auto& seen = error.seen;
    const auto& before = error.before;
    if (seen.kind == K::else_) return "an `else` follows the `}` of its `if`";
    if (before.kind == K::dot) return "write a name after the `.`, or leave the `.` out";
    if (before.kind == K::colon && wanted == "a statement") {
        if (is_verdict(seen.text))
            return "what no condition decides comes to the end of the function: write `" + seen.text +
                   "` there";
        const auto object = error.index > 1 ? lower(tokens[error.index - 2].text) : std::string();
        if (object == "masquerade")
            return "it stands in an Iface: `Iface name { index: 0, masquerade: true }`";
        const auto meant = property_of(object, tokens, error.index);
        return meant.empty() ? "values are declared outside of functions"
                             : "write `if (" + meant + ") { … }`";
    }
    const auto first = lower(text_at(tokens, first_on_line(error, tokens)));
    if (is_range_of_names(error, tokens))
        return "the ends of a range are numbers or addresses, as in `80-443`, and not names";
    if (auto hint = file_hint(error, tokens);
        !hint.empty() && (wanted == "a declaration" || wanted == "a value" || wanted == "a path"))
        return hint;
    if (auto hint = assert_hint(error, tokens); !hint.empty() && (wanted == "`{`" || wanted == "a value"))
        return hint;
    if (first == "!") return "comments start with `#` or `//`";
    if (first == "table" && seen.text == "<")
        return "write `" + text_at(tokens, error.index + 1) + ": […]`, and ask `if (ip.saddr in " +
               text_at(tokens, error.index + 1) + ")`";
    const bool at_top = expects(error, K::end_of_file) || error.part == first_on_line(error, tokens);
    const bool is_heading =
        kind_at(tokens, first_on_line(error, tokens) + 1) == K::colon; // `Nat::IP n { … }`
    if (at_top && !is_heading && (begins_foreign_rule(first) || first == "import"))
        return declaration_hint(first);
    const bool is_joint = seen.kind == K::and_ || seen.kind == K::or_ || is_relation(seen.kind);
    if (wanted == "a value" && is_joint) return operand_hint(error, tokens);
    if (seen.kind == K::if_ && wanted == "a declaration")
        return "statements stand in functions: `Filter::IP name { if (ip.saddr == 10.0.0.1) { accept } drop "
               "}`";
    if (auto hint = exception_hint(error, tokens); !hint.empty()) return hint;
    if (seen.text == "!" && wanted == "a value" && before.kind == K::colon)
        return "there is no set of all others: leave the `!` out, and ask `not … in …`";
    if (is_keyword(seen.kind) && expects(error, K::name) && !expects(error, seen.kind))
        return quoted(seen.text) + " is a keyword and cannot be a name";
    if (wanted == "a declaration" && seen.kind == K::comma && ends_declaration(error, tokens))
        return "declarations stand one after the other: leave the comma out";
    if (wanted == "a declaration" && seen.kind == K::comma)
        return "several values stand in a list: `" + text_at(tokens, first_on_line(error, tokens)) + ": " +
               listed_from(tokens, first_on_line(error, tokens) + 2) + "`";
    if (wanted == "a declaration")
        if (auto hint = typed_hint(error, tokens); !hint.empty()) return hint;
    if (wanted == "a declaration") return declaration_hint(first);
    if (wanted == "a statement") return statement_hint(error, tokens);
    if (wanted == "`(`" && before.kind == K::if_) return "write `if (condition) { … }`";
    if (wanted == "`{`" && is_verdict(seen.text)) return "write `{ " + seen.text + " }`";
    if (wanted == "`{`") return "the body of a function and of an `if` stands in braces";
    if (seen.kind == K::comma && first == "assert" && is_in_heading(error, tokens))
        return "an Assert is about one chain or one path: leave the others out, and write an Assert for each";
    if (wanted == "`)` or an operator") return condition_hint(error, tokens);
    if (before.kind == K::minus && wanted == "a number") return "a range has two ends, as in `80-443`";
    if (seen.kind == K::open_brace && wanted == "a name" && before.kind == K::name)
        if (const auto list = values_in_braces(tokens, error.index); !list.empty())
            return "write `" + before.text + ": " + list + "`";
    if (seen.kind == K::open_brace && wanted == "a name" && before.kind == K::name)
        return "write `" + before.text + " name { … }`";
    if (wanted == "`:`" && before.kind == K::name && is_literal(seen.kind)) return pair_hint(error, tokens);
    if (wanted == "a member" && is_literal(seen.kind))
        return "members are written `name: value`; several values stand in a list, `[80, 443]`";
    if ((wanted == "`:`" || wanted == "`}`") && !is_verdict(before.text) &&
        (before.kind == K::comma || seen.kind == K::comma || seen.kind == K::close_brace))
        return "members are written `name: value`; several values stand in a list, `[a, b]`";
    const auto index = error.index;
    const auto kind_before = index > 1 ? tokens[index - 2].kind : K::end_of_file;
    if (wanted == "a value" && before.kind == K::open_paren &&
        (kind_before == K::in || kind_before == K::colon))
        return is_literal(seen.kind) && kind_at(tokens, index + 1) == K::close_paren && kind_before == K::colon
                   ? "write `" + seen.text + "`"
                   : "a list stands between `[` and `]`: `[80, 443]`";
    if (wanted == "a value" && before.kind == K::open_paren &&
        (kind_before == K::equal || kind_before == K::not_equal))
        return "one of several values is asked for with `in`: `in [80, 443]`";
    if (wanted == "a name" && before.kind == K::name && seen.kind == K::arrow)
        return "write `" + before.text + ": " + value_at(tokens, index + 1) + "`";
    if (wanted == "a name" && before.kind == K::name && is_literal(seen.kind))
        return pair_hint(error, tokens);
    if (wanted == "a name" && before.kind == K::open_paren && seen.kind == K::close_paren &&
        kind_before == K::name && first == "assert")
        return "an Assert is about a chain or a path: write `Assert::" + text_at(tokens, index - 3) + " " +
               tokens[index - 2].text + "(eth0.prerouting) { … }`";
    if (wanted == "a name" && before.kind == K::open_paren && seen.kind == K::close_paren &&
        kind_before == K::name)
        return "a function takes no parameters: write `" + tokens[index - 2].text + " { … }`";
    if (wanted == "a name" && seen.kind == K::open_bracket && before.kind == K::name)
        return "write `" + before.text + ": […]`";
    if (seen.kind == K::slash && before.kind == K::integer && kind_at(tokens, index + 1) == K::name)
        return "write `" + before.text + ", per: " + text_at(tokens, index + 1) + "`";
    if (wanted == "`:`" && is_verdict(before.text))
        return "statements stand in functions: `Filter::IP name { " + before.text + " }`";
    if (wanted == "a value" && seen.kind == K::colon && kind_before == K::name &&
        !names_type(tokens[index - 2].text))
        return "write `" + before.text + ": …`";
    if (wanted == "a value" && seen.kind == K::colon && before.kind == K::name && index > 1 &&
        tokens[index - 2].kind == K::name)
        return "the members of an object stand in braces: `" + tokens[index - 2].text + " " + before.text +
               " { … }`";
    if (wanted == "a name" && seen.kind == K::bad_number) return "a name starts with a letter";
    if (seen.kind == K::minus && wanted == "a value") return "a negative number is written `(-5)`";
    if (seen.kind == K::end_of_file) return declaration_hint(first);
    return general_hint(error, tokens, wanted);
}

} // namespace syntax
