// Bodies whose first line is missing: left out with a `#`, or lost with the lines above it.
#pragma once
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

#include <string>
#include <string_view>

namespace syntax {

/// `TCP`, `UDP` or `ICMP` by the protocol that the tokens of a body speak of first, else `IP`.
std::string subtype_for(const Tokens& tokens, Range body);

/// `Nat` for a body that translates, else `Filter`.
std::string_view type_of_function(const Tokens& tokens, Range body);

/// `Iface`, by a member that only Ifaces have; empty where none says so. The braces are outside of the body.
std::string_view type_of_members(const Tokens& tokens, Range body);

/// Puts a first line before each body that has none, after a message that says which. Bodies are known by
/// their indentation. The tokens hold no comments.
Tokens with_lost_headings(Tokens tokens, Diagnostics& diagnostics);

} // namespace syntax
