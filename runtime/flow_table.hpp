// Connection tracking: which flows live, and in what state. Bounded, exact in time, O(1) for each packet.
//
// A flow is found by the tuple of either direction: what its packets come in with, which are not each other's reverse when
// it is translated. Flows with the same timeout stand in one list, ordered by their
// last packet, so that the oldest of each list is the next to expire and no sweep or timer is needed; a flow whose
// time has come is gone for every look-up, whether its memory has been taken back yet or not.
#pragma once
#include "runtime/mappings.hpp"
#include "runtime/server_pool.hpp"

#include <array>

namespace runtime {

/// What tells one direction of a flow from all others. TCP, UDP: ports. ICMP: identifier and type. Others: 0.
struct Ipv4Tuple {
    Ipv4Address source;
    Ipv4Address destination;
    std::uint16_t a;
    std::uint16_t b;
    std::uint8_t protocol;

    /// Of the packet that answers this one. ICMP request types turn into their replies and back.
    Ipv4Tuple reverse() const;
    friend constexpr bool operator==(const Ipv4Tuple&, const Ipv4Tuple&) = default;
};

/// Flows with the same timeout.
enum class FlowKind : std::uint8_t {
    tcp_half_open,
    tcp_confirmed,
    tcp_established,
    udp_confirmed, ///< and every protocol without a kind of its own
    udp_established,
    icmp_confirmed,
    icmp_established,
    // Where TCP is followed, besides half-open (SYN sent) and established: connection.hpp.
    tcp_syn_recv,
    tcp_fin_wait,
    tcp_close_wait,
    tcp_last_ack,
    tcp_time_wait,
    tcp_close,
};
inline constexpr std::size_t flow_kinds = 13;

constexpr bool is_half_open(FlowKind kind) {
    return kind == FlowKind::tcp_half_open || kind == FlowKind::tcp_syn_recv;
}

/// Nanoseconds, by FlowKind.
using FlowTimeouts = std::array<Time, flow_kinds>;

/// Trivial, so that a table is plain memory.
struct Flow {
    std::array<Ipv4Tuple, 2> tuples; ///< original direction, reply direction; each as it comes in
    std::array<std::uint32_t, 2> next_in_bucket;
    std::uint32_t older;
    std::uint32_t newer;
    Time last; ///< of its last accepted packet
    FlowKind kind{};
    bool replied = false;
    IfaceId entrance; ///< on whose chain Nats translated its first packet's destination
    std::uint32_t mapping; ///< that gave it its port, or MappingTable::none

    /// With what packets of a direction leave.
    Ipv4Tuple leaving(bool reply) const { return tuples[reply ? 0 : 1].reverse(); }
    bool is_translated() const { return tuples[1] != tuples[0].reverse(); }
};

class FlowTable;

/// Gives back what somebody else holds for a flow that ends.
using FlowEnded = void (*)(FlowTable& table, const Flow& flow);

class FlowTable {
public:
    /// Number of the entry (flow * 2 + direction) + 1; 0 ends a chain.
    using Link = std::uint32_t;

    constexpr FlowTable() = default;
    /// Starts empty. As many flows as `flows` has places; `seed` hides the hash from peers.
    void reset(std::span<Flow> flows, std::span<Link> buckets, const FlowTimeouts& timeouts,
               std::array<std::uint64_t, 2> seed, FlowEnded ended = nullptr);

    struct Found {
        Flow* flow = nullptr;
        bool reply = false;
    };
    /// The live flow that has this tuple in one of its directions.
    Found find(const Ipv4Tuple& tuple, Time now) const;

    /// How many flows are about to be opened, and how many of those half-open.
    struct Pending {
        std::size_t all = 0;
        std::size_t half_open = 0;
    };
    /// Whether one more flow fits besides the pending ones; takes back the memory of expired ones for it.
    /// Half-open flows may fill half of the table.
    bool has_room(bool half_open, const Pending& pending, Time now);

    /// Whether replies with that tuple can be told from everything else, were a flow opened with both. One that
    /// has the original tuple would give way to it.
    bool distinct(const Ipv4Tuple& original, const Ipv4Tuple& reply, Time now) const {
        const Flow* const holder = find(reply, now).flow;
        return reply != original && (holder == nullptr || holder == find(original, now).flow);
    }
    /// Adds a flow whose tuples are distinct(). Only after has_room().
    Flow& open(const Ipv4Tuple& original, const Ipv4Tuple& reply, FlowKind kind, Time now);
    /// A packet of the flow was accepted: it is now of that kind.
    void refresh(Flow& flow, FlowKind kind, Time now);

    /// Takes back the memory of every expired flow.
    void forget_expired(Time now);
    /// Ends every flow whose packets leave with that source and did not come in with it.
    void end_translated_to(Ipv4Address source);
    /// Of the ports that flows were given. Those of a flow go with it.
    MappingTable& mappings() { return mappings_; }
    /// Of the Load_balancer. A server has a flow as long as the table has it.
    ServerPool& servers() { return servers_; }
    const ServerPool& servers() const { return servers_; }

    std::uint32_t number(const Flow& flow) const { return static_cast<std::uint32_t>(&flow - flows_.data()); }
    /// Flows that still hold memory.
    std::size_t size() const { return used_; }
    std::size_t capacity() const { return flows_.size(); }

private:
    struct Ends {
        std::uint32_t oldest = 0;
        std::uint32_t newest = 0;
        std::uint32_t count = 0;
    };
    static constexpr std::uint32_t nobody = ~std::uint32_t{0};

    bool live(const Flow& flow, Time now) const;
    std::size_t bucket_of(const Ipv4Tuple& tuple) const;
    void link(Flow& flow, unsigned direction);
    void unlink(Flow& flow, unsigned direction);
    void append(Flow& flow, FlowKind kind, Time now);
    void leave_list(Flow& flow);
    void take_out(Flow& flow);
    bool reclaim(FlowKind kind, Time now);

    std::span<Flow> flows_;
    std::span<Link> buckets_;
    FlowTimeouts timeouts_{};
    std::array<std::uint64_t, 2> seed_{};
    FlowEnded ended_ = nullptr;
    std::array<Ends, flow_kinds> lists_{};
    std::size_t used_ = 0;
    std::uint32_t free_ = nobody; ///< list of free places, linked by `newer`
    std::size_t untouched_ = 0;   ///< places from here on were never used
    MappingTable mappings_{};
    ServerPool servers_{};
};

} // namespace runtime
