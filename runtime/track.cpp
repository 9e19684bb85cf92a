// Stages track and confirm: a packet's flow is looked up before the policy sees it, and made or refreshed only after
// the policy let it through. A dropped packet changes nothing.
#include "runtime/appliance.hpp"
#include "runtime/fields.hpp"
#include "runtime/transport.hpp"

namespace runtime {

namespace {

bool follows(const Appliance& appliance, std::uint32_t protocol) {
    return protocol == tcp_protocol && appliance.policy.parts.following != nullptr;
}

Connection& connection_of(const Appliance& appliance, const Flow& flow) {
    return appliance.policy.connections[appliance.flows.number(flow)];
}

/// Of a flow whose protocol is not followed.
FlowKind kind_after(const Packet& packet, const Flow* flow) {
    const bool replied = flow != nullptr && (flow->replied || packet.reply);
    switch (field::ip_protocol(packet)) {
    case tcp_protocol: {
        if (flow == nullptr) return opens_connection(packet) ? FlowKind::tcp_half_open : FlowKind::tcp_confirmed;
        const unsigned flags = field::tcp_flags(packet) & (tcp_flag::syn | tcp_flag::ack);
        const bool completes = flow->replied && !packet.reply && flags == tcp_flag::ack;
        if (flow->kind == FlowKind::tcp_half_open && !completes) return FlowKind::tcp_half_open;
        return replied ? FlowKind::tcp_established : FlowKind::tcp_confirmed;
    }
    case icmp_protocol: return replied ? FlowKind::icmp_established : FlowKind::icmp_confirmed;
    default: return replied ? FlowKind::udp_established : FlowKind::udp_confirmed;
    }
}

/// The packets of a burst that stand before the one that is looked up and may still change the table.
class Unsettled {
public:
    /// Whether what `packet` is depends on what becomes of an earlier one. `known` is what classify() said.
    bool decides(const Policy& policy, const Packet& packet, const std::optional<Ipv4Tuple>& tuple,
                 const Flow* known) const {
        for (std::size_t i = 0; i < follows_; ++i)
            if (followed_[i] == known) return true;
        if (packet.flow == nullptr) {
            // Which replies that one's flow will have is not known.
            if (policy.parts.translation != nullptr) return pending_.all > 0;
            if (!tuple) return pending_.all > 0 && quotation_in(packet); // an error about a flow not yet made
            const Ipv4Tuple reverse = tuple->reverse();
            for (std::size_t i = 0; i < pending_.all; ++i)
                if (opening_[i] == *tuple || opening_[i] == reverse) return true;
            return false;
        }
        if (packet.reply || packet.flow->replied) return false;
        for (std::size_t i = 0; i < replies_; ++i)
            if (first_replies_[i] == packet.flow) return true;
        return false;
    }

    void note(const Packet& packet, const Ipv4Tuple& tuple) {
        if (packet.flow == nullptr) {
            opening_[pending_.all++] = tuple;
            pending_.half_open += opens_connection(packet);
        } else if (packet.reply && !packet.flow->replied) {
            first_replies_[replies_++] = packet.flow;
        }
    }

    /// The packet may advance that connection, end it, or be about it.
    void note_followed(const Flow& flow) { followed_[follows_++] = &flow; }

