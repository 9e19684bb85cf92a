// Of what sort a value is, told without a word about it: for hints about values that stand where conditions do.
#pragma once
#include "compiler/sema/context.hpp"

namespace sema {

/// Whether the value can stand in a list that the property is compared with; what is unknown of it may.
bool may_be_value_of(const Context& context, model::Field field, const syntax::Value& value);

/// For a value that stands where a condition belongs: what asks for it. Empty where that is not known.
std::string condition_for(const Context& context, const syntax::Value& value);

} // namespace sema
