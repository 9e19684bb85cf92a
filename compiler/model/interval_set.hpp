// A set of field values: sorted, disjoint, non-adjacent inclusive intervals.
#pragma once
#include "compiler/model/field.hpp"

#include <initializer_list>
#include <vector>

namespace model {

/// Both ends inclusive.
struct Interval {
    Value low = 0;
    Value high = 0;

    friend bool operator==(const Interval&, const Interval&) = default;
};

class IntervalSet {
public:
    IntervalSet() = default;
    /// Any order, any overlap; an interval with low > high is empty.
    explicit IntervalSet(std::vector<Interval> intervals);
    IntervalSet(std::initializer_list<Interval> intervals) : IntervalSet(std::vector(intervals)) {}

    const std::vector<Interval>& intervals() const { return intervals_; }
    bool empty() const { return intervals_.empty(); }
    bool contains(Value value) const;
    /// How many values it holds.
    Value size() const;
    /// Everything in [0, max] that is not in it.
    IntervalSet complement(Value max) const;

    friend bool operator==(const IntervalSet&, const IntervalSet&) = default;

private:
    std::vector<Interval> intervals_;
};

/// What is in both.
IntervalSet both(const IntervalSet& a, const IntervalSet& b);

} // namespace model
