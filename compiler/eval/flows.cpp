#include "compiler/eval/flows.hpp"

#include <algorithm>

namespace eval {

namespace {

/// Of the eight first bytes of a transport header; those of TCP and UDP start with the ports.
std::optional<Tuple> tuple_of(std::uint8_t protocol, model::Ipv4Address source,
                              model::Ipv4Address destination, View transport) {
    Tuple tuple{protocol, source, destination};
    if (protocol == tcp || protocol == udp) {
        tuple.a = get16(transport, 0);
        tuple.b = get16(transport, 2);
    } else if (protocol == icmp) {
        const std::uint8_t type = get8(transport, 0);
        if (type != icmp_type::echo && type != icmp_type::echo_reply && type != icmp_type::timestamp &&
            type != icmp_type::timestamp_reply)
            return std::nullopt;
        tuple.a = get16(transport, 4);
        tuple.b = type;
    }
    return tuple;
}

bool may_open(const Datagram& datagram) {
    if (!datagram.transport_sound()) return false;
    if (datagram.protocol() != icmp) return true;
    const std::uint8_t type = get8(datagram.payload(), 0);
    return type == icmp_type::echo || type == icmp_type::timestamp;
}

std::uint32_t of_protocol(const model::Timeouts& timeouts, std::uint8_t protocol) {
    return protocol == tcp ? timeouts.tcp : protocol == icmp ? timeouts.icmp : timeouts.udp;
}

} // namespace

std::optional<Tuple> tuple_of(const Datagram& datagram) {
    if (!datagram.transport_sound()) return std::nullopt;
    return tuple_of(datagram.protocol(), datagram.source(), datagram.destination(), datagram.payload());
}

Tuple reverse(const Tuple& tuple) {
    Tuple other{tuple.protocol, tuple.destination, tuple.source, tuple.b, tuple.a};
    if (tuple.protocol == icmp) {
        other.a = tuple.a;
        switch (tuple.b) {
        case icmp_type::echo:
            other.b = icmp_type::echo_reply;
            break;
        case icmp_type::echo_reply:
            other.b = icmp_type::echo;
            break;
        case icmp_type::timestamp:
            other.b = icmp_type::timestamp_reply;
            break;
        default:
            other.b = icmp_type::timestamp;
            break;
        }
    }
    return other;
}

namespace {

/// What an ICMP error quotes of a datagram.
struct Quotation {
    Tuple tuple;
    std::uint32_t tcp_sequence = 0; ///< of a segment
};

/// Nothing for everything else, and for what is quoted too briefly.
std::optional<Quotation> quotation_in(const Datagram& error) {
    if (error.protocol() != icmp || !error.transport_complete()) return std::nullopt;
    const std::uint8_t type = get8(error.payload(), 0);
    if (type != icmp_type::unreachable && type != icmp_type::time_exceeded &&
        type != icmp_type::parameter_problem)
        return std::nullopt;

    const View quoted = error.payload().subspan(8);
    if (quoted.size() < ip_header_min_bytes || quoted[0] >> 4 != 4) return std::nullopt;
    // The quoted total length may reach past the quotation, so only the header's own length must be right.
    const Datagram inner(quoted);
    if (inner.header_bytes() < ip_header_min_bytes || inner.header_bytes() > quoted.size())
        return std::nullopt;
    if (inner.fragment_offset() != 0 || inner.source() != error.destination()) return std::nullopt;
    const bool has_ports = inner.protocol() == tcp || inner.protocol() == udp || inner.protocol() == icmp;
    if (has_ports && inner.payload().size() < 8) return std::nullopt;
    const auto tuple = tuple_of(inner.protocol(), inner.source(), inner.destination(), inner.payload());
    if (!tuple) return std::nullopt;
    return Quotation{*tuple, inner.protocol() == tcp ? get32(inner.payload(), 4) : 0};
}

} // namespace

std::uint32_t FlowTable::timeout_s(const Connection& connection) const {
    const auto& times = settings_.tcp;
    switch (connection.state()) {
    case TcpState::close:
        return times.close;
    case TcpState::syn_sent:
        return times.syn_sent;
    case TcpState::syn_recv:
        return times.syn_recv;
    case TcpState::time_wait:
        return times.time_wait;
    case TcpState::last_ack:
        return times.last_ack;
    case TcpState::close_wait:
        return times.close_wait;
    case TcpState::fin_wait:
        return times.fin_wait;
    default:
        return times.established;
    }
}

Time FlowTable::timeout(const Tuple& key, const Flow& flow) const {
    if (flow.connection) return timeout_s(*flow.connection) * second_ns;
    const auto& kind = flow.half_open ? settings_.unconfirmed
                       : flow.replied ? settings_.established
                                      : settings_.confirmed;
    return of_protocol(kind, key.protocol) * second_ns;
}

std::optional<std::pair<Tuple, bool>> FlowTable::find(const Tuple& tuple) const {
    if (live_.contains(tuple)) return std::pair(tuple, false);
    const auto answered =
        std::ranges::find_if(live_, [&](const auto& entry) { return entry.second.reply == tuple; });
    if (answered == live_.end()) return std::nullopt;
    return std::pair(answered->first, true);
}

bool FlowTable::is_half_open(const Flow& flow) const {
    return flow.connection ? flow.connection->is_half_open() : flow.half_open;
}

Tracked FlowTable::known(const Tuple& tuple, const std::pair<Tuple, bool>& found) const {
    const auto& [original, reply] = found;
    const bool replied = reply || live_.at(original).replied;
    return {.state = replied ? model::State::established : model::State::fresh,
            .tuple = tuple,
            .flow = original,
            .reply = reply};
}

Tracked FlowTable::follow(const Datagram& datagram, const Tuple& tuple) const {
    const auto found = find(tuple);
    if (datagram.tcp_opens() && (!found || live_.at(found->first).connection->is_over()))
        return {.state = model::State::fresh, .tuple = tuple, .flow = {}, .may_open = true};
    if (!found || live_.at(found->first).connection->judge(segment_of(datagram), found->second) ==
                      Judgement::invalid)
        return {.state = model::State::invalid, .tuple = tuple, .flow = {}};
    return known(tuple, *found);
}

Tracked FlowTable::look_up(const Datagram& datagram, Time now) {
    std::erase_if(live_, [&](const auto& entry) {
        const auto& [key, flow] = entry;
        return now >= flow.last + timeout(key, flow);
    });
    const auto tuple = tuple_of(datagram);
    if (tuple && tuple->protocol == tcp && settings_.stateful_tcp) return follow(datagram, *tuple);
    if (const auto found = tuple ? find(*tuple) : std::nullopt) return known(*tuple, *found);
    if (may_open(datagram))
        return {.state = model::State::fresh, .tuple = tuple, .flow = {}, .may_open = true};
    // RFC 5508 4.2: an ICMP error is as good as the packet inside it, which it answers in a way.
    const auto quoted = quotation_in(datagram);
    if (const auto about = quoted ? find(reverse(quoted->tuple)) : std::nullopt) {
        // RFC 5927 4.1: where numbers are known, they must be of a segment that is under way.
        const auto& connection = live_.at(about->first).connection;
        if (!connection || connection->is_under_way(quoted->tcp_sequence, !about->second))
            return {.state = model::State::related, .tuple = {}, .flow = about->first, .reply = about->second};
    }
    return {.state = model::State::invalid, .tuple = tuple, .flow = {}};
}

bool FlowTable::has_room(const Datagram& datagram) const {
    if (live_.size() >= settings_.limit) return false;
    if (datagram.protocol() != tcp || !datagram.tcp_opens()) return true;
    const auto half_open =
        std::ranges::count_if(live_, [&](const auto& entry) { return is_half_open(entry.second); });
    return static_cast<std::uint64_t>(half_open) < (std::uint64_t{settings_.limit} + 1) / 2;
}

void FlowTable::end_translated_to(model::Ipv4Address source) {
    std::erase_if(live_, [&](const auto& entry) {
        const Flow& flow = entry.second;
        return flow.leaving(false).source == source && flow.original.source != source;
    });
}

bool FlowTable::distinct(const Tuple& original, const Tuple& reply) const {
    if (reply == original) return false;
    const auto holder = find(reply);
    if (!holder) return true;
    const auto replaced = find(original);
    return replaced && replaced->first == holder->first;
}

FlowTable::Balanced FlowTable::balanced() const {
    Balanced count;
    for (const auto& [original, flow] : live_) {
        count.flows += flow.server.has_value();
        count.waiting += flow.server && !flow.replied;
    }
    return count;
}

std::optional<std::uint16_t> FlowTable::mapped_port(model::Ipv4Address outside, const Tuple& first) const {
    for (const auto& [original, flow] : live_)
        if (flow.outside == outside && original.protocol == first.protocol &&
            original.source == first.source && original.a == first.a)
            return flow.leaving(false).a;
    return std::nullopt;
}

std::set<std::uint16_t> FlowTable::mapped_ports(model::Ipv4Address outside, std::uint8_t protocol) const {
    std::set<std::uint16_t> ports;
    for (const auto& [original, flow] : live_)
        if (flow.outside == outside && original.protocol == protocol) ports.insert(flow.leaving(false).a);
    return ports;
}

bool FlowTable::counts(const Datagram& leaving, const Tracked& tracked) const {
    if (!tracked.flow || tracked.state == model::State::related) return true;
    const auto& connection = flow(*tracked.flow).connection;
    return !connection || connection->judge(segment_of(leaving), tracked.reply) != Judgement::passes;
}

std::optional<model::Reason> FlowTable::confirm(const Datagram& leaving, const Tracked& tracked, Time now,
                                                const Opening& opening) {
    if (tracked.may_open) {
        if (!has_room(leaving)) return model::Reason::ct_full;
        const Tuple reply = reverse(*tuple_of(leaving));
        if (!distinct(*tracked.tuple, reply)) return model::Reason::nat_exhausted;
        if (const auto old = find(*tracked.tuple)) live_.erase(old->first);
        Flow& opened = live_[*tracked.tuple];
        opened = {.original = *tracked.tuple,
                  .reply = reply,
                  .half_open = leaving.protocol() == tcp && leaving.tcp_opens(),
                  .replied = false,
                  .last = now,
                  .entrance = opening.entrance,
                  .decisions = opening.decisions,
                  .outside = opening.outside,
                  .connection = {},
                  .server = opening.server};
        if (settings_.stateful_tcp && leaving.protocol() == tcp) opened.connection.emplace(segment_of(leaving));
    }
    if (!tracked.flow || tracked.state == model::State::related) return std::nullopt;
    Flow& flow = live_.at(*tracked.flow);
    if (!counts(leaving, tracked)) return std::nullopt;
    if (flow.connection) {
        const Segment segment = segment_of(leaving);
        flow.connection->accept(segment, tracked.reply, flow.connection->judge(segment, tracked.reply));
    }
    flow.last = now;
    using namespace tcp_flag;
    if (tracked.reply)
        flow.replied = true;
    else if (flow.half_open && flow.replied && (leaving.tcp_flags() & (ack | syn)) == ack)
        flow.half_open = false;
    return std::nullopt;
}

} // namespace eval
