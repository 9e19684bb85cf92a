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

std::optional<model::Value> last_to(model::Value most, const model::IntervalSet& values) {
    std::optional<model::Value> last;
    for (const auto& [low, high] : values.intervals())
        if (low <= most) last = std::min(high, most);
    return last;
}

std::optional<model::Value> first_from(model::Value least, const model::IntervalSet& values) {
    for (const auto& [low, high] : values.intervals())
        if (high >= least) return std::max(low, least);
    return std::nullopt;
}

} // namespace

std::vector<Boundary> boundaries_of(model::Field field, const model::IntervalSet& values,
                                    const model::IntervalSet& come, std::mt19937_64& random) {
    const auto& info = model::info(field);
    auto runs = runs_of(info, values);
    if (runs.size() > intervals_max) draw(runs, intervals_max, random);
    std::vector<Boundary> found;
    for (const auto& run : runs) {
        const auto add = [&](std::optional<model::Value> value) {
            if (value && std::ranges::find(found, *value, &Boundary::value) == found.end())
                found.push_back({*value, values.contains(*value), run});
        };
        if (run.low >= info.scale) add(last_to(run.low - info.scale, come));
        add(first_from(run.low, come));
        add(last_to(run.high, come));
        if (run.high < info.max()) add(first_from(run.high + info.scale, come));
    }
    return found;
}

} // namespace analysis
