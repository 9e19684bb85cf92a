// A policy as C++: its functions, its tables, its memory, and the stages that it needs.
#pragma once
#include "compiler/model/appliance.hpp"

#include <string>

namespace codegen {

/// The generated program. The same model always gives the same text.
std::string cpp(const model::Appliance& appliance);
/// The same, and the harness may ask single functions: those on chains and those that Tests are about.
std::string cpp_for_tests(const model::Appliance& appliance);

} // namespace codegen
