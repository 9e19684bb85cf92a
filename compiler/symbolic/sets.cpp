#include "compiler/symbolic/sets.hpp"

#include <algorithm>

namespace symbolic {

namespace {

/// FNV-1a over whole values.
std::uint64_t hash_of(const IntervalSet& set) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const auto& [low, high] : set.intervals())
        for (const Value value : {low, high}) hash = (hash ^ (value + (value >> 29))) * 0x100'0000'01b3;
    return hash;
}

constexpr std::size_t known_bytes = 40; ///< an entry of a hash map

} // namespace

SetRef Sets::add(IntervalSet values) {
    auto& alike = by_hash_[hash_of(values)];
    for (const auto set : alike)
        if (sets_[set] == values) return set;
    const auto set = static_cast<SetRef>(sets_.size());
    alike.push_back(set);
    bytes_ += values.intervals().size() * sizeof(model::Interval) + sizeof(IntervalSet) + 2 * known_bytes;
    sets_.push_back(std::move(values));
    return set;
}

template <typename Make>
SetRef Sets::known(Known& results, SetRef a, SetRef b, const Make& make) {
    const auto key = std::uint64_t{a} << 32 | b;
    if (const auto found = results.find(key); found != results.end()) return found->second;
    const auto made = add(make(sets_[a], sets_[b]));
    bytes_ += known_bytes;
    return results[key] = made;
}

SetRef Sets::both(SetRef a, SetRef b) {
    if (a == b) return a;
    if (a > b) std::swap(a, b);
    return known(both_, a, b, [](const auto& x, const auto& y) { return model::both(x, y); });
}

SetRef Sets::without(SetRef a, SetRef b) {
    if (a == b) return none;
    return known(without_, a, b, [](const auto& x, const auto& y) {
        return x.empty() ? x : model::both(x, y.complement(x.intervals().back().high));
    });
}

SetRef Sets::either(SetRef a, SetRef b) {
    if (a == b) return a;
    if (a > b) std::swap(a, b);
    return known(either_, a, b, [](const auto& x, const auto& y) {
        auto all = x.intervals();
        all.insert(all.end(), y.intervals().begin(), y.intervals().end());
        return IntervalSet(std::move(all));
    });
}

bool Sets::covers(SetRef outer, SetRef inner) const {
    if (outer == inner) return true;
    // Intervals of a set never touch, so each inner one lies in a single outer one.
    auto around = sets_[outer].intervals().begin();
    const auto end = sets_[outer].intervals().end();
    for (const auto& [low, high] : sets_[inner].intervals()) {
        while (around != end && around->high < low) ++around;
        if (around == end || around->low > low || around->high < high) return false;
    }
    return true;
}

} // namespace symbolic
