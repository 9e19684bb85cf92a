// Reads the statistics that the data plane prints (runtime/statistics.cpp).
#pragma once
#include "harness/tally.hpp"

namespace harness {

/// Throws Error for a text that names statements or reasons which the policy has not.
Tally read_statistics(const model::Appliance& appliance, const std::string& text);

} // namespace harness
