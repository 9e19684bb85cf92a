// The meaning of single tokens: numbers, addresses, strings.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

namespace syntax {

/// Of four numbers with dots between; nothing where one is above 255.
std::optional<std::uint32_t> parse_address(std::string_view text);

/// `10.0.0.0/24` for an address and a netmask, or a wildcard as Cisco's lists have it (`0.0.0.255`); nothing
/// where that is no row of bits.
std::optional<std::string> network_of(std::string_view address, std::string_view mask);

/// A number or address token; Bad after a message.
Value number_value(const Token& token, bool negative, const Span& span, Diagnostics& diagnostics);

/// What the token's escapes mean.
Value string_value(const Token& token, Diagnostics& diagnostics);

Value cidr_value(const Token& address, const Token& length, bool negative, const Span& span,
                 Diagnostics& diagnostics);

/// A range of two numbers or two addresses.
Value range_value(const Value& low, const Value& high, const Span& span, Diagnostics& diagnostics);

} // namespace syntax
