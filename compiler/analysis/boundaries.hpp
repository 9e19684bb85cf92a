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

/// The values just inside and just outside each end of the set's intervals that a field can have, in order,
/// each once.
std::vector<Boundary> boundaries_of(model::Field field, const model::IntervalSet& values,
                                    std::mt19937_64& random);

} // namespace analysis
