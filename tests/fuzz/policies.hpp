// Random policies that are well-typed for the most part: where mutations start from, and what the formatter must not
// change the meaning of.
#pragma once
#include <random>
#include <string>

namespace fuzz {

std::string random_policy(std::mt19937& random);

} // namespace fuzz
