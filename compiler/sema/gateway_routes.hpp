// What all routes of a Gateway together tell.
#pragma once
#include "compiler/sema/context.hpp"

namespace sema {

/// Routes that are never taken, and networks of Ifaces that are left out. `spans`: where each route stands.
void check_routes(Context& context, const model::Gateway& gateway, const std::vector<syntax::Span>& spans);

} // namespace sema