    const FlowTable::Pending& pending() const { return pending_; }

private:
    std::array<Ipv4Tuple, burst_packets> opening_;
    std::array<const Flow*, burst_packets> first_replies_;
    std::array<const Flow*, burst_packets> followed_;
    FlowTable::Pending pending_;
    std::size_t replies_ = 0;
    std::size_t follows_ = 0;
};

/// Sets the packet's flow, direction and state from the table. Returns the flow that this depends on: its own,
/// or that of which it is no valid segment.
const Flow* classify(const Appliance& appliance, Packet& packet, const std::optional<Ipv4Tuple>& tuple,
                     Time now) {
    const auto about = tuple ? std::nullopt : quotation_in(packet);
    auto found = tuple   ? appliance.flows.find(*tuple, now)
                 : about ? appliance.flows.find(about->tuple.reverse(), now)
                         : FlowTable::Found{};
    const Flow* const known = found.flow;
    bool may_open = tuple && may_open_flow(packet);
    if (tuple && follows(appliance, tuple->protocol)) {
        const Connection* const connection = known == nullptr ? nullptr : &connection_of(appliance, *known);
        may_open = opens_connection(packet) && (connection == nullptr || connection->is_over());
        if (may_open || (connection != nullptr &&
                         !appliance.policy.parts.following->allows(*connection, packet, found.reply)))
            found = {};
    }
    // RFC 5927 4.1: about a segment that is not under way.
    if (about && known != nullptr && follows(appliance, about->tuple.protocol) &&
        !appliance.policy.parts.following->is_under_way(connection_of(appliance, *known), about->tcp_sequence,
                                                        !found.reply))
        found = {};
    packet.flow = found.flow;
    packet.reply = found.reply;
    if (found.flow == nullptr)
        packet.state = may_open ? State::fresh : State::invalid;
    else if (!tuple)
        packet.state = State::related;
    else
        packet.state = found.reply || found.flow->replied ? State::established : State::fresh;
    return known;
}

void begin_flow(Appliance& appliance, Packet& packet, Time now) {
    const Parts& parts = appliance.policy.parts;
    // The first segment of a connection that is followed is a SYN.
    const FlowKind kind = kind_after(packet, nullptr);
    if (!appliance.flows.has_room(is_half_open(kind), {}, now))
        return drop(appliance, packet, Reason::ct_full);
    if (parts.translation != nullptr) {
        packet.flow = parts.translation->open_flow(appliance, packet, kind, now);
        if (packet.flow == nullptr) return;
    } else {
        const Ipv4Tuple tuple = *tuple_of(packet);
        packet.flow = &appliance.flows.open(tuple, tuple.reverse(), kind, now);
    }
    if (follows(appliance, field::ip_protocol(packet)))
        parts.following->open(connection_of(appliance, *packet.flow), packet);
    if (parts.balancing != nullptr) parts.balancing->keep_server(appliance, *packet.flow, now);
}

void refresh_flow(Appliance& appliance, Packet& packet, Time now) {
    const Parts& parts = appliance.policy.parts;
    Flow& flow = *packet.flow;
    FlowKind kind = kind_after(packet, &flow);
    if (follows(appliance, field::ip_protocol(packet))) {
        const auto next = parts.following->advance(connection_of(appliance, flow), packet, packet.reply);
        if (!next) return;
        kind = *next;
    }
    if (parts.balancing != nullptr) parts.balancing->note_answers(appliance, packet, now);
    flow.replied |= packet.reply;
    appliance.flows.refresh(flow, kind, now);
}

/// The packet was let through: makes or refreshes its flow. False when there was no room and it was dropped.
bool confirm_flow(Appliance& appliance, Packet& packet, Time now) {
    if (packet.state != State::fresh && packet.state != State::established) return true;
    if (packet.flow != nullptr)
        refresh_flow(appliance, packet, now);
    else
        begin_flow(appliance, packet, now);
    return packet.flow != nullptr;
}

void classify_made(Appliance& appliance, Packet& packet, Time now) {
    classify(appliance, packet, tuple_of(packet), now);
}

void boot(Appliance& appliance, Time) {
    const Policy& policy = appliance.policy;
    const FlowEnded ended = policy.parts.balancing != nullptr     ? policy.parts.balancing->flow_ended
                            : policy.parts.translation != nullptr ? policy.parts.translation->flow_ended
                                                                  : nullptr;
    appliance.flows.reset(policy.flows, policy.flow_buckets, policy.timeouts,
                          {platform::random(), platform::random()}, ended);
}

/// Before a look-up has to: so that no packet pays for all flows that a quiet time has ended.
void tick(Appliance& appliance, Time now) { appliance.flows.forget_expired(now); }

} // namespace

void stage::track(Appliance& appliance, Burst& burst) {
    Unsettled earlier;
    for (std::size_t i = 0; i < burst.places.size(); ++i) {
        if (burst.places[i] == nullptr || burst.places[i]->at > At::track) continue;
        Packet& packet = *burst.places[i];
        const auto tuple = tuple_of(packet);
        const Flow* const known = classify(appliance, packet, tuple, burst.now);
        const bool opens = packet.state == State::fresh && packet.flow == nullptr;
        const bool fits = !opens || appliance.flows.has_room(opens_connection(packet), earlier.pending(), burst.now);
        // Which servers are up is for earlier packets to say.
        const Parts& parts = appliance.policy.parts;
        const bool asks = opens && i > 0 && parts.balancing != nullptr && opens_connection(packet);
        if (asks || earlier.decides(appliance.policy, packet, tuple, known) || (!fits && earlier.pending().all > 0)) {
            // The burst ends before this packet; run() comes back for the rest once the earlier ones are through.
            burst.places = burst.places.first(i);
            return;
        }
        if (!fits) {
            drop(appliance, packet, Reason::ct_full);
            continue;
        }
        if (packet.state == State::related && packet.flow->is_translated() &&
            !parts.translation->error_intact(packet)) {
            drop(appliance, packet, Reason::bad_checksum); // RFC 5508 REQ-3
            continue;
        }
        if (tuple && (packet.flow != nullptr || opens)) earlier.note(packet, *tuple);
        if (known != nullptr && follows(appliance, known->tuples[0].protocol)) earlier.note_followed(*known);
        // Its flow must not inherit what an earlier packet's Nats said, where no chain of output would begin anew.
        if (packet.made_here && parts.translation != nullptr) parts.translation->begin_destination(appliance, packet);
        packet.at = packet.made_here ? At::output : At::prerouting;
    }
}

void stage::confirm(Appliance& appliance, Burst& burst) {
    for_each_at(At::confirm, burst, [&](Packet& packet) {
        if (confirm_flow(appliance, packet, burst.now)) packet.at = At::transmit;
    });
}

const Tracking part::tracking{{.boot = boot, .tick = tick}, classify_made, confirm_flow};

} // namespace runtime
