// The flow table: which packets belong together, and how long they are remembered. See "track" in path.md.
#pragma once
#include "compiler/eval/connection.hpp"
#include "compiler/model/reason.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

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

using ServerId = std::size_t; ///< indexes the Load_balancer's pool

struct Flow {
    Tuple original;              ///< of its first packet, as it came in
    Tuple reply;                 ///< of the packets that answer it, as they come in
    bool half_open = false;      ///< a TCP handshake is going on
    bool replied = false;        ///< a packet in the reply direction has been accepted
    Time last = 0;               ///< when its last packet was accepted
    model::IfaceId entrance = 0; ///< on whose chain Nats translated its first packet's destination
    std::map<std::size_t, model::StatementId> decisions; ///< of those Nats, by their place in the chain
    std::optional<model::Ipv4Address> outside; ///< whose port was chosen for it: it keeps a mapping alive
    std::optional<Connection> connection;      ///< of TCP, when it is followed
    std::optional<ServerId> server;            ///< of a balanced flow

    bool is_translated() const { return reply != reverse(original); }
    /// What packets of one of its directions come in with, and leave with.
    const Tuple& coming(bool in_reply) const { return in_reply ? reply : original; }
    Tuple leaving(bool in_reply) const { return reverse(coming(!in_reply)); }
};

/// What the table knows about one packet.
struct Tracked {
    model::State state = model::State::invalid;
    std::optional<Tuple> tuple; ///< with which it came in
    std::optional<Tuple>
        flow;              ///< the original tuple of its live flow, or of the one that it is an error about
    bool reply = false;    ///< goes against the flow's first packet
    bool may_open = false; ///< has no flow and may make one

    /// Nat functions see these only.
    bool first_of_flow() const { return may_open; }
};

/// What was decided about a first packet on its way.
struct Opening {
    model::IfaceId entrance = 0;
    std::map<std::size_t, model::StatementId> decisions{};
    std::optional<model::Ipv4Address> outside{};
    std::optional<ServerId> server{};
};

class FlowTable {
public:
    explicit FlowTable(const model::Conntrack& settings) : settings_(settings) {}

    /// Forgets what has timed out, then looks the packet up.
    Tracked look_up(const Datagram& datagram, Time now);
    /// Whether the flow that this packet would open finds room.
    bool has_room(const Datagram& datagram) const;
    const Flow& flow(const Tuple& original) const { return live_.at(original); }
    /// Whether the packet, once accepted, changes anything: a segment of a followed connection may merely pass.
    bool counts(const Datagram& leaving, const Tracked& tracked) const;
    /// The packet has been sent on or delivered, with these bytes. Or why it cannot: its flow finds no room,
    /// or its answers would be taken for another flow's.
    std::optional<model::Reason> confirm(const Datagram& leaving, const Tracked& tracked, Time now,
                                         const Opening& opening = {});

    /// How many flows the Load_balancer has, and how many of those without any reply so far.
    struct Balanced {
        std::size_t flows = 0, waiting = 0;
    };
    Balanced balanced() const;

    /// Forgets every flow whose packets leave with that source and did not come in with it.
    void end_translated_to(model::Ipv4Address source);

    /// Whether answers with that tuple could be told from everything else, were a flow opened with both.
    bool distinct(const Tuple& original, const Tuple& reply) const;
    /// The port that the inside endpoint of a first packet has on that address, if it has a mapping.
    std::optional<std::uint16_t> mapped_port(model::Ipv4Address outside, const Tuple& first) const;
    /// Those that mappings hold.
    std::set<std::uint16_t> mapped_ports(model::Ipv4Address outside, std::uint8_t protocol) const;

private:
    Time timeout(const Tuple& key, const Flow& flow) const;
    std::uint32_t timeout_s(const Connection& connection) const;
    bool is_half_open(const Flow& flow) const;
    Tracked known(const Tuple& tuple, const std::pair<Tuple, bool>& found) const;
    /// A TCP segment whose connection is followed.
    Tracked follow(const Datagram& datagram, const Tuple& tuple) const;
    /// The flow of which a packet with that tuple is one, and whether it goes in the reply direction.
    std::optional<std::pair<Tuple, bool>> find(const Tuple& tuple) const;

    model::Conntrack settings_;
    std::map<Tuple, Flow> live_; ///< by their original tuple
};

} // namespace eval
