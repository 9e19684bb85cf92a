// Functions: statements become blocks of steps, then the checks that need all functions.
#pragma once
#include "compiler/sema/context.hpp"

namespace sema {

/// `accept`, `log` and such: of these only `reject` can be declared to be something else.
bool is_action(std::string_view word);

/// Gives every function its id and kind, so that all can be referred to.
void declare_functions(Context& context);

/// Translates the bodies.
void define_functions(Context& context);

/// The body of an Assert; what it is about is not read here.
std::optional<model::Assert> assertion_of(Context& context, const Element& element);

/// Calls that lead back to themselves or nest too deep: what their functions decide is not known then.
void check_calls(Context& context);

/// Statements that no packet reaches, and Filters on chains that may end without a verdict.
void check_flow(Context& context);

} // namespace sema
