#include "compiler/syntax/literal.hpp"

#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/utf8.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdlib>

namespace syntax {

std::optional<std::uint32_t> parse_address(std::string_view text) {
    std::uint32_t address = 0;
    for (int i = 0; i < 4; ++i) {
        std::uint32_t octet = 0;
        const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), octet);
        if (error != std::errc{} || octet > 255) return std::nullopt;
        address = address << 8 | octet;
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        if (text.empty() != (i == 3) || (i < 3 && text.front() != '.')) return std::nullopt;
        if (i < 3) text.remove_prefix(1);
    }
    return address;
}

std::optional<std::string> network_of(std::string_view address, std::string_view mask) {
    const auto bits = parse_address(mask);
    if (!bits || !parse_address(address)) return std::nullopt;
    const bool is_netmask = std::popcount(*bits) == std::countl_one(*bits);
    const bool is_wildcard = std::popcount(*bits) == std::countr_one(*bits);
    if (!is_netmask && !is_wildcard) return std::nullopt;
    // Of no bits, or all, either may be meant: one host, but for what is surely no host.
    const auto fixed = is_netmask && is_wildcard ? (address == "0.0.0.0" ? 0 : 32)
                       : is_netmask              ? std::countl_one(*bits)
                                                 : std::countl_zero(*bits);
    return std::string(address) + '/' + std::to_string(fixed);
}

namespace {

Value bad(const Span& span) { return {Bad{}, span}; }

std::optional<std::uint32_t> address_of(const Token& token, Diagnostics& diagnostics) {
    const auto address = parse_address(token.text);
    if (!address)
        diagnostics.report({Kind::bad_address,
                            token.span,
                            "`" + token.text + "` has a part above 255",
                            {},
                            "the four parts of an address go from 0 to 255"});
    return address;
}

Value bad_number(const Token& token, Diagnostics& diagnostics) {
    auto [message, hint] = trouble_with_number(token.text);
    diagnostics.report({Kind::bad_number, token.span, std::move(message), {}, std::move(hint)});
    return bad(token.span);
}

Value integer_value(const Token& token, bool negative, const Span& span, Diagnostics& diagnostics) {
    std::string_view digits = token.text;
    const int base = token.kind == TokenKind::hex ? 16 : 10;
    if (base == 16) digits.remove_prefix(2);
    std::int64_t value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error == std::errc{}) return {Integer{negative ? -value : value}, span};
    diagnostics.report(
        {Kind::number_too_large, token.span, "`" + token.text + "` is too large for any number here"});
    return bad(span);
}

std::optional<unsigned char> hex_pair(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    unsigned char value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + 2, value, 16);
    if (error != std::errc{} || rest != text.data() + 2) return std::nullopt;
    return value;
}

} // namespace

Value number_value(const Token& token, bool negative, const Span& span, Diagnostics& diagnostics) {
    switch (token.kind) {
    case TokenKind::address: {
        const auto address = address_of(token, diagnostics);
        return address ? Value{Address{*address}, span} : bad(span);
    }
    case TokenKind::decimal: {
        const double value = std::strtod(token.text.c_str(), nullptr);
        return {Decimal{negative ? -value : value}, span};
    }
    case TokenKind::bad_number:
        return bad_number(token, diagnostics);
    default:
        return integer_value(token, negative, span, diagnostics);
    }
}

