// The little that the front end needs to know about UTF-8.
#pragma once
#include <cstdint>
#include <string_view>

namespace syntax {

/// How many bytes the well-formed character at the start has (RFC 3629); 0 when it is broken or there is
/// none.
std::size_t character_bytes(std::string_view text);

/// The same, but a broken byte counts as one.
std::size_t first_character_bytes(std::string_view text);

/// How many characters a text has.
std::uint32_t characters_in(std::string_view text);

} // namespace syntax
