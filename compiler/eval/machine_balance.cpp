// A connection to the Load_balancer gets its server, and what belongs to it goes to and fro. See "balance" in
// path.md.
#include "compiler/eval/machine.hpp"

namespace eval {

using model::Reason;

/// Where clients connect to.
Endpoint Machine::front() const {
    const auto& balancer = *appliance_.load_balancer;
    const auto& ipv4 = appliance_.ifaces[balancer.clients].ipv4;
    return {ipv4 ? ipv4->address : 0, balancer.port};
}

bool Machine::asks_for_server(const Packet& packet) const {
    if (!appliance_.load_balancer || !packet.tracked.first_of_flow()) return false;
    const Datagram datagram = packet.datagram();
    if (datagram.protocol() != tcp || packet.local != appliance_.load_balancer->clients) return false;
    const Endpoint asked{datagram.destination(), get16(datagram.payload(), 2)};
    return asked.address == front().address && asked.port == front().port;
}

bool Machine::is_balanced(const Packet& packet) const {
    if (packet.tracked.flow) return flows_.flow(*packet.tracked.flow).server.has_value();
    return packet.opening.server.has_value();
}

/// Which has taken one off its time to live.
bool Machine::came_by_route(const Packet& packet) const {
    return !packet.tracked.reply && packet.local != packet.ingress;
}

void Machine::balance(Packet& packet) {
    const bool opens = asks_for_server(packet) && packet.datagram().tcp_opens();
    if (!opens && !is_balanced(packet)) {
        packet.at = At::deliver;
        return;
    }
    if (!came_by_route(packet) && ttl_ran_out(packet)) return;
    if (opens) return choose_server(packet);
    if (packet.tracked.reply) return send_by(packet, flows_.flow(*packet.tracked.flow).entrance);
    send_to_peer(packet);
    send_by(packet, appliance_.load_balancer->servers);
}

void Machine::choose_server(Packet& packet) {
    const auto& balancer = *appliance_.load_balancer;
    const auto [flows, waiting] = flows_.balanced();
    if (flows >= balancer.session_limit || waiting >= balancer.wait_queue_limit)
        return drop(packet, Reason::limit_full);
    packet.opening.server = balancer_.next(now_);
    if (!packet.opening.server) {
        answer(packet, AnswerKind::reset);
        return drop(packet, Reason::no_server);
    }
    const auto& server = balancer.pool.at(*packet.opening.server);
    rewrite(packet, End::destination, {server.address, server.port});
    send_by(packet, balancer.servers);
}

void Machine::send_by(Packet& packet, model::IfaceId iface) {
    const auto routed = route_by(appliance_, iface, packet.datagram().destination());
    if (const auto* reason = std::get_if<Reason>(&routed)) return drop(packet, *reason);
    packet.hop = std::get<Hop>(routed);
    // A leased address may be one that a peer had.
    if (appliance_.ifaces[iface].ipv4->address == packet.hop.next) return drop(packet, Reason::no_route);
    if (!came_by_route(packet)) spend_ttl(packet);
    packet.at = At::postrouting;
}

/// Of the packet's flow, if it is a balanced one, once the packet has been accepted.
void Machine::tell_balancer(const Packet& packet, bool replied) {
    const auto& tracked = packet.tracked;
    if (!is_balanced(packet) || tracked.state == model::State::related) return;
    const ServerId server = tracked.may_open ? *packet.opening.server : *flows_.flow(*tracked.flow).server;
    balancer_.accepted(server, packet.datagram(), tracked.may_open, tracked.reply, replied, now_);
}

} // namespace eval
