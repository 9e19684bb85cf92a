// Numbers for the rules of logs, so that engines know them as they know those of a verdict.
#pragma once
#include "compiler/model/appliance.hpp"

#include <limits>

namespace analysis {

/// No statement of a policy has such a number.
constexpr model::StatementId mark_of(std::size_t log) {
    return std::numeric_limits<model::StatementId>::max() - static_cast<model::StatementId>(log);
}

} // namespace analysis
