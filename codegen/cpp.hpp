// A policy as C++: its functions, its tables, its memory, and the stages that it needs.
#pragma once
#include "codegen/plan.hpp"

#include <string>

namespace codegen {

/// `plain` has the shape of the source; `optimised` says the same by statement. See docs/internals/optimise.md.
enum class Translation : std::uint8_t { plain, optimised };

struct Generated {
    std::string text;
    Plans plans; ///< of functions that are optimised
};

/// The generated program. The same model always gives the same text.
Generated generate(const model::Appliance& appliance, Translation translation = Translation::optimised);
std::string cpp(const model::Appliance& appliance, Translation translation = Translation::optimised);
/// The same, and the harness may ask single functions: those on chains and those that Tests are about.
std::string cpp_for_tests(const model::Appliance& appliance, Translation translation = Translation::optimised);

} // namespace codegen
