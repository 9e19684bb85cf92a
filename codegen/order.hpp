// Whether the packets of a burst may go through the stages together, or each has to be through before the
// next.
#pragma once
#include "compiler/model/appliance.hpp"

namespace codegen {

/// Where two stages evaluate the same Limit: tokens are for packets in the order in which they came. And
/// where packets cause others, which go their way before the next one comes.
bool goes_one_by_one(const model::Appliance& appliance);

} // namespace codegen
