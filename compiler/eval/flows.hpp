// The flow table: which packets belong together, and how long they are remembered. See "track" in path.md.
#pragma once
#include "compiler/eval/datagram.hpp"

#include <map>
#include <optional>

namespace eval {

using Time = std::uint64_t; ///< nanoseconds
inline constexpr Time second_ns = 1'000'000'000;

/// What the packets of one direction of a flow have in common.
struct Tuple {
    std::uint8_t protocol = 0;
    model::Ipv4Address source = 0;
    model::Ipv4Address destination = 0;
    std::uint16_t a = 0; ///< source port, or ICMP identifier
    std::uint16_t b = 0; ///< destination port, or ICMP type

    friend auto operator<=>(const Tuple&, const Tuple&) = default;
};

/// None for a packet without a sound header to find its ports or identifier in, and for ICMP messages that
/// are neither echo nor timestamp.
std::optional<Tuple> tuple_of(const Datagram& datagram);
Tuple reverse(const Tuple& tuple);

struct Flow {
    bool half_open = false; ///< a TCP handshake is going on
    bool replied = false;   ///< a packet in the reply direction has been accepted
    Time last = 0;          ///< when its last packet was accepted
};

/// What the table knows about one packet.
struct Tracked {
    model::State state = model::State::invalid;
    std::optional<Tuple> flow; ///< the key of its live flow
    bool reply = false;        ///< goes against the flow's first packet
    bool may_open = false;     ///< has no flow and may make one

    /// Nat functions see these only.
    bool first_of_flow() const { return may_open; }
};

class FlowTable {
public:
    explicit FlowTable(const model::Conntrack& settings) : settings_(settings) {}

    /// Forgets what has timed out, then looks the packet up.
    Tracked look_up(const Datagram& datagram, Time now);
    /// Whether the flow that this packet would open finds room.
    bool has_room(const Datagram& datagram) const;
    /// The packet has been sent on or delivered. False when its flow finds no room.
    bool confirm(const Datagram& datagram, const Tracked& tracked, Time now);

private:
    Time timeout(const Tuple& key, const Flow& flow) const;
    bool is_related(const Datagram& error) const;

    model::Conntrack settings_;
    std::map<Tuple, Flow> live_; ///< by the tuple of their first packet
};

} // namespace eval
