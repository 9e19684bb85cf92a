// Stage deliver: the packet has arrived. Answers pings; nothing else is served here.
#include "runtime/addresses.hpp"
#include "runtime/answers.hpp"
#include "runtime/balance.hpp"
#include "runtime/checksum.hpp"
#include "runtime/datagram.hpp"
#include "runtime/fields.hpp"
#include "runtime/routes.hpp"
#include "runtime/transport.hpp"

namespace runtime {

namespace {

/// RFC 1122 3.2.2.6: identifier, sequence number, data and TOS come back; the reply passes the chains of its own way.
void echo(Appliance& appliance, Packet& packet, Time now) {
    const OwnHeader header{.tos = get8(packet.ip(), 1),
                           .protocol = icmp_protocol,
                           .source = field::ip_daddr(packet),
                           .destination = field::ip_saddr(packet),
                           .payload_bytes = payload_bytes(packet),
                           .identification = static_cast<std::uint16_t>(field::ip_id(packet))};
    repack(appliance, packet); // the reply has no options
    make_own(appliance, packet, header);
    const MutableBytes icmp = packet.payload();
    put8(icmp, 0, icmp::echo_reply);
    put8(icmp, 1, 0);
    put16(icmp, 2, 0);
    put16(icmp, 2, static_cast<std::uint16_t>(~fold(sum_payload(packet, header.payload_bytes))));

    const Tracking* const tracking = appliance.policy.parts.tracking;
    if (tracking != nullptr) tracking->classify(appliance, packet, now);
    const auto hop = next_hop(appliance, appliance.policy.own_routes, header.destination);
    if (!hop) return drop(appliance, packet, Reason::no_route);
    if (!appliance.ipv4[hop->iface].configured) return drop(appliance, packet, Reason::no_address);
    packet.egress = hop->iface;
    packet.nexthop = hop->address;
    packet.at = At::output;
}

void deliver_one(Appliance& appliance, Packet& packet, Time now) {
    const Parts& parts = appliance.policy.parts;
    const bool awaited =
        parts.translation != nullptr && parts.translation->may_be_awaited(appliance, packet, now);
    // A flow of what asks the balancer for nothing would stand in the way of the SYN that does.
    const bool has_flow = parts.tracking != nullptr && !awaited && !asks_for_server(appliance, packet);
    if (has_flow && !parts.tracking->confirm(appliance, packet, now)) return;
    ++appliance.counters.delivered;
    appliance.counters.merged += frame_count(packet) - 1;
    packet.at = At::settled;
    if (awaited) return;
    const Ipv4Address destination = field::ip_daddr(packet);
    if (destination == limited_broadcast || iface_with_broadcast(appliance, destination)) return;
    if (is_fragment(packet)) return;
    // Made of an invalid segment's numbers, a reset could end the connection that it is no part of.
    if (parts.following != nullptr && packet.state == State::invalid && is_tcp(packet)) return;
    if (is_icmp(packet) && field::icmp_type(packet) == icmp::echo_request)
        echo(appliance, packet, now);
    else
        answer_unserved(appliance, packet, now);
}

} // namespace

void stage::deliver(Appliance& appliance, Burst& burst) {
    for_each_at(At::deliver, burst, [&](Packet& packet) { deliver_one(appliance, packet, burst.now); });
}

} // namespace runtime
