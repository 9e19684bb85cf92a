// Stages local, route and arrive: for us, for another of our Ifaces, or on its way to somewhere else.
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

void to_input(Appliance& appliance, Packet& packet, IfaceId iface) {
    if (!is_fragment(packet)) {
        if (const auto fault = transport_fault(packet)) return drop(appliance, packet, *fault);
    }
    packet.local = iface;
    packet.at = At::input;
}

void find_local(Appliance& appliance, Packet& packet) {
    const Ipv4Config& ingress = appliance.ipv4[packet.ingress];
    const Ipv4Address destination = field::ip_daddr(packet);
    if (packet.reply && is_balanced(appliance, packet)) {
        packet.at = At::balance; // neither for us nor on its way through: the balancer asked for it
        return;
    }
    if (broadcast_on(ingress, destination) || ingress.has_address(destination))
        return to_input(appliance, packet, packet.ingress);
    if (is_multicast(destination)) return drop(appliance, packet, Reason::multicast);
    if (iface_with_broadcast(appliance, destination)) return drop(appliance, packet, Reason::directed_broadcast);
    packet.at = At::route;
}

/// RFC 1812 5.3.1; the checksum follows incrementally (RFC 1624).
void decrement_ttl_of(Packet& buffer) {
    const MutableBytes ip = buffer.ip();
    const std::uint16_t before = get16(ip, 8);
    put8(ip, 8, static_cast<std::uint8_t>(ip[8] - 1));
    put16(ip, 10, updated_checksum(get16(ip, 10), before, get16(ip, 8)));
}

void route_one(Appliance& appliance, Packet& packet, Time now) {
    const Policy& policy = appliance.policy;
    if (!policy.ifaces[packet.ingress].forwards) return drop(appliance, packet, Reason::no_forwarding);
    if (!appliance.ipv4[packet.ingress].configured) return drop(appliance, packet, Reason::no_address);
    if (ttl_ran_out(appliance, packet, now)) return;
    const auto hop = next_hop(appliance, policy.routes, field::ip_daddr(packet));
    if (!hop) return drop_with_error(appliance, packet, Reason::no_route, {icmp::unreachable, 0}, now);
    if (!appliance.ipv4[hop->iface].configured) return drop(appliance, packet, Reason::no_address);
    packet.egress = hop->iface;
    packet.nexthop = hop->address;
    decrement_ttl(packet);
    packet.at = At::forward;
}

} // namespace

std::optional<IfaceId> iface_with_address(const Appliance& appliance, Ipv4Address address) {
    for (std::size_t i = 0; i < appliance.policy.ifaces.size(); ++i)
        if (appliance.ipv4[i].has_address(address)) return static_cast<IfaceId>(i);
    return std::nullopt;
}

bool iface_with_broadcast(const Appliance& appliance, Ipv4Address address) {
    for (std::size_t i = 0; i < appliance.policy.ifaces.size(); ++i)
        if (appliance.ipv4[i].has_broadcast(address)) return true;
    return false;
}

bool broadcast_on(const Ipv4Config& ipv4, Ipv4Address address) {
    return address == limited_broadcast || ipv4.has_broadcast(address);
}

bool ttl_ran_out(Appliance& appliance, Packet& packet, Time now) {
    if (field::ip_ttl(packet) > 1) return false;
    if (appliance.policy.send_time_exceeded)
        drop_with_error(appliance, packet, Reason::ttl, {icmp::time_exceeded, 0}, now);
    else
        drop(appliance, packet, Reason::ttl);
    return true;
}

void decrement_ttl(Packet& packet) { for_each_buffer(packet, decrement_ttl_of); }

std::optional<NextHop> by_router(const Appliance& appliance, IfaceId iface, Ipv4Address router) {
    if (router == 0 || iface_with_address(appliance, router)) return std::nullopt;
    return NextHop{iface, router};
}

std::optional<NextHop> next_hop(const Appliance& appliance, std::span<const Route> routes, Ipv4Address destination,
                                std::optional<IfaceId> only) {
    for (const auto& route : routes) {
        if (only && route.iface != *only) continue;
        if ((destination & route.netmask) != route.network) continue;
        const Ipv4Config& ipv4 = appliance.ipv4[route.iface];
        if (!ipv4.configured) return NextHop{route.iface, 0};
        if (route.nexthop == 0 && ipv4.on_network(destination)) return NextHop{route.iface, destination};
        return by_router(appliance, route.iface, route.nexthop != 0 ? route.nexthop : ipv4.gateway);
    }
    return std::nullopt;
}

void stage::local(Appliance& appliance, Burst& burst) {
    for_each_at(At::local, burst, [&](Packet& packet) { find_local(appliance, packet); });
}

void stage::route(Appliance& appliance, Burst& burst) {
    for_each_at(At::route, burst, [&](Packet& packet) { route_one(appliance, packet, burst.now); });
}

void stage::arrive(Appliance& appliance, Burst& burst) {
    for_each_at(At::arrive, burst, [&](Packet& packet) {
        if (const auto iface = iface_with_address(appliance, field::ip_daddr(packet)))
            return to_input(appliance, packet, *iface);
        packet.at = At::postrouting;
    });
}

} // namespace runtime
