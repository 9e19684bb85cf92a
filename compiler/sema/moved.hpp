// What stands where it does not belong, or under another name, is what is missing elsewhere: these two are
// one mistake.
#pragma once
#include "compiler/sema/consequences.hpp"

namespace sema {

/// `all` is in source order.
std::vector<syntax::Diagnostic> with_moved(std::vector<syntax::Diagnostic> all, const Programs& programs);

} // namespace sema
