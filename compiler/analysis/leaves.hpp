// The conditions of a block that are made of no others, wherever they stand in it; calls are not followed.
#pragma once
#include "compiler/model/decision.hpp"

#include <functional>

namespace analysis {

void for_each_leaf(model::Block& block, const std::function<void(model::Condition&)>& visit);

/// The functions that a block calls.
void for_each_call(const model::Block& block, const std::function<void(model::FunctionId)>& visit);

} // namespace analysis
