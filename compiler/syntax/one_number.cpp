// What looks like one number or address and is none: IPv6 and MAC addresses, ports behind addresses, ranges
// with dots, negative numbers, units. It becomes one token, so that it is one mistake.
#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <regex>

namespace syntax {

namespace {

bool is_digits(const Token& token) {
    return token.kind == TokenKind::integer || token.kind == TokenKind::address ||
           token.kind == TokenKind::decimal || token.kind == TokenKind::bad_number;
}

bool adjacent(const Tokens& tokens, std::size_t first) {
    return first + 1 < tokens.size() && tokens[first].span.end == tokens[first + 1].span.begin;
}

const std::regex mac(R"(([0-9a-f]{2}:){5}[0-9a-f]{2})", std::regex::icase);
const std::regex ipv6(R"(([0-9a-f:.]*::[0-9a-f:.]*|([0-9a-f]{1,4}:){7}[0-9a-f]{1,4})(/[0-9]+)?)",
                      std::regex::icase);
const std::regex dotted_range(R"(([0-9]+|[0-9.]+[0-9])\.\.\.?([0-9][0-9.]*))");
const std::regex colon_range(R"(([0-9]+):([0-9]+))");
const std::regex with_port(R"(([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+):([0-9]+))");
const std::regex with_protocol(R"(([0-9]+)/(tcp|udp))", std::regex::icase);
const std::regex with_mask(R"(([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)/([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+))");
const std::regex with_star(R"(([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(\.\*)+)");
const std::regex with_unit(R"(([0-9]+) ?(s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?|d|days?|k))",
                           std::regex::icase);

const std::regex with_letters(R"([0-9OoIl]+(\.[0-9OoIl]+){3})");

bool matches(const std::string& text, const std::regex& form) { return std::regex_match(text, form); }

/// `10.0.0.O`: the address with digits for the letters that look like them; empty for what is none.
std::string with_digits(std::string text) {
    if (!matches(text, with_letters)) return {};
    for (char& c : text) c = c == 'O' || c == 'o' ? '0' : c == 'I' || c == 'l' ? '1' : c;
    return parse_address(text) ? text : "";
}

/// `10.0..0.1`, `10.0,0.1`: the address with one dot there; empty for what is none.
std::string with_one_dot(std::string text) {
    if (const auto dots = text.find(".."); dots != text.npos) text.erase(dots, 1);
    if (const auto comma = text.find(','); comma != text.npos) text[comma] = '.';
    return parse_address(text) ? text : "";
}

/// `10.0,0.1`, where no list has two such numbers: neither would be one, or only one can be there.
bool has_comma_for_dot(const Tokens& tokens, std::size_t first) {
    if (first + 2 >= tokens.size() || tokens[first + 1].kind != TokenKind::comma) return false;
    const auto &left = tokens[first], &right = tokens[first + 2];
    const bool touch =
        left.span.end == tokens[first + 1].span.begin && tokens[first + 1].span.end == right.span.begin;
    const auto before = first > 0 ? tokens[first - 1].kind : TokenKind::end_of_file;
    const bool is_alone = before == TokenKind::colon || is_relation(before);
    const bool are_halves = left.kind == TokenKind::decimal && right.kind == TokenKind::decimal && is_alone;
    const bool is_none = left.kind == TokenKind::bad_number || right.kind == TokenKind::bad_number;
    return touch && (are_halves || is_none) && !with_one_dot(left.text + ',' + right.text).empty();
}

/// A value that stood after one of these would be missing.
bool wants_value(const Tokens& tokens, std::size_t at) {
    return at > 0 && !ends_value(tokens[at - 1].kind) && tokens[at - 1].kind != TokenKind::open_paren;
}

/// Longer texts are no numbers, and matching them would take its time.
constexpr std::size_t text_max = 64;

std::string mask_of(std::string_view digits) {
    unsigned length = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (length > 32) return "255.255.255.0";
    const std::uint32_t mask = length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
    return std::to_string(mask >> 24) + '.' + std::to_string(mask >> 16 & 255) + '.' +
           std::to_string(mask >> 8 & 255) + '.' + std::to_string(mask & 255);
}

/// In seconds, or as they are.
std::string without_unit(const std::string& digits, char unit) {
    const auto factor = unit == 'm' ? 60 : unit == 'h' ? 3600 : unit == 'd' ? 86400 : unit == 'k' ? 1000 : 1;
    return digits.size() > 9 ? digits : std::to_string(std::stoll(digits) * factor);
}

} // namespace

bool is_number_with_unit(const std::string& text) {
    return text.size() <= text_max && matches(text, with_unit);
}

std::size_t tokens_of_one_number(const Tokens& tokens, std::size_t first) {
    const auto kind = tokens[first].kind;
    const bool signed_number = kind == TokenKind::minus && adjacent(tokens, first) &&
                               is_digits(tokens[first + 1]) && wants_value(tokens, first);
    const bool bare_length = kind == TokenKind::slash && adjacent(tokens, first) &&
                             tokens[first + 1].kind == TokenKind::integer && wants_value(tokens, first);
    if (signed_number || bare_length) return 2;
    if (!is_digits(tokens[first]) && kind != TokenKind::name && kind != TokenKind::colon) return 0;
    if (first > 0 && kind == TokenKind::colon && adjacent(tokens, first - 1)) return 0;
    // Of those that start with letters: paths, with dots, are long and many.
    if (kind == TokenKind::name && (!adjacent(tokens, first) || tokens[first + 1].kind != TokenKind::colon))
        return 0;
    if (has_comma_for_dot(tokens, first)) return 3;
    std::string text = tokens[first].text;
    std::size_t found = 0;
    bool has_letters = false;
    for (auto last = first; adjacent(tokens, last) && text.size() < text_max;) {
        const auto& next = tokens[++last];
        const bool fits =
            is_digits(next) || next.kind == TokenKind::name || next.kind == TokenKind::colon ||
            next.kind == TokenKind::dot || next.text == "*" ||
            (next.kind == TokenKind::slash && (last == first + 1 || text.find("::") < text.size()));
        if (!fits) break;
        text += next.text;
        has_letters |= next.kind == TokenKind::name || next.kind == TokenKind::bad_number;
        const bool is_suspicious = has_letters || text.find_first_of(":/") < text.size() - 1 ||
                                   text.find("..") < text.size() || text.ends_with('*');
        const bool is_network =
            last == first + 2 && next.kind == TokenKind::integer && tokens[last - 1].kind == TokenKind::slash;
        if (!is_suspicious || is_network) continue; // lists may hold many
        if (matches(text, mac) || matches(text, ipv6) || matches(text, dotted_range) ||
            matches(text, colon_range) || matches(text, with_port) || matches(text, with_protocol) ||
            matches(text, with_mask) || matches(text, with_star) || !with_digits(text).empty())
            found = last - first + 1;
    }
    return found;
}

NumberTrouble trouble_with_number(const std::string& text) {
    const auto none = quoted(text) + " is neither a number nor an address";
    std::smatch parts;
    if (text.size() > text_max) return {"this is neither a number nor an address", {}};
    if (matches(text, mac))
        return {quoted(text) + " is a MAC address without quotes", "write `\"" + text + "\"`"};
    if (matches(text, ipv6))
        return {quoted(text) + " is an IPv6 address",
                "the language knows IPv4 only: write an address such as `10.0.0.1`"};
    if (const auto meant = with_digits(text); !meant.empty())
        return {none + ", with a letter in the place of a digit", "write `" + meant + "`"};
    if (const auto meant = with_one_dot(text); !meant.empty()) return {none, "write `" + meant + "`"};
    if (std::regex_match(text, parts, dotted_range) || std::regex_match(text, parts, colon_range))
        return {none, "a range is written `" + parts.str(1) + "-" + parts.str(2) + "`"};
    if (std::regex_match(text, parts, with_port))
        return {none, "an address and a port are two values: `address: " + parts.str(1) +
                          ", port: " + parts.str(2) + "` in an object, `" + parts.str(1) + ", " +
                          parts.str(2) + "` in a `dnat`"};
    if (std::regex_match(text, parts, with_protocol))
        return {none, "write `" + parts.str(1) + "`; the protocol is that of the function around, `Filter::" +
                          (lower(parts.str(2)) == "tcp" ? "TCP" : "UDP") + "`"};
    if (std::regex_match(text, parts, with_mask))
        return {none, "a network is written with the number of its fixed bits: `" +
                          network_of(parts.str(1), parts.str(2)).value_or(parts.str(1) + "/24") + "`"};
    if (std::regex_match(text, parts, with_star)) {
        const auto fixed = 1 + (parts.length(2) > 0) + (parts.length(3) > 0);
        auto network = parts.str(1) + parts.str(2) + parts.str(3);
        for (auto i = fixed; i < 4; ++i) network += ".0";
        return {none, "a network is written `" + network + "/" + std::to_string(8 * fixed) + "`"};
    }
    if (std::regex_match(text, parts, with_unit))
        return {none, "numbers have no units, and times are in seconds: write `" +
                          without_unit(parts.str(1), lower(parts.str(2)).front()) + "`"};
    if (text.starts_with('-'))
        return {quoted(text) + " is negative",
                "write a number from 0 up; where a negative one makes sense it is `(" + text + ")`"};
    if (text.starts_with('/')) return {none, "a netmask is written `" + mask_of(text.substr(1)) + "`"};
    const auto dots = std::count(text.begin(), text.end(), '.');
    const bool plain = text.find_first_not_of("0123456789.") == std::string::npos;
    if (plain && dots != 3) return {none, "an IPv4 address has four parts, as in `10.0.0.1`"};
    if (text.starts_with("0x") || text.starts_with("0X"))
        return {none, "after `0x` stand the digits 0 to 9 and a to f"};
    const bool has_gaps = text.find_first_not_of("0123456789_") == text.npos && text.find('_') != text.npos;
    if (has_gaps) {
        auto digits = text;
        std::erase(digits, '_');
        return {none, "write `" + digits + "`"};
    }
    return {none, "a name starts with a letter"};
}

} // namespace syntax
