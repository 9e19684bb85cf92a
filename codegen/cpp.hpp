// A policy as C++: its functions, its tables, its memory, and the stages that it needs.
#pragma once
#include "compiler/model/appliance.hpp"

#include <string>

namespace codegen {

/// The generated program. The same model always gives the same text.
std::string cpp(const model::Appliance& appliance);

} // namespace codegen
