#include "runtime/dhcp.hpp"

#include "runtime/addresses.hpp"
#include "runtime/answers.hpp"
#include "runtime/fields.hpp"
#include "runtime/lease.hpp"
#include "runtime/neighbours.hpp"
#include "runtime/report.hpp"
#include "runtime/text.hpp"
#include "runtime/transmit.hpp"
#include "runtime/transport.hpp"

#include <algorithm>
#include <utility>

namespace runtime::dhcp {

namespace {

using Is = Client::Is;

constexpr Time second_ns = 1'000'000'000;
constexpr Time never = ~Time{0};
constexpr std::uint32_t forever_s = 0xffffffff; // RFC 2131 3.3
constexpr std::size_t udp_header_bytes = 8;

const Iface& iface_of(const Appliance& appliance, const Client& client) {
    return appliance.policy.ifaces[client.iface];
}

Client* client_of(const Appliance& appliance, IfaceId iface) {
    const auto clients = appliance.policy.dhcp_clients;
    const auto found = std::ranges::find(clients, iface, &Client::iface);
    return found == clients.end() ? nullptr : &*found;
}

Text line_about(const Appliance& appliance, const Client& client) {
    Text line;
    line << "dhcp " << iface_of(appliance, client).name << ": ";
    return line;
}

/// 1, 2, 4 … 64 s, each up to a quarter or a second longer or shorter, so that many clients do not ask in step
/// (RFC 2131 4.1).
Time pause_after(unsigned questions) {
    const Time pause = std::min(pause_min_ns << std::min(questions, 6u), pause_max_ns);
    const Time spread = std::min(pause / 4, second_ns);
    return pause - spread + platform::random() % (2 * spread);
}

bool has_lease(const Client& client) {
    return client.is == Is::bound || client.is == Is::renewing || client.is == Is::rebinding;
}

/// To everybody on the wire, from nobody yet; or to the server that gave the lease. False when it has found no buffer, or
/// no room in the ring: then it is as if it had not been tried, and due again soon.
bool send(Appliance& appliance, Client& client, const Question& question, Time now) {
    client.due = now + unsent_pause_ns;
    Packet* const packet = acquire(appliance);
    if (packet == nullptr) return false;
    const Ipv4Config& ipv4 = appliance.ipv4[client.iface];
    const bool to_server = client.is == Is::renewing;
    make_own(appliance, *packet,
             {.protocol = udp_protocol,
              .source = question.current,
              .destination = to_server ? client.server : limited_broadcast,
              .payload_bytes = udp_header_bytes + question_bytes});
    write(packet->payload().subspan(udp_header_bytes), question);
    write_udp_header(*packet, client_port, server_port);
    packet->egress = client.iface;
    if (!to_server) {
        write_ethernet(appliance, *packet, broadcast_mac, ethertype::ipv4);
        return send_frame(appliance, *packet);
    }
    const bool by_gateway = !ipv4.on_network(client.server) && ipv4.gateway != 0;
    packet->nexthop = by_gateway ? ipv4.gateway : client.server;
    packet->at = At::transmit;
    const std::uint64_t& refused = appliance.counters.dropped_made[static_cast<std::size_t>(Reason::queue_full)];
    const std::uint64_t before = refused;
    run(appliance, std::span{&packet, 1}, now);
    return refused == before;
}

Question question_of(const Appliance& appliance, const Client& client, Type type, Time now) {
    return {.type = type,
            .xid = client.xid,
            .secs = static_cast<std::uint16_t>(std::min<Time>((now - client.since) / second_ns, 0xffff)),
            .mac = appliance.nic_macs[iface_of(appliance, client).nic]};
}

void discover(Appliance& appliance, Client& client, Time now) {
    client.complained = false;
    if (!send(appliance, client, question_of(appliance, client, Type::discover, now), now)) return;
    client.due = now + pause_after(client.discovers);
    client.discovers = static_cast<std::uint8_t>(std::min(client.discovers + 1, 255));
}

/// For what has been offered, which others learn that they have not been taken by.
void request(Appliance& appliance, Client& client, Time now) {
    Question question = question_of(appliance, client, Type::request, now);
    question.requested = client.offered;
    question.server = client.server;
    if (!send(appliance, client, question, now)) return;
    client.asked = now;
    client.due = now + pause_after(client.requests++);
}

/// RFC 2131 4.4.5: again after half of the time that is left, but not within a minute.
void extend(Appliance& appliance, Client& client, Time now) {
    Question question = question_of(appliance, client, Type::request, now);
    question.current = appliance.ipv4[client.iface].address;
    if (!send(appliance, client, question, now)) return;
    client.asked = now;
    const Time end = client.is == Is::renewing ? client.rebind_at : client.expires_at;
    client.due = std::min(now + std::max((end - now) / 2, renewal_pause_min_ns), end);
}

void start_over(Client& client, Time due) {
    client.is = Is::selecting;
    client.xid = static_cast<std::uint32_t>(platform::random());
    client.due = due;
}

void lose(Appliance& appliance, Client& client, std::string_view why, Time now) {
    Text line = line_about(appliance, client);
    line << "lost " << Dotted{appliance.ipv4[client.iface].address} << ": " << why << "\n";
    platform::console(line.view());
    set_lease(appliance, client.iface, {});
    client.since = now;
    client.discovers = 0;
    start_over(client, now);
}

/// The reply is counted; the first one after a question is printed.
void refuse(const Appliance& appliance, Client& client, const Reply& reply, std::string_view why) {
    ++client.refused;
    if (std::exchange(client.complained, true)) return;
    Text line = line_about(appliance, client);
    line << "refused " << Dotted{reply.lease.address} << "/" << Dotted{reply.lease.netmask} << " by "
         << Dotted{reply.server} << ": " << why << "\n";
    platform::console(line.view());
}

std::string_view fault_of(const Appliance& appliance, const Client& client, const Reply& reply) {
    if (reply.lease_s.value_or(0) == 0) return "it says no time";
    return objection_to(appliance, client.iface, reply.lease);
}

/// When the lease has to be renewed, counted from when it was asked for: what the server says if it makes sense, else
/// after half and seven eighths of its time (RFC 2131 4.4.5).
void set_times(Client& client, const Reply& reply) {
    const std::uint32_t lease_s = *reply.lease_s;
    if (lease_s == forever_s) {
        client.renew_at = client.rebind_at = client.expires_at = never;
        return;
    }
    const Time whole = lease_s * second_ns;
    Time renew = reply.renew_s ? *reply.renew_s * second_ns : whole / 2;
    Time rebind = reply.rebind_s ? *reply.rebind_s * second_ns : whole / 8 * 7;
    if (renew == 0 || renew >= rebind || rebind >= whole) {
        renew = whole / 2;
        rebind = whole / 8 * 7;
    }
    client.renew_at = client.asked + renew;
    client.rebind_at = client.asked + rebind;
    client.expires_at = client.asked + whole;
}

/// The lease that was acknowledged holds from now on.
void take(Appliance& appliance, Client& client) {
    const bool again = has_lease(client);
    const Lease& lease = client.lease;
    client.is = Is::bound;
    client.discovers = 0;
    client.declined = 0;
    client.due = client.renew_at;
    set_lease(appliance, client.iface, lease);
    Text line = line_about(appliance, client);
    line << (again ? "renewed " : "leased ") << Dotted{lease.address} << "/" << Dotted{lease.netmask} << " by "
         << Dotted{client.server};
    if (client.lease_s == forever_s)
        line << " for ever";
    else
        line << " for " << client.lease_s << " s";
    if (lease.gateway != 0) line << ", gateway " << Dotted{lease.gateway};
    if (lease.dns != 0) line << ", dns " << Dotted{lease.dns};
    line << "\n";
    platform::console(line.view());
    if (!again) arp::announce(appliance, client.iface);
}

/// All begins again when its server has been told.
void tell_declined(Appliance& appliance, Client& client, Time now) {
    Question question = question_of(appliance, client, Type::decline, now);
    question.secs = 0;
    question.requested = client.lease.address;
    question.server = client.server;
    if (!send(appliance, client, question, now)) return;
    start_over(client, now + (client.declined < declines_max ? declined_pause_ns : many_declined_pause_ns));
}

/// The address cannot be used.
void decline(Appliance& appliance, Client& client, const Text& why, Time now) {
    Text line = line_about(appliance, client);
    line << "declined " << Dotted{client.lease.address} << " by " << Dotted{client.server} << ": " << why.view() << "\n";
    platform::console(line.view());
    client.declined = static_cast<std::uint8_t>(std::min(client.declined + 1u, declines_max));
    client.is = Is::declining;
    tell_declined(appliance, client, now);
}

/// RFC 2131 4.4.1: an address that somebody has must not be taken. Nobody has answered the last one: it is ours, unless
/// another Iface has got the network meanwhile.
void probe(Appliance& appliance, Client& client, Time now) {
    if (client.probed == probes) {
        const auto why = objection_to(appliance, client.iface, client.lease);
        if (why.empty()) return take(appliance, client);
        Text text;
        text << why;
        return decline(appliance, client, text, now);
    }
    client.due = now + probe_pause_ns;
    if (arp::probe(appliance, client.iface, client.lease.address)) ++client.probed;
}

/// Somebody says that an address is his, or asks whether it is anybody's since he wants it too (RFC 5227 2.1.1).
void hear_claim(Appliance& appliance, IfaceId iface, Ipv4Address address, const Mac& owner, Time now) {
    Client* const client = client_of(appliance, iface);
    if (client == nullptr || client->is != Is::probing || client->lease.address != address) return;
    // A wire may bring back what we have sent.
    if (owner == appliance.nic_macs[iface_of(appliance, *client).nic]) return;
    Text why;
    why << owner << " has it";
    decline(appliance, *client, why, now);
}

void hear_offer(Appliance& appliance, Client& client, const Reply& reply, Time now) {
    if (client.is != Is::selecting || client.discovers == 0) return;
    if (const auto why = fault_of(appliance, client, reply); !why.empty())
        return refuse(appliance, client, reply, why);
    client.is = Is::requesting;
    client.server = reply.server;
    client.offered = reply.lease.address;
    client.requests = 0;
    request(appliance, client, now);
}

/// Whether a client that waits for a decision may have it from that server.
bool may_decide(const Client& client, const Reply& reply) {
    const bool from_ours = reply.server == client.server;
    return ((client.is == Is::requesting || client.is == Is::renewing) && from_ours) || client.is == Is::rebinding;
}

void hear_ack(Appliance& appliance, Client& client, const Reply& reply, Time now) {
    auto why = fault_of(appliance, client, reply);
    const bool asked = client.is == Is::requesting;
    if (why.empty() && reply.lease.address != (asked ? client.offered : client.lease.address))
        why = "another address was asked for";
    if (!why.empty()) {
        refuse(appliance, client, reply, why);
        if (asked) start_over(client, now + pause_after(client.discovers));
        return;
    }
    client.server = reply.server;
    client.lease = reply.lease;
    client.lease_s = *reply.lease_s;
    set_times(client, reply);
    // The fallback may be what is leased.
    if (!asked || appliance.ipv4[client.iface].has_address(client.lease.address)) return take(appliance, client);
    client.is = Is::probing;
    client.probed = 0;
    probe(appliance, client, now);
}

void hear_nak(Appliance& appliance, Client& client, const Reply& reply, Time now) {
    if (has_lease(client)) return lose(appliance, client, "the server takes it back", now);
    refuse(appliance, client, reply, "the server takes its offer back");
    start_over(client, now + pause_after(client.discovers));
}

void fall_back(Appliance& appliance, const Client& client) {
    const Ipv4Config& fallback = iface_of(appliance, client).ipv4;
    set_lease(appliance, client.iface, {fallback.address, fallback.netmask, fallback.gateway, fallback.dns});
    Text line = line_about(appliance, client);
    line << "no lease, falls back to " << Dotted{fallback.address} << "/" << Dotted{fallback.netmask} << "\n";
    platform::console(line.view());
}

void act(Appliance& appliance, Client& client, Time now) {
    switch (client.is) {
    case Is::selecting: return discover(appliance, client, now);
    case Is::requesting:
        if (client.requests < requests_max) return request(appliance, client, now);
        start_over(client, now);
        return discover(appliance, client, now);
    case Is::probing: return probe(appliance, client, now);
    case Is::declining: return tell_declined(appliance, client, now);
    case Is::bound:
        client.is = Is::renewing;
        client.xid = static_cast<std::uint32_t>(platform::random());
        client.since = now;
        client.complained = false;
        [[fallthrough]];
    case Is::renewing:
        if (now >= client.rebind_at) client.is = Is::rebinding;
        return extend(appliance, client, now);
    case Is::rebinding: return extend(appliance, client, now);
    case Is::held: return;
    }
}

/// All clients start from nothing.
void boot(Appliance& appliance, Time now) {
    begin_leases(appliance);
    std::size_t next = 0;
    for (std::size_t i = 0; i < appliance.policy.ifaces.size(); ++i) {
        if (!appliance.policy.ifaces[i].leases) continue;
        check(next < appliance.policy.dhcp_clients.size(), "each Iface that leases has a client");
        Client& client = appliance.policy.dhcp_clients[next++];
        client = {};
        client.iface = static_cast<IfaceId>(i);
        client.since = now;
        start_over(client, now);
    }
}

/// Whether a packet, whose lengths are sane, is a server's answer to the client of its ingress Iface.
bool is_for_client(const Appliance& appliance, const Packet& packet) {
    if (!appliance.policy.ifaces[packet.ingress].leases || field::ip_protocol(packet) != udp_protocol ||
        is_fragment(packet) || packet.payload().size() < udp_header_bytes)
        return false;
    const Bytes udp = packet.payload();
    const std::size_t bytes = get16(udp, 4);
    if (get16(udp, 0) != server_port || get16(udp, 2) != client_port || bytes < udp_header_bytes ||
        bytes > udp.size())
        return false;
    const Mac& mac = appliance.nic_macs[appliance.policy.ifaces[packet.ingress].nic];
    return is_reply_to(udp.subspan(udp_header_bytes, bytes - udp_header_bytes), mac);
}

void handle(Appliance& appliance, const Packet& packet, Time now) {
    Client& client = *client_of(appliance, packet.ingress);
    if (client.is == Is::held) return;
    const Bytes udp = packet.payload();
    const auto reply = read_reply(udp.subspan(udp_header_bytes, get16(udp, 4) - udp_header_bytes));
    if (!reply) {
        ++client.refused;
        return;
    }
    if (reply->xid != client.xid) return;
    if (reply->type == Type::offer) return hear_offer(appliance, client, *reply, now);
    if (!may_decide(client, *reply)) return;
    reply->type == Type::ack ? hear_ack(appliance, client, *reply, now) : hear_nak(appliance, client, *reply, now);
}

/// What a server says to us before we have an address comes to one that is not ours, from any there is.
void hear(Appliance& appliance, Packet& packet, Time now) {
    if (const auto reason = transport_fault(packet)) return drop(appliance, packet, *reason);
    handle(appliance, packet, now);
    ++appliance.counters.delivered;
    packet.at = At::settled;
}

/// Questions, renewals, the fallback, the end of a lease: what is due.
void tick(Appliance& appliance, Time now) {
    for (Client& client : appliance.policy.dhcp_clients) {
        if (has_lease(client) && now >= client.expires_at) lose(appliance, client, "it has run out", now);
        const bool waits = !has_lease(client) && client.is != Is::held;
        if (waits && iface_of(appliance, client).ipv4.configured && !appliance.ipv4[client.iface].configured &&
            now - client.since >= fallback_after_ns)
            fall_back(appliance, client);
        if (now >= client.due) act(appliance, client, now);
    }
}

/// One line for each client.
void report(Appliance& appliance, Reader tell) {
    constexpr std::array<std::string_view, 8> names = {"selecting", "requesting", "probing",   "declining",
                                                       "bound",     "renewing",   "rebinding", "held"};
    for (const Client& client : appliance.policy.dhcp_clients) {
        const Ipv4Config& ipv4 = appliance.ipv4[client.iface];
        Text line;
        line << "dhcp " << appliance.policy.ifaces[client.iface].name << " " << names[static_cast<std::size_t>(client.is)]
             << " address " << Dotted{ipv4.address} << " refused " << client.refused << "\n";
        tell(appliance, line.view());
    }
}

} // namespace

void hold(Appliance& appliance, IfaceId iface) {
    Client* const client = client_of(appliance, iface);
    check(client != nullptr, "only an Iface with DHCP leases its address");
    client->is = Is::held;
}

} // namespace runtime::dhcp

const runtime::Leasing runtime::part::leasing{
    {.boot = dhcp::boot, .tick = dhcp::tick, .report = dhcp::report},
    dhcp::is_for_client,
    dhcp::hear,
    dhcp::hear_claim};
