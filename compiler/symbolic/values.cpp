#include "compiler/symbolic/values.hpp"

#include <algorithm>

namespace symbolic {

namespace {

/// The first of some intervals that does not lie before a value.
auto reaching(std::span<const Interval> intervals, Value value) {
    return std::ranges::lower_bound(intervals, value, {}, &Interval::high);
}

bool apart(const Interval& a, const Interval& b) { return a.high < b.low || b.high < a.low; }

} // namespace

Values values_in(const IntervalSet& set) {
    const auto& intervals = set.intervals();
    return {{intervals.front().low, intervals.back().high},
            intervals.data(),
            static_cast<std::uint32_t>(intervals.size())};
}

bool meet(const Values& a, const Values& b) {
    if (apart(a.hull, b.hull)) return false;
    if (a.count == 1 && b.count == 1) return true;
    const auto& [few, many] = a.count < b.count ? std::tie(a, b) : std::tie(b, a);
    const auto others = many.intervals();
    return std::ranges::any_of(few.intervals(), [&](const Interval& one) {
        const auto next = reaching(others, one.low);
        return next != others.end() && next->low <= one.high;
    });
}

bool covers(const Values& outer, const Values& inner) {
    if (outer.hull.low > inner.hull.low || outer.hull.high < inner.hull.high) return false;
    if (outer.count == 1) return true;
    // Intervals of a set never touch, so each inner one lies in a single outer one.
    const auto around = outer.intervals();
    return std::ranges::all_of(inner.intervals(), [&](const Interval& one) {
        const auto next = reaching(around, one.low);
        return next != around.end() && next->low <= one.low && one.high <= next->high;
    });
}

void Scratch::begin(std::size_t most) {
    while (at_.block < blocks_.size() && blocks_[at_.block].size - at_.used < most) at_ = {at_.block + 1, 0};
    if (at_.block == blocks_.size()) {
        const auto size = std::max(most, block_intervals);
        blocks_.push_back({std::make_unique_for_overwrite<Interval[]>(size), size});
    }
    first_ = blocks_[at_.block].intervals.get() + at_.used;
    count_ = 0;
}

void Scratch::put(Value low, Value high) { first_[count_++] = {low, high}; }

std::optional<Values> Scratch::end() {
    if (count_ == 0) return std::nullopt;
    if (count_ > 1) at_.used += count_;
    return Values{{first_[0].low, first_[count_ - 1].high}, first_, count_};
}

std::optional<Values> Scratch::both(const Values& a, const Values& b) {
    if (apart(a.hull, b.hull)) return std::nullopt;
    if (a.count == 1 && b.count == 1)
        return Values{{std::max(a.hull.low, b.hull.low), std::min(a.hull.high, b.hull.high)}};
    begin(std::size_t{a.count} + b.count);
    const auto xs = a.intervals(), ys = b.intervals();
    auto x = reaching(xs, b.hull.low);
    auto y = reaching(ys, a.hull.low);
    while (x != xs.end() && y != ys.end()) {
        const auto low = std::max(x->low, y->low), high = std::min(x->high, y->high);
        if (low <= high) put(low, high);
        if (x->high < y->high)
            ++x;
        else
            ++y;
    }
    return end();
}

std::optional<Values> Scratch::without(const Values& a, const Values& b) {
    return apart(a.hull, b.hull) ? a : left_of(a, b.intervals());
}

std::optional<Values> Scratch::without(const Values& a, std::vector<Interval>& intervals) {
    std::ranges::sort(intervals, {}, &Interval::low);
    auto last = intervals.begin();
    for (const auto& next : intervals)
        if (next.low <= last->high)
            last->high = std::max(last->high, next.high);
        else
            *++last = next;
    return left_of(a, {intervals.begin(), last + 1});
}

/// `gone`: sorted and disjoint.
std::optional<Values> Scratch::left_of(const Values& a, std::span<const Interval> gone) {
    begin(a.count + gone.size());
    for (const auto& [low, high] : a.intervals()) {
        auto from = low;
        bool is_left = true;
        for (auto next = reaching(gone, low); next != gone.end() && next->low <= high && is_left; ++next) {
            if (from < next->low) put(from, next->low - 1);
            is_left = next->high < high;
            from = next->high + 1;
        }
        if (is_left) put(from, high);
    }
    return end();
}

} // namespace symbolic
