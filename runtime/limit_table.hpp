// Limits: a token bucket for each value of a key, in a table of so many keys. Exact in time, bounded in
// memory and work.
//
// A bucket is known by the moment at which it will be full again, in units in which all its numbers are
// whole: a nanosecond has `rate` of them, a token costs `period_ns`. So there is neither a division nor
// anything to round, and 128 bits outlast the clock. Entries stand in a heap, the next to be full first: a
// table is full only when no bucket in it is, and to find that out takes one look, to keep it so at most 20
// steps a token.
#pragma once
#include "runtime/packet.hpp"

#include <string_view>

namespace runtime {

/// `burst` tokens, and `rate` new ones every period.
struct LimitTerms {
    std::uint32_t rate = 1;
    Time period_ns = 1;
    std::uint32_t burst = 1;
};

/// Units of a Limit since time 0.
using LimitTime = unsigned __int128;

/// Trivial, so that a table is plain memory.
struct LimitEntry {
    LimitTime full_at;
    std::uint64_t key;
    std::uint32_t next_in_bucket;
    std::uint32_t place; ///< in the heap
};

class LimitTable {
public:
    /// Number of the entry + 1; 0 ends a chain.
    using Link = std::uint32_t;

    /// All that a table needs besides itself.
    struct Memory {
        std::span<LimitEntry> entries; ///< empty: one bucket for all
        std::span<Link> buckets;       ///< a power of two
        std::span<std::uint32_t> heap; ///< as many as entries
    };

    constexpr LimitTable() = default;
    /// Starts with every bucket full. `seed` hides the hash from peers.
    void reset(const LimitTerms& terms, const Memory& memory, std::uint64_t seed);

    /// Takes a token from the key's bucket; true when there was none.
    bool exceeded(std::uint64_t key, Time now);

    /// How many keys have a bucket of their own. Looks at all of them: for statistics.
    std::size_t keys(Time now) const;
    std::size_t capacity() const { return memory_.entries.size(); }
    /// How often keys had to share a bucket.
    std::uint64_t shared() const { return shared_; }

private:
    bool take(LimitTime& full_at, LimitTime now) const;
    Link& bucket_of(std::uint64_t key);
    LimitEntry* find(std::uint64_t key);
    bool has_room(LimitTime now);
    LimitEntry& open(std::uint64_t key, LimitTime now);
    bool reclaim(LimitTime now);
    void take_out_first();
    LimitEntry& at(std::size_t place) { return memory_.entries[memory_.heap[place]]; }
    void swap(std::size_t a, std::size_t b);
    void sift_up(std::size_t place);
    void sift_down(std::size_t place);

    Memory memory_{};
    std::uint32_t rate_ = 1;
    LimitTime cost_ = 0;  ///< of a token
    LimitTime spare_ = 0; ///< how far from full a bucket may be that still has a token
    LimitTime shared_full_at_ = 0;
    std::uint64_t shared_ = 0;
    std::uint64_t seed_ = 0;
    std::size_t used_ = 0; ///< the first so many of the heap; the others are the numbers of free entries
};

} // namespace runtime
