// Conditions of functions: every comparison is checked against the field it reads.
#pragma once
#include "compiler/sema/resolve.hpp"

namespace sema {

/// What the conditions of one function share.
struct Conditions {
    Context& context;
    model::Layer layer; ///< whose packets the body is for: its properties can be read
    /// Sets that have a name in the source, made once for each field kind that reads them.
    std::map<std::pair<const syntax::Value*, model::FieldKind>, model::SetId>& named_sets;

    /// Nothing after a message.
    std::optional<model::Condition> translate(const syntax::Expression& expression);
    std::optional<model::Condition> compare(const syntax::Comparison& comparison, const syntax::Span& span);
};

/// The field, or nothing after a message when packets of `layer` do not have it.
std::optional<model::Field> visible(Context& context, model::Field field, model::Layer layer,
                                    const syntax::Span& span, std::vector<syntax::Note> notes = {});

} // namespace sema
