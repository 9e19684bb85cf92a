// What holds for the front end whatever the bytes are that it gets.
#pragma once
#include <optional>
#include <string>

namespace fuzz {

/// What does not hold for this policy, in a few words; nothing when all is well. Crashes and hangs are for the caller.
std::optional<std::string> violation(const std::string& text);

} // namespace fuzz
