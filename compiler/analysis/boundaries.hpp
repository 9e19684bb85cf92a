// The values at which a set begins and ends: where a wrong comparison shows.
#pragma once
#include "compiler/model/interval_set.hpp"

#include <random>

namespace analysis {

struct Boundary {
    model::Value value = 0;
    bool inside = false;
    model::Interval interval; ///< of the set: the one that begins or ends there
};

inline constexpr std::size_t intervals_max = 8; ///< of one set; of a larger one some are drawn

/// Next to each end of the set's intervals, the nearest values inside and outside that are among those that `come`, in
/// order, each once.
std::vector<Boundary> boundaries_of(model::Field field, const model::IntervalSet& values,
                                    const model::IntervalSet& come, std::mt19937_64& random);

} // namespace analysis
