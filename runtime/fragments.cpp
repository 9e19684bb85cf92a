#include "runtime/fragments.hpp"

#include "runtime/fields.hpp"

namespace runtime {

namespace {

/// The last held fragment that starts before `offset`, or null. Most come in order, so the last is tried first.
Packet* predecessor(const Datagram& datagram, std::size_t offset) {
    if (datagram.last != nullptr && extent_of(*datagram.last).offset < offset) return datagram.last;
    Packet* before = nullptr;
    for (Packet* at = datagram.first; at != nullptr && extent_of(*at).offset < offset; at = at->next_fragment)
        before = at;
    return before;
}

} // namespace

FragmentExtent extent_of(const Packet& fragment) {
    const std::size_t offset = std::size_t{8} * field::ip_frag_off(fragment);
    return {offset, offset + fragment.payload().size(), !more_fragments(fragment)};
}

bool contradicts(const Datagram& datagram, const FragmentExtent& extent) {
    const Packet* const before = predecessor(datagram, extent.offset);
    const Packet* const after = before == nullptr ? datagram.first : before->next_fragment;
    if (before != nullptr && extent_of(*before).end > extent.offset) return true;
    if (after != nullptr && extent_of(*after).offset < extent.end) return true;
    if (datagram.end != 0) return extent.last || extent.end > datagram.end;
    return extent.last && extent_of(*datagram.last).end > extent.end;
}

bool complete(const Datagram& datagram) {
    return datagram.end != 0 && datagram.payload_bytes == datagram.end; // no two of them overlap
}

void FragmentTable::reset(std::span<Datagram> memory) {
    *this = {};
    memory_ = memory;
}

Datagram* FragmentTable::find(const DatagramKey& key) const {
    Datagram* at = newest_; // what comes in pieces mostly comes in one go
    while (at != nullptr && at->key != key) at = at->older;
    return at;
}

Datagram* FragmentTable::in_the_way(const Datagram* datagram) const {
    const bool has_place = datagram != nullptr || free_ != nullptr || untouched_ < memory_.size();
    if (has_place && fragments_ < reassembly::fragments_max) return nullptr;
    return oldest_ == datagram ? oldest_->newer : oldest_;
}

Datagram& FragmentTable::open(const DatagramKey& key, Time now) {
    Datagram* place = free_;
    if (place != nullptr)
        free_ = place->newer;
    else
        place = &memory_[untouched_++];
    *place = {};
    place->key = key;
    place->since = now;
    place->older = newest_;
    (newest_ == nullptr ? oldest_ : newest_->newer) = place;
    newest_ = place;
    return *place;
}

void FragmentTable::hold(Datagram& datagram, Packet& fragment) {
    const FragmentExtent extent = extent_of(fragment);
    Packet* const before = predecessor(datagram, extent.offset);
    Packet*& link = before == nullptr ? datagram.first : before->next_fragment;
    fragment.next_fragment = link;
    link = &fragment;
    if (fragment.next_fragment == nullptr) datagram.last = &fragment;
    fragment.arrival = datagram.fragments++;
    datagram.payload_bytes = static_cast<std::uint16_t>(datagram.payload_bytes + extent.end - extent.offset);
    if (extent.last) datagram.end = static_cast<std::uint16_t>(extent.end);
    ++fragments_;
}

Packet& FragmentTable::take_out(Datagram& datagram) {
    (datagram.older == nullptr ? oldest_ : datagram.older->newer) = datagram.newer;
    (datagram.newer == nullptr ? newest_ : datagram.newer->older) = datagram.older;
    datagram.newer = free_;
    free_ = &datagram;
    fragments_ -= datagram.fragments;
    datagram.first->fragments = datagram.fragments;
    return *datagram.first;
}

Datagram* FragmentTable::expired(Time now) const {
    return oldest_ != nullptr && now - oldest_->since >= reassembly::timeout_ns ? oldest_ : nullptr;
}

} // namespace runtime