Value string_value(const Token& token, Diagnostics& diagnostics) {
    std::string text;
    bool fine = true;
    auto rest = std::string_view(token.text).substr(1, token.text.size() - 2);
    const auto whole = rest;
    while (!rest.empty()) {
        const char c = rest.front();
        const auto hex = rest.starts_with("\\x") ? hex_pair(rest.substr(2)) : std::nullopt;
        std::size_t used = 1;
        if (c != '\\')
            text += c;
        else if (rest.starts_with("\\n"))
            text += '\n', used = 2;
        else if (rest.starts_with("\\t"))
            text += '\t', used = 2;
        else if (rest.starts_with("\\r"))
            text += '\r', used = 2;
        else if (rest.starts_with("\\\""))
            text += '"', used = 2;
        else if (rest.starts_with("\\\\"))
            text += '\\', used = 2;
        else if (hex)
            text += static_cast<char>(*hex), used = 4;
        else {
            auto at = token.span;
            at.begin.column += 1 + characters_in(whole.substr(0, whole.size() - rest.size()));
            at.end = {at.begin.line, at.begin.column + 2};
            used = 1 + first_character_bytes(rest.substr(1));
            diagnostics.report(
                {Kind::bad_escape,
                 at,
                 "`" + std::string(rest.substr(0, used)) + "` is no escape in a string",
                 {},
                 R"(write `\n`, `\t`, `\r`, `\"`, `\\` or `\x41`; a backslash itself is `\\`)"});
            fine = false;
        }
        rest.remove_prefix(used);
    }
    return fine ? Value{String{std::move(text)}, token.span} : bad(token.span);
}

Value cidr_value(const Token& address, const Token& length, bool negative, const Span& span,
                 Diagnostics& diagnostics) {
    if (address.kind == TokenKind::bad_number) return bad_number(address, diagnostics), bad(span);
    if (length.kind == TokenKind::bad_number) return bad_number(length, diagnostics), bad(span);
    const auto ipv4 = address_of(address, diagnostics);
    unsigned bits = 0;
    const auto [rest, error] =
        std::from_chars(length.text.data(), length.text.data() + length.text.size(), bits);
    if (negative || error != std::errc{} || bits > 32) {
        diagnostics.report({Kind::bad_prefix_length,
                            span,
                            "`" + (negative ? "-" + length.text : length.text) + "` is no prefix length",
                            {},
                            "an IPv4 prefix length goes from 0 to 32"});
        return bad(span);
    }
    if (!ipv4) return bad(span);
    return {Cidr{*ipv4, static_cast<std::uint8_t>(bits)}, span};
}

namespace {

/// `10.0.0.1-9`: the last part of the second address.
std::string hint_for_ends(const Value& low, const Value& high) {
    const auto* first = std::get_if<Address>(&low.is);
    const auto* last = std::get_if<Integer>(&high.is);
    constexpr std::uint32_t part = 255;
    if (first == nullptr || last == nullptr || last->value < (first->ipv4 & part) || last->value > part)
        return "write two numbers or two addresses";
    const auto begin = std::to_string(first->ipv4 >> 24) + '.' + std::to_string(first->ipv4 >> 16 & part) +
                       '.' + std::to_string(first->ipv4 >> 8 & part) + '.';
    return "write `" + begin + std::to_string(first->ipv4 & part) + '-' + begin +
           std::to_string(last->value) + '`';
}

} // namespace

Value range_value(const Value& low, const Value& high, const Span& span, Diagnostics& diagnostics) {
    if (std::holds_alternative<Bad>(low.is) || std::holds_alternative<Bad>(high.is)) return bad(span);
    if (low.is.index() != high.is.index()) {
        diagnostics.report({Kind::mixed_range,
                            span,
                            "the two ends of this range are of different kinds",
                            {},
                            hint_for_ends(low, high)});
        return bad(span);
    }
    Value range{Bad{}, span};
    bool reversed = false;
    const auto make = [&]<typename End, typename Range>(auto End::*member, Range) {
        const auto from = std::get<End>(low.is).*member;
        const auto to = std::get<End>(high.is).*member;
        reversed = from > to;
        range.is = Range{from, to};
    };
    if (std::holds_alternative<Integer>(low.is))
        make(&Integer::value, IntegerRange{});
    else if (std::holds_alternative<Address>(low.is))
        make(&Address::ipv4, AddressRange{});
    else
        make(&Decimal::value, DecimalRange{});
    if (!reversed) return range;
    diagnostics.report({Kind::reversed_range,
                        span,
                        "the first end of this range is above the second",
                        {},
                        "write the smaller end first"});
    return bad(span);
}

} // namespace syntax
