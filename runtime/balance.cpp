// Stage balance: a connection to the Load_balancer gets its server, and what belongs to it goes to and fro.
#include "runtime/balance.hpp"

#include "runtime/answers.hpp"
#include "runtime/fields.hpp"
#include "runtime/routes.hpp"
#include "runtime/text.hpp"
#include "runtime/translate.hpp"
#include "runtime/transport.hpp"

namespace runtime {

namespace {

/// What came in for the address of another Iface has spent one of its time to live on the way here.
bool came_by_route(const Packet& packet) { return !packet.reply && packet.local != packet.ingress; }

/// Packets of a balanced flow leave by the Iface that their peer is behind, whatever other ways there are.
void send_by(Appliance& appliance, Packet& packet, IfaceId iface) {
    const Ipv4Config& egress = appliance.ipv4[iface];
    if (!egress.configured) return drop(appliance, packet, Reason::no_address);
    auto hop = next_hop(appliance, appliance.policy.own_routes, field::ip_daddr(packet), iface);
    if (!hop) hop = by_router(appliance, iface, egress.gateway);
    // A leased address may be one that a peer had.
    if (!hop || egress.has_address(hop->address)) return drop(appliance, packet, Reason::no_route);
    packet.egress = hop->iface;
    packet.nexthop = hop->address;
    if (!came_by_route(packet)) decrement_ttl(packet);
    packet.at = At::postrouting;
}

void choose_server(Appliance& appliance, Packet& packet, Time now) {
    const LoadBalancer& balancer = appliance.policy.balancer;
    FlowTable& flows = appliance.flows;
    flows.forget_expired(now); // from here on the counts are exact
    ServerPool& servers = flows.servers();
    if (servers.flows() >= balancer.session_limit || servers.waiting() >= balancer.wait_queue_limit)
        return drop(appliance, packet, Reason::limit_full);
    const auto chosen = servers.next(now);
    if (!chosen) return drop_with_reset(appliance, packet, Reason::no_server, now);
    servers.propose(chosen);
    const Server& server = balancer.pool[*chosen];
    rewrite(packet, End::destination, {server.address, server.port});
    send_by(appliance, packet, balancer.servers);
}

void balance_one(Appliance& appliance, Packet& packet, Time now) {
    const bool opens = asks_for_server(appliance, packet) && opens_connection(packet);
    if (!opens && !is_balanced(appliance, packet)) {
        packet.at = At::deliver;
        return;
    }
    if (!came_by_route(packet) && ttl_ran_out(appliance, packet, now)) return;
    if (opens) return choose_server(appliance, packet, now);
    if (packet.reply) return send_by(appliance, packet, packet.flow->entrance);
    send_to_peer(packet);
    send_by(appliance, packet, appliance.policy.balancer.servers);
}

bool belongs_to_balanced_flow(const Appliance& appliance, const Packet& packet) {
    const ServerPool& servers = appliance.flows.servers();
    if (packet.flow != nullptr) return servers.of_flow(appliance.flows.number(*packet.flow)).has_value();
    return opens_flow(packet) && servers.proposed().has_value();
}

/// Where clients connect to.
Endpoint front_of(const Appliance& appliance) {
    const LoadBalancer& balancer = appliance.policy.balancer;
    return {appliance.ipv4[balancer.clients].address, balancer.port};
}

bool asks(const Appliance& appliance, const Packet& packet) {
    const Policy& policy = appliance.policy;
    if (!opens_flow(packet) || !is_tcp(packet)) return false;
    if (packet.local != policy.balancer.clients) return false;
    const Endpoint front = front_of(appliance);
    return field::ip_daddr(packet) == front.address && field::tcp_dport(packet) == front.port;
}

/// The flow's first packet has been accepted: the server that was chosen is its server.
void keep_server(Appliance& appliance, const Flow& flow, Time now) {
    appliance.flows.servers().take_proposed(appliance.flows.number(flow), now);
}

/// A later packet of a flow has been accepted; the flow does not know of it yet.
void note_answers(Appliance& appliance, const Packet& packet, Time now) {
    ServerPool& servers = appliance.flows.servers();
    const auto server = servers.of_flow(appliance.flows.number(*packet.flow));
    if (!server) return;
    if (!packet.reply) {
        if (opens_connection(packet) && !packet.flow->replied) servers.syn_sent(*server, now);
        return;
    }
    using namespace tcp_flag;
    const unsigned flags = field::tcp_flags(packet) & (syn | ack | rst);
    if (flags == (syn | ack)) servers.answered(*server);
    if (packet.flow->replied) return;
    servers.replied();
    if ((flags & rst) != 0) servers.refused(*server, now);
}

void let_go_of_server(FlowTable& table, const Flow& flow) {
    table.servers().let_go(table.number(flow), flow.replied);
    part::translation.flow_ended(table, flow);
}

void boot(Appliance& appliance, Time) {
    appliance.flows.servers().reset(appliance.policy.servers, appliance.policy.server_of_flow);
}

} // namespace

const Balancing part::balancing{{.boot = boot}, belongs_to_balanced_flow, front_of,    asks,
                                keep_server,    note_answers,             let_go_of_server};

void report_balancer(Appliance& appliance, Reader tell) {
    const LoadBalancer& balancer = appliance.policy.balancer;
    const ServerPool& servers = appliance.flows.servers();
    Text text;
    text << "lb flows " << std::uint64_t{servers.flows()} << " of " << balancer.session_limit << " waiting "
         << std::uint64_t{servers.waiting()} << " of " << balancer.wait_queue_limit << "\n";
    tell(appliance, text.view());
    for (std::size_t i = 0; i < balancer.pool.size(); ++i) {
        const auto number = static_cast<ServerPool::Number>(i);
        const auto& [address, port] = balancer.pool[i];
        text = {};
        text << "lb server " << Dotted{address} << ":" << std::uint32_t{port}
             << (servers.is_up(number, appliance.now) ? " up" : " down") << " flows "
             << std::uint64_t{servers.flows(number)} << "\n";
        tell(appliance, text.view());
    }
}

void stage::balance(Appliance& appliance, Burst& burst) {
    appliance.flows.servers().propose(std::nullopt); // what an earlier packet was to get is settled
    for_each_at(At::balance, burst, [&](Packet& packet) { balance_one(appliance, packet, burst.now); });
}

} // namespace runtime
