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

Time FlowTable::timeout(const Tuple& key, const Flow& flow) const {
    const auto& kind = flow.half_open ? settings_.unconfirmed
                       : flow.replied ? settings_.established
                                      : settings_.confirmed;
    return of_protocol(kind, key.protocol) * second_ns;
}

Tracked FlowTable::look_up(const Datagram& datagram, Time now) {
    std::erase_if(live_, [&](const auto& entry) {
        const auto& [key, flow] = entry;
        return now >= flow.last + timeout(key, flow);
    });
    const auto tuple = tuple_of(datagram);
    if (tuple && live_.contains(*tuple)) {
        const bool replied = live_.at(*tuple).replied;
        return {.state = replied ? model::State::established : model::State::fresh, .flow = *tuple};
    }
    if (tuple && live_.contains(reverse(*tuple)))
        return {.state = model::State::established, .flow = reverse(*tuple), .reply = true};
    if (may_open(datagram)) return {.state = model::State::fresh, .flow = {}, .may_open = true};
    return {.state = is_related(datagram) ? model::State::related : model::State::invalid, .flow = {}};
}

/// RFC 5508 4.2: an ICMP error is as good as the packet inside it.
bool FlowTable::is_related(const Datagram& error) const {
    if (error.protocol() != icmp || !error.transport_complete()) return false;
    const std::uint8_t type = get8(error.payload(), 0);
    if (type != icmp_type::unreachable && type != icmp_type::time_exceeded &&
        type != icmp_type::parameter_problem)
        return false;

    const View quoted = error.payload().subspan(8);
    if (quoted.size() < ip_header_min_bytes || quoted[0] >> 4 != 4) return false;
    // The quoted total length may reach past the quotation, so only the header's own length must be right.
    const Datagram inner(quoted);
    if (inner.header_bytes() < ip_header_min_bytes || inner.header_bytes() > quoted.size()) return false;
    if (inner.fragment_offset() != 0 || inner.source() != error.destination()) return false;
    const bool has_ports = inner.protocol() == tcp || inner.protocol() == udp || inner.protocol() == icmp;
    if (has_ports && inner.payload().size() < 8) return false;

    const auto tuple = tuple_of(inner.protocol(), inner.source(), inner.destination(), inner.payload());
    return tuple && (live_.contains(*tuple) || live_.contains(reverse(*tuple)));
}

bool FlowTable::has_room(const Datagram& datagram) const {
    if (live_.size() >= settings_.limit) return false;
    if (datagram.protocol() != tcp || !datagram.tcp_opens()) return true;
    const auto half_open =
        std::ranges::count_if(live_, [](const auto& entry) { return entry.second.half_open; });
    return static_cast<std::uint64_t>(half_open) < (std::uint64_t{settings_.limit} + 1) / 2;
}

bool FlowTable::confirm(const Datagram& datagram, const Tracked& tracked, Time now) {
    if (tracked.may_open) {
        if (!has_room(datagram)) return false;
        const bool half_open = datagram.protocol() == tcp && datagram.tcp_opens();
        live_[*tuple_of(datagram)] = {.half_open = half_open, .replied = false, .last = now};
    }
    if (!tracked.flow) return true;
    Flow& flow = live_.at(*tracked.flow);
    flow.last = now;
    using namespace tcp_flag;
    if (tracked.reply)
        flow.replied = true;
    else if (flow.half_open && flow.replied && (datagram.tcp_flags() & (ack | syn)) == ack)
        flow.half_open = false;
    return true;
}

} // namespace eval
