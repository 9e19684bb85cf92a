// What people try who come from other tools, and how it is said here. None of these words means anything to the
// language: they are for hints only.
#pragma once
#include "compiler/sema/constants.hpp"
#include "compiler/syntax/ast.hpp"

#include <string>
#include <string_view>

namespace sema {

// Each returns an empty text when it knows nothing about the word.

/// A word where a value belongs: the name of a service, a property without its object or with another.
std::string hint_for_value(std::string_view word);
/// The same in a comparison.
std::string hint_for_compared(std::string_view word);
/// A word where a statement belongs.
std::string hint_for_statement(std::string_view word);
/// A property that `object` has not: `tcp.syn`, `ct.established`.
std::string hint_for_property(std::string_view object, std::string_view word);
/// A key that `owner` ("an Iface") has not, but some other object has.
std::string home_of_key(std::string_view key, std::string_view owner);
/// For `www.example.com` and `"www.example.com"` where an address belongs.
std::string hint_for_host_name(const syntax::Value& value);
/// A string that holds what is written without quotes: a value, or a name where one would do; or the path of
/// a file.
std::string hint_for_string(const syntax::Value& value, bool names_fit = false);
/// A string that holds TCP flags, by their names or, as tcpdump has them, their letters.
std::string hint_for_flags(std::string_view text);
/// A class of differentiated services, by the name that RFC 2474 and those after it have for it.
std::string hint_for_dscp(std::string_view word);
/// `TRUE`, `yes`, `on` and `1`, or the opposite.
std::string hint_for_boolean(std::string_view word);
/// `"300s"` where a number of seconds belongs.
std::string hint_for_seconds(const syntax::Value& value);
/// A constant that stands where a condition belongs.
std::string hint_for_bare(const Constant& constant);

} // namespace sema
