// The mistakes that people make in policies, each by a single edit on one line.
#pragma once
#include "tests/language/broken_policies.hpp"

#include <optional>
#include <random>
#include <span>

namespace broken {

/// What is written in the place of some characters of the text.
struct Edit {
    std::size_t begin = 0;
    std::size_t length = 0;
    std::string text;
};

/// The mistake made at that token; nothing where it cannot be made there.
using Mistake = std::optional<Edit> (*)(const Policy& policy, std::size_t token, std::mt19937& random);

std::span<const Mistake> mistakes();

} // namespace broken
