// Values as a search handles them: sorted, disjoint intervals that are kept elsewhere. Most sets are one
// interval, and most questions are answered by the ends.
#pragma once
#include "compiler/symbolic/sets.hpp"

#include <memory>
#include <optional>
#include <span>

namespace symbolic {

using model::Interval;

/// Never empty.
struct Values {
    Interval hull;                  ///< from the lowest to the highest
    const Interval* more = nullptr; ///< all intervals, where there are several
    std::uint32_t count = 1;

    std::span<const Interval> intervals() const { return {count == 1 ? &hull : more, count}; }
};

/// Of a set that is not empty, and outlives them.
Values values_in(const IntervalSet& set);

bool meet(const Values& a, const Values& b);
bool covers(const Values& outer, const Values& inner);

/// Makes values from others, and keeps them until what came before is returned to.
class Scratch {
public:
    std::optional<Values> both(const Values& a, const Values& b);
    std::optional<Values> without(const Values& a, const Values& b);
    /// Intervals in any order, with any overlap.
    std::optional<Values> without(const Values& a, std::vector<Interval>& intervals);

    struct Mark {
        std::size_t block = 0, used = 0;
    };
    Mark mark() const { return at_; }
    /// What was made since is no more.
    void release(Mark mark) { at_ = mark; }

private:
    static constexpr std::size_t block_intervals = 4096;

    struct Block {
        std::unique_ptr<Interval[]> intervals;
        std::size_t size = 0;
    };

    std::optional<Values> left_of(const Values& a, std::span<const Interval> gone);
    void begin(std::size_t most);
    void put(Value low, Value high);
    std::optional<Values> end();

    std::vector<Block> blocks_;
    Mark at_;
    Interval* first_ = nullptr; ///< of what is being made
    std::uint32_t count_ = 0;
};

} // namespace symbolic
