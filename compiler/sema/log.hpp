// What a function writes down: `log(…)` and `syslog(…)`.
#pragma once
#include "compiler/sema/context.hpp"

namespace sema {

/// `layer`: of the packets that come there. Nothing after a message.
std::optional<model::Log> log_of(Context& context, const syntax::Action& action, const syntax::Span& span,
                                 model::Layer layer);
std::optional<model::Log> syslog_of(Context& context, const syntax::Action& action, const syntax::Span& span,
                                    model::Layer layer);

} // namespace sema
