// The compiler's version, as images and generated code state it.
#pragma once
#include <string_view>

namespace codegen {

inline constexpr std::string_view version = NACLC_VERSION;

} // namespace codegen
