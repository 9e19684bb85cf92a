#include "compiler/model/interval_set.hpp"

#include <algorithm>

namespace model {

IntervalSet::IntervalSet(std::vector<Interval> intervals) {
    std::erase_if(intervals, [](const Interval& i) { return i.low > i.high; });
    std::sort(intervals.begin(), intervals.end(),
              [](const Interval& a, const Interval& b) { return a.low < b.low; });
    for (const auto& next : intervals) {
        // Adjacent intervals are joined, so that equal sets have equal intervals.
        if (!intervals_.empty() && (next.low <= intervals_.back().high || next.low - 1 == intervals_.back().high))
            intervals_.back().high = std::max(intervals_.back().high, next.high);
        else
            intervals_.push_back(next);
    }
}

bool IntervalSet::contains(Value value) const {
    const auto after = std::upper_bound(intervals_.begin(), intervals_.end(), value,
                                        [](Value v, const Interval& i) { return v < i.low; });
    return after != intervals_.begin() && value <= std::prev(after)->high;
}

Value IntervalSet::size() const {
    Value count = 0;
    for (const auto& i : intervals_) count += i.high - i.low + 1;
    return count;
}

IntervalSet IntervalSet::complement(Value max) const {
    std::vector<Interval> gaps;
    Value next = 0;
    for (const auto& i : intervals_) {
        if (i.low > max) break;
        if (i.low > next) gaps.push_back({next, i.low - 1});
        if (i.high >= max) return IntervalSet(std::move(gaps));
        next = i.high + 1;
    }
    gaps.push_back({next, max});
    return IntervalSet(std::move(gaps));
}

IntervalSet both(const IntervalSet& a, const IntervalSet& b) {
    std::vector<Interval> result;
    for (auto x = a.intervals().begin(), y = b.intervals().begin();
         x != a.intervals().end() && y != b.intervals().end();) {
        const auto low = std::max(x->low, y->low), high = std::min(x->high, y->high);
        if (low <= high) result.push_back({low, high});
        if (x->high < y->high)
            ++x;
        else
            ++y;
    }
    return IntervalSet(std::move(result));
}

} // namespace model
