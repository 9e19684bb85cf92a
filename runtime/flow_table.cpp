#include "runtime/flow_table.hpp"

#include "runtime/fields.hpp"
#include "runtime/mix.hpp"

namespace runtime {

namespace {

constexpr std::uint16_t answering_type(std::uint16_t type) {
    switch (type) {
    case 8: return 0;
    case 0: return 8;
    case 13: return 14;
    case 14: return 13;
    default: return type;
    }
}

} // namespace

Ipv4Tuple Ipv4Tuple::reverse() const {
    if (protocol == icmp_protocol) return {destination, source, a, answering_type(b), protocol};
    return {destination, source, b, a, protocol};
}

void FlowTable::reset(std::span<Flow> flows, std::span<Link> buckets, const FlowTimeouts& timeouts,
                      std::array<std::uint64_t, 2> seed, FlowEnded ended) {
    check((buckets.size() & (buckets.size() - 1)) == 0, "bucket count is a power of two");
    flows_ = flows;
    buckets_ = buckets;
    timeouts_ = timeouts;
    seed_ = seed;
    ended_ = ended;
    lists_.fill({nobody, nobody, 0});
    used_ = 0;
    free_ = nobody;
    untouched_ = 0;
    for (auto& bucket : buckets_) bucket = 0;
}

bool FlowTable::live(const Flow& flow, Time now) const {
    return now - flow.last < timeouts_[static_cast<std::size_t>(flow.kind)];
}

std::size_t FlowTable::bucket_of(const Ipv4Tuple& tuple) const {
    const std::uint64_t addresses = std::uint64_t{tuple.source} << 32 | tuple.destination;
    const std::uint64_t rest =
        std::uint64_t{tuple.a} << 32 | std::uint64_t{tuple.b} << 16 | tuple.protocol;
    return mixed(addresses ^ seed_[0], mixed(rest ^ seed_[1], 0x9e3779b97f4a7c15)) & (buckets_.size() - 1);
}

FlowTable::Found FlowTable::find(const Ipv4Tuple& tuple, Time now) const {
    for (Link at = buckets_[bucket_of(tuple)]; at != 0;) {
        Flow& flow = flows_[(at - 1) / 2];
        const unsigned direction = (at - 1) % 2;
        if (flow.tuples[direction] == tuple) {
            if (live(flow, now)) return {&flow, direction == 1};
            return {};
        }
        at = flow.next_in_bucket[direction];
    }
    return {};
}

bool FlowTable::has_room(bool half_open, const Pending& pending, Time now) {
    if (half_open) {
        const std::size_t cap = (flows_.size() + 1) / 2;
        const auto& sent = lists_[static_cast<std::size_t>(FlowKind::tcp_half_open)];
        const auto& received = lists_[static_cast<std::size_t>(FlowKind::tcp_syn_recv)];
        while (sent.count + received.count + pending.half_open >= cap)
            if (!reclaim(FlowKind::tcp_half_open, now) && !reclaim(FlowKind::tcp_syn_recv, now)) return false;
    }
    while (used_ + pending.all >= flows_.size()) {
        bool reclaimed = false;
        for (std::size_t kind = 0; kind < flow_kinds && !reclaimed; ++kind)
            reclaimed = reclaim(static_cast<FlowKind>(kind), now);
        if (!reclaimed) return false;
    }
    return true;
}

Flow& FlowTable::open(const Ipv4Tuple& original, const Ipv4Tuple& reply, FlowKind kind, Time now) {
    check(used_ < flows_.size(), "a flow is opened only where there is room");
    // A flow of the same tuple that is over, or expired and still holds its memory, would be found instead of the
    // new one.
    for (const auto& mine : {original, reply}) {
        for (Link at = buckets_[bucket_of(mine)]; at != 0;) {
            Flow& flow = flows_[(at - 1) / 2];
            const unsigned direction = (at - 1) % 2;
            at = flow.next_in_bucket[direction];
            if (flow.tuples[direction] == mine) {
                take_out(flow);
                break;
            }
        }
    }
    std::uint32_t place = free_;
    if (place != nobody)
        free_ = flows_[place].newer;
    else
        place = static_cast<std::uint32_t>(untouched_++);
    Flow& flow = flows_[place];
    flow.tuples = {original, reply};
    flow.replied = false;
    flow.entrance = 0;
    flow.mapping = MappingTable::none;
    link(flow, 0);
    link(flow, 1);
    append(flow, kind, now);
    ++used_;
    return flow;
}

void FlowTable::refresh(Flow& flow, FlowKind kind, Time now) {
    leave_list(flow);
    append(flow, kind, now);
}

void FlowTable::leave_list(Flow& flow) {
    auto& list = lists_[static_cast<std::size_t>(flow.kind)];
    (flow.older == nobody ? list.oldest : flows_[flow.older].newer) = flow.newer;
    (flow.newer == nobody ? list.newest : flows_[flow.newer].older) = flow.older;
    --list.count;
}

void FlowTable::append(Flow& flow, FlowKind kind, Time now) {
    auto& list = lists_[static_cast<std::size_t>(kind)];
    const std::uint32_t self = number(flow);
    flow.kind = kind;
    flow.last = now;
    flow.older = list.newest;
    flow.newer = nobody;
    (list.newest == nobody ? list.oldest : flows_[list.newest].newer) = self;
    list.newest = self;
    ++list.count;
}

void FlowTable::take_out(Flow& flow) {
    leave_list(flow);
    unlink(flow, 0);
    unlink(flow, 1);
    if (ended_ != nullptr) ended_(*this, flow);
    flow.newer = free_;
    free_ = number(flow);
    --used_;
}

bool FlowTable::reclaim(FlowKind kind, Time now) {
    const std::uint32_t oldest = lists_[static_cast<std::size_t>(kind)].oldest;
    if (oldest == nobody || live(flows_[oldest], now)) return false;
    take_out(flows_[oldest]);
    return true;
}

void FlowTable::forget_expired(Time now) {
    for (std::size_t kind = 0; kind < flow_kinds; ++kind)
        while (reclaim(static_cast<FlowKind>(kind), now)) {}
}

void FlowTable::end_translated_to(Ipv4Address source) {
    if (flows_.empty()) return;
    for (const Ends& list : lists_) {
        for (std::uint32_t at = list.oldest; at != nobody;) {
            Flow& flow = flows_[at];
            at = flow.newer;
            if (flow.leaving(false).source == source && flow.tuples[0].source != source) take_out(flow);
        }
    }
}

void FlowTable::link(Flow& flow, unsigned direction) {
    Link& bucket = buckets_[bucket_of(flow.tuples[direction])];
    flow.next_in_bucket[direction] = bucket;
    bucket = number(flow) * 2 + direction + 1;
}

void FlowTable::unlink(Flow& flow, unsigned direction) {
    const Link self = number(flow) * 2 + direction + 1;
    Link* at = &buckets_[bucket_of(flow.tuples[direction])];
    while (*at != self) {
        check(*at != 0, "a flow is in its bucket");
        at = &flows_[(*at - 1) / 2].next_in_bucket[(*at - 1) % 2];
    }
    *at = flow.next_in_bucket[direction];
}

} // namespace runtime
