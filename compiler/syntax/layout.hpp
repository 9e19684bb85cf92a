// The canonical layout, printed.
#pragma once
#include "compiler/syntax/shape.hpp"

namespace syntax {

inline constexpr std::size_t line_columns_max = 110;
inline constexpr std::size_t indent_columns = 4;

std::string lay_out(const Shape& shape);

} // namespace syntax
