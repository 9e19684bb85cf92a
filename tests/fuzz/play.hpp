// A history, played to the data plane that is linked in: edge.nacl.
#pragma once
#include "tests/fuzz/history.hpp"

#include <optional>

namespace fuzz {

/// What went wrong, if anything did. Each begins with a freshly booted appliance, and ends when all has come
/// to rest.
std::optional<std::string> failure_of(const History& history);

} // namespace fuzz
