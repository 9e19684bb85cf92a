// Stages track and confirm: a packet's flow is looked up before the policy sees it, and made or refreshed only after
// the policy let it through. A dropped packet changes nothing.
#include "runtime/track.hpp"

#include "runtime/answers.hpp"
#include "runtime/balance.hpp"
#include "runtime/fields.hpp"
#include "runtime/translate.hpp"
#include "runtime/transport.hpp"

namespace runtime {

namespace {

bool follows(const Appliance& appliance, std::uint32_t protocol) {
    return protocol == tcp_protocol && !appliance.policy.connections.empty();
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

/// False when the segment changes nothing, not even how long its flow lives.
bool advance(Connection& connection, const Packet& packet) {
    const Segment segment = segment_of(packet);
    const Judgement judgement = connection.judge(segment, packet.reply);
    if (judgement == Judgement::passes) return false;
    connection.accept(segment, packet.reply, judgement);
    return true;
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
            if (policy.translates) return pending_.all > 0; // which replies that one's flow will have is not known
            if (!tuple) return pending_.all > 0 && embedded_tuple(packet); // an error about a flow not yet made
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

} // namespace

const Flow* classify(const Appliance& appliance, Packet& packet, const std::optional<Ipv4Tuple>& tuple,
                     Time now) {
    const auto about = tuple ? std::nullopt : embedded_tuple(packet);
    auto found = tuple   ? appliance.flows.find(*tuple, now)
                 : about ? appliance.flows.find(about->reverse(), now)
                         : FlowTable::Found{};
    const Flow* const known = found.flow;
    bool may_open = tuple && may_open_flow(packet);
    if (tuple && follows(appliance, tuple->protocol)) {
        const Connection* const connection = known == nullptr ? nullptr : &connection_of(appliance, *known);
        may_open = opens_connection(packet) && (connection == nullptr || connection->is_over());
        if (may_open || (connection != nullptr &&
                         connection->judge(segment_of(packet), found.reply) == Judgement::invalid))
            found = {};
    }
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
        const bool asks = opens && i > 0 && !appliance.policy.balancer.pool.empty() && opens_connection(packet);
        if (asks || earlier.decides(appliance.policy, packet, tuple, known) || (!fits && earlier.pending().all > 0)) {
            // The burst ends before this packet; run() comes back for the rest once the earlier ones are through.
            burst.places = burst.places.first(i);
            return;
        }
        if (!fits) {
            drop(appliance, packet, Reason::ct_full);
            continue;
        }
        if (packet.state == State::related && packet.flow->is_translated() && !error_intact(packet)) {
            drop(appliance, packet, Reason::bad_checksum); // RFC 5508 REQ-3
            continue;
        }
        if (tuple && (packet.flow != nullptr || opens)) earlier.note(packet, *tuple);
        if (known != nullptr && follows(appliance, known->tuples[0].protocol)) earlier.note_followed(*known);
        packet.at = packet.made_here ? At::output : At::prerouting;
    }
}

bool confirm_flow(Appliance& appliance, Packet& packet, Time now) {
    if (packet.state != State::fresh && packet.state != State::established) return true;
    const bool followed = follows(appliance, field::ip_protocol(packet));
    if (packet.flow != nullptr) {
        FlowKind kind = kind_after(packet, packet.flow);
        if (followed) {
            Connection& connection = connection_of(appliance, *packet.flow);
            if (!advance(connection, packet)) return true;
            kind = connection.kind();
        }
        note_answers(appliance, packet, now);
        packet.flow->replied |= packet.reply;
        appliance.flows.refresh(*packet.flow, kind, now);
        return true;
    }
    const FlowKind kind = kind_after(packet, nullptr); // the first segment of a connection that is followed is a SYN
    if (!appliance.flows.has_room(is_half_open(kind), {}, now)) {
        drop(appliance, packet, Reason::ct_full);
        return false;
    }
    const Ipv4Tuple original = original_tuple(packet), reply = tuple_of(packet)->reverse();
    if (!appliance.flows.distinct(original, reply, now)) {
        drop_untranslatable(appliance, packet, now);
        return false;
    }
    packet.flow = &appliance.flows.open(original, reply, kind, now);
    if (followed) connection_of(appliance, *packet.flow).open(segment_of(packet));
    if (appliance.policy.translates) keep_decisions(appliance, packet, *packet.flow);
    keep_server(appliance, *packet.flow, now);
    return true;
}

void stage::confirm(Appliance& appliance, Burst& burst) {
    for_each_at(At::confirm, burst, [&](Packet& packet) {
        if (confirm_flow(appliance, packet, burst.now)) packet.at = At::transmit;
    });
}

} // namespace runtime
