// One mistake that stands at several places: the first is told, and the others are notes of it.
#pragma once
#include "compiler/sema/consequences.hpp"

namespace sema {

/// `all` is in source order.
std::vector<syntax::Diagnostic> told_once(std::vector<syntax::Diagnostic> all, const Programs& programs);

} // namespace sema
