// Words as messages need them.
#pragma once
#include <string>
#include <string_view>

namespace syntax {

std::string lower(std::string_view text);

/// Whether objects of such a type can be declared, here or in languages like this one.
bool names_type(std::string_view word);
/// `host`, `net`: words with which others say what the value behind is.
bool says_sort_of_value(std::string_view word);
/// `accept`, `drop` or `reject`, in any case.
bool is_verdict(std::string_view word);
/// `input`, `forward`: what functions stand on; in lower case.
bool names_chain(std::string_view word);
/// Whether packets have properties of that: `ip`, `tcp`, `iface`; in lower case.
bool is_packet_object(std::string_view word);
/// As messages, which are one line, show what stands in a file: control characters as their escapes.
std::string quoted(std::string_view text);

} // namespace syntax
