// `IP`, `TCP`, `UDP` and `ICMP` behind the colons of a function: which packets it is for.
#pragma once
#include "compiler/sema/context.hpp"

namespace sema {

/// The subtypes, as they are written.
const std::vector<std::string>& subtype_names();

/// Of a function's heading; one that there is not is reported.
std::optional<model::Layer> layer_of(Context& context, const syntax::Name& subtype);
/// Of a declaration. Without a name it has its message already.
std::optional<model::Layer> layer_of(Context& context, const syntax::Function& function);

/// The body of an unknown subtype is read as that of the one it resembles, or else as one in which everything
/// may be read.
model::Layer reading_layer(const syntax::Name& subtype);

/// Whether packets for the inner function come to the outer one.
bool can_hold(model::Layer outer, model::Layer inner);

} // namespace sema
