// Sets of field values, each stored once: equal sets have equal references, and what was computed from two of
// them is remembered.
#pragma once
#include "compiler/model/interval_set.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace symbolic {

using model::IntervalSet;
using model::Value;

using SetRef = std::uint32_t;

class Sets {
public:
    static constexpr SetRef none = 0; ///< the empty set

    Sets() { add(IntervalSet{}); }

    SetRef add(IntervalSet values);
    const IntervalSet& operator[](SetRef set) const { return sets_[set]; }

    SetRef both(SetRef a, SetRef b);
    SetRef without(SetRef a, SetRef b);
    SetRef either(SetRef a, SetRef b);
    /// Whether `outer` holds all of `inner`.
    bool covers(SetRef outer, SetRef inner) const;

    /// What all of this takes, nearly.
    std::size_t bytes() const { return bytes_; }

private:
    using Known = std::unordered_map<std::uint64_t, SetRef>; ///< results by their two operands

    template <typename Make>
    SetRef known(Known& results, SetRef a, SetRef b, const Make& make);

    std::vector<IntervalSet> sets_;
    std::unordered_map<std::uint64_t, std::vector<SetRef>> by_hash_;
    Known both_, without_, either_;
    std::size_t bytes_ = 0;
};

} // namespace symbolic
