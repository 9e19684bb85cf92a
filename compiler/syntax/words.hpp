// Words as messages need them.
#pragma once
#include <string>
#include <string_view>

namespace syntax {

std::string lower(std::string_view text);
/// As messages, which are one line, show what stands in a file: control characters as their escapes.
std::string quoted(std::string_view text);

} // namespace syntax
