// What rules of other languages do beside comparing and deciding: translate, limit, mark, queue.
#pragma once
#include <string>
#include <vector>

namespace syntax {

/// How the same is said here, or that it is not; empty for a rule that only compares and decides.
std::string cure_of_deed(const std::vector<std::string>& words);

} // namespace syntax
