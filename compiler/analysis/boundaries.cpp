#include "compiler/analysis/boundaries.hpp"

#include <algorithm>
#include <utility>

namespace analysis {

namespace {

/// What is neighbouring in steps of the field's scale makes one interval: 20, 24, 28 of a header's length.
std::vector<model::Interval> runs_of(const model::FieldInfo& field, const model::IntervalSet& values) {
    std::vector<model::Interval> runs;
    for (const auto& interval : values.intervals()) {
        if (!runs.empty() && interval.low - runs.back().high <= field.scale)
            runs.back().high = interval.high;
        else
            runs.push_back(interval);
    }
    return runs;
}

/// The first `count` after a shuffle. Not std::shuffle, so that a seed means the same everywhere.
void draw(std::vector<model::Interval>& from, std::size_t count, std::mt19937_64& random) {
    for (std::size_t i = 0; i < count; ++i) std::swap(from[i], from[i + random() % (from.size() - i)]);
    from.resize(count);
    std::ranges::sort(from, {}, &model::Interval::low);
}

} // namespace

std::vector<Boundary> boundaries_of(model::Field field, const model::IntervalSet& values,
                                    std::mt19937_64& random) {
    const auto& info = model::info(field);
    auto runs = runs_of(info, values);
    if (runs.size() > intervals_max) draw(runs, intervals_max, random);
    std::vector<Boundary> found;
    const auto add = [&](const Boundary& boundary) {
        if (std::ranges::find(found, boundary.value, &Boundary::value) == found.end())
            found.push_back(boundary);
    };
    for (const auto& run : runs) {
        if (run.low >= info.scale) add({run.low - info.scale, values.contains(run.low - info.scale), run});
        add({run.low, true, run});
        add({run.high, true, run});
        if (run.high < info.max()) add({run.high + info.scale, values.contains(run.high + info.scale), run});
    }
    return found;
}

} // namespace analysis
