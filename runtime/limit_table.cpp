#include "runtime/limit_table.hpp"

#include "runtime/mix.hpp"
#include "runtime/platform.hpp"

#include <algorithm>

namespace runtime {

void LimitTable::reset(const LimitTerms& terms, const Memory& memory, std::uint64_t seed) {
    check((memory.buckets.size() & (memory.buckets.size() - 1)) == 0, "bucket count is a power of two");
    check(memory.heap.size() == memory.entries.size(), "every entry has its place in the heap");
    memory_ = memory;
    rate_ = terms.rate;
    cost_ = terms.period_ns;
    spare_ = cost_ * (terms.burst - 1);
    shared_full_at_ = 0;
    shared_ = 0;
    seed_ = seed;
    used_ = 0;
    for (auto& bucket : memory_.buckets) bucket = 0;
    for (std::uint32_t i = 0; i < memory_.heap.size(); ++i) memory_.heap[i] = i;
}

bool LimitTable::exceeded(std::uint64_t key, Time now_ns) {
    const LimitTime now = LimitTime{now_ns} * rate_;
    LimitEntry* entry = find(key);
    if (entry == nullptr && has_room(now)) entry = &open(key, now);
    if (entry == nullptr) {
        ++shared_;
        return !take(shared_full_at_, now);
    }
    if (!take(entry->full_at, now)) return true;
    sift_down(entry->place);
    return false;
}

bool LimitTable::take(LimitTime& full_at, LimitTime now) const {
    const LimitTime full = std::max(full_at, now);
    if (full - now > spare_) return false;
    full_at = full + cost_;
    return true;
}

LimitTable::Link& LimitTable::bucket_of(std::uint64_t key) {
    return memory_.buckets[mixed(key ^ seed_, 0x9e3779b97f4a7c15) & (memory_.buckets.size() - 1)];
}

LimitEntry* LimitTable::find(std::uint64_t key) {
    if (used_ == 0) return nullptr;
    for (Link link = bucket_of(key); link != 0; link = memory_.entries[link - 1].next_in_bucket)
        if (memory_.entries[link - 1].key == key) return &memory_.entries[link - 1];
    return nullptr;
}

/// A full bucket is like one that nobody has used: its entry is gone.
bool LimitTable::has_room(LimitTime now) { return used_ < capacity() || reclaim(now); }

LimitEntry& LimitTable::open(std::uint64_t key, LimitTime now) {
    LimitEntry& entry = at(used_);
    Link& bucket = bucket_of(key);
    entry = {now, key, bucket, static_cast<std::uint32_t>(used_)};
    bucket = memory_.heap[used_] + 1;
    sift_up(used_++);
    return entry;
}

bool LimitTable::reclaim(LimitTime now) {
    if (used_ == 0 || at(0).full_at > now) return false;
    take_out_first();
    return true;
}

void LimitTable::take_out_first() {
    const LimitEntry& entry = at(0);
    const Link self = memory_.heap[0] + 1;
    Link* link = &bucket_of(entry.key);
    while (*link != self) {
        check(*link != 0, "an entry is in its bucket");
        link = &memory_.entries[*link - 1].next_in_bucket;
    }
    *link = entry.next_in_bucket;
    swap(0, --used_);
    sift_down(0);
}

std::size_t LimitTable::keys(Time now) const {
    const auto is_used = [&](std::uint32_t entry) {
        return memory_.entries[entry].full_at > LimitTime{now} * rate_;
    };
    return static_cast<std::size_t>(std::ranges::count_if(memory_.heap.first(used_), is_used));
}

void LimitTable::swap(std::size_t a, std::size_t b) {
    std::swap(memory_.heap[a], memory_.heap[b]);
    at(a).place = static_cast<std::uint32_t>(a);
    at(b).place = static_cast<std::uint32_t>(b);
}

void LimitTable::sift_up(std::size_t place) {
    for (; place > 0 && at(place).full_at < at((place - 1) / 2).full_at; place = (place - 1) / 2)
        swap(place, (place - 1) / 2);
}

void LimitTable::sift_down(std::size_t place) {
    for (;;) {
        std::size_t first = place;
        for (const std::size_t child : {2 * place + 1, 2 * place + 2})
            if (child < used_ && at(child).full_at < at(first).full_at) first = child;
        if (first == place) return;
        swap(place, first);
        place = first;
    }
}

} // namespace runtime
