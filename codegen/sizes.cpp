#include "codegen/sizes.hpp"

#include "runtime/appliance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>

namespace codegen {

namespace {

/// The Iface that the limits of a NIC stand at; none where all have a VLAN.
const model::Iface* plain_iface(const model::Appliance& appliance, const model::NicSelector& nic) {
    const auto is_plain = [&](const model::Iface& iface) { return iface.nic == nic && !iface.vlan; };
    const auto iface = std::ranges::find_if(appliance.ifaces, is_plain);
    return iface == appliance.ifaces.end() ? nullptr : &*iface;
}

/// 0 is no limit; then, and beyond it, the ring is.
std::size_t in_ring(const std::optional<std::uint32_t>& limit) {
    const std::size_t asked = limit.value_or(0);
    return asked == 0 ? runtime::ring_packets : std::min(asked, runtime::ring_packets);
}

std::string asked_for(const std::optional<std::uint32_t>& limit) {
    if (limit.value_or(0) <= runtime::ring_packets) return {};
    return fmt::format(" (asked for {}: a ring has no more)", *limit);
}

/// What the queues of each NIC hold, of the packets that are counted already.
std::string queue_lines(const model::Appliance& appliance) {
    std::string text;
    for (const auto& nic : model::nics(appliance)) {
        const auto [send, receive] = queues_of(appliance, nic);
        const auto* plain = plain_iface(appliance, nic);
        const auto* named =
            plain != nullptr ? plain : &*std::ranges::find(appliance.ifaces, nic, &model::Iface::nic);
        text += fmt::format("  of them, NIC of {:<16} sends {}{}, receives {}{}\n", named->name, send,
                            plain == nullptr ? "" : asked_for(plain->send_queue_limit), receive,
                            plain == nullptr ? "" : asked_for(plain->buffer_limit));
    }
    return text;
}

/// The most Nats that a chain has which translates destinations.
std::size_t nats_of_a_chain(const model::Appliance& appliance) {
    std::size_t most = 0;
    for (const auto& iface : appliance.ifaces)
        for (const auto hook : {model::Hook::prerouting, model::Hook::output}) {
            const auto nats = std::ranges::count_if(iface.chain(hook), [&](model::FunctionId id) {
                return appliance.functions.at(id).kind == model::FunctionKind::nat;
            });
            most = std::max(most, static_cast<std::size_t>(nats));
        }
    return most;
}

/// Those of Ifaces that lease, from that one on.
std::size_t leased_pools(const model::Appliance& appliance, const model::Iface& first) {
    const std::span from{&first, appliance.ifaces.data() + appliance.ifaces.size()};
    return static_cast<std::size_t>(std::ranges::count_if(
        from, [&](const model::Iface& iface) { return has_pool(appliance, iface) && iface.leases(); }));
}

} // namespace

bool has_pool(const model::Appliance& appliance, const model::Iface& iface) {
    const auto& balancer = appliance.load_balancer;
    return iface.masquerade || (balancer && &appliance.ifaces.at(balancer->servers) == &iface);
}

std::vector<model::Ipv4Address> outside_addresses(const model::Appliance& appliance) {
    std::vector<model::Ipv4Address> addresses;
    const auto add = [&](model::Ipv4Address address) {
        if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    };
    for (const auto& iface : appliance.ifaces)
        if (has_pool(appliance, iface) && !iface.leases() && iface.ipv4) add(iface.ipv4->address);
    for (const auto& statement : appliance.statements)
        if (statement.action == model::Action::snat && statement.ipv4_address) add(*statement.ipv4_address);
    if (!appliance.ifaces.empty()) addresses.resize(addresses.size() + leased_pools(appliance, appliance.ifaces.front()));
    return addresses;
}

std::optional<std::size_t> pool_of(const model::Appliance& appliance, const model::Iface& iface) {
    if (!has_pool(appliance, iface)) return std::nullopt;
    if (iface.leases()) return outside_addresses(appliance).size() - leased_pools(appliance, iface);
    if (!iface.ipv4) return std::nullopt;
    return pool_of(appliance, iface.ipv4->address);
}

std::size_t pool_of(const model::Appliance& appliance, model::Ipv4Address outside) {
    const auto addresses = outside_addresses(appliance);
    return static_cast<std::size_t>(std::ranges::find(addresses, outside) - addresses.begin());
}

Queues queues_of(const model::Appliance& appliance, const model::NicSelector& nic) {
    const auto* plain = plain_iface(appliance, nic);
    if (plain == nullptr) return {runtime::ring_packets, runtime::ring_packets};
    return {in_ring(plain->send_queue_limit), in_ring(plain->buffer_limit)};
}

Sizes sizes(const model::Appliance& appliance) {
    constexpr std::size_t spare_packets = 64;   // bursts and packets made here
    const bool tracks = appliance.tracks();
    const std::size_t flows = tracks ? appliance.conntrack.limit : 0;
    const std::size_t pools = tracks ? outside_addresses(appliance).size() : 0;
    const std::size_t mappings = pools == 0 ? 0 : flows; // one flow has one at most
    std::size_t in_queues = 0;
    for (const auto& nic : model::nics(appliance)) {
        const auto [send, receive] = queues_of(appliance, nic);
        in_queues += send + receive;
    }
    const std::size_t held_fragments = tracks ? runtime::reassembly::fragments_max : 0;
    return {.flows = flows,
            .flow_buckets = flows == 0 ? 1 : std::bit_ceil(2 * flows), // a flow has two entries
            .connections = appliance.conntrack.stateful_tcp ? flows : 0,
            .mappings = mappings,
            .mapping_buckets = mappings == 0 ? 1 : std::bit_ceil(mappings),
            .port_pools = pools,
            .decisions = tracks ? (flows + 1) * nats_of_a_chain(appliance) : 0,
            .servers = appliance.load_balancer ? appliance.load_balancer->pool.size() : 0,
            .server_of_flow = appliance.load_balancer ? flows + 1 : 0,
            .dhcp_clients =
                static_cast<std::size_t>(std::ranges::count_if(appliance.ifaces, &model::Iface::leases)),
            .datagrams = tracks ? runtime::reassembly::datagrams_max : 0,
            .neighbours = 1024,
            .packets = in_queues + runtime::arp::waiting_buffers + held_fragments +
                       (appliance.syslog ? runtime::syslog_packets_max : 0) + spare_packets};
}

std::size_t limit_keys(const model::Limit& limit) { return limit.key ? limit.size : 0; }

std::size_t limit_buckets(const model::Limit& limit) {
    return limit.key ? std::bit_ceil(limit_keys(limit)) : 0;
}

std::string size_table(const model::Appliance& appliance) {
    const Sizes s = sizes(appliance);
    std::string text;
    std::size_t total = 0;
    const auto row = [&](std::string_view what, std::size_t count, std::size_t each) {
        if (count == 0) return; // the policy does without
        text += fmt::format("  {:<16}{:>9} x {:>5} bytes{:>12}\n", what, count, each, count * each);
        total += count * each;
    };
    row("flows", s.flows, sizeof(runtime::Flow));
    row("flow buckets", s.flow_buckets, sizeof(runtime::FlowTable::Link));
    row("connections", s.connections, sizeof(runtime::Connection));
    std::size_t keys = 0, buckets = 0;
    for (const auto& limit : appliance.limits) {
        keys += limit_keys(limit);
        buckets += limit_buckets(limit);
    }
    row("limit keys", keys,
        sizeof(runtime::LimitEntry) + sizeof(std::uint32_t)); // with its place in the heap
    row("limit buckets", buckets, sizeof(runtime::LimitTable::Link));
    row("limit tables", appliance.limits.size(), sizeof(runtime::LimitTable));
    row("mappings", s.mappings, sizeof(runtime::Mapping));
    row("mapping buckets", s.mapping_buckets, sizeof(runtime::MappingTable::Link));
    row("port pools", s.port_pools, sizeof(runtime::PortPool));
    row("decisions", s.decisions, sizeof(std::uint32_t));
    row("servers", s.servers, sizeof(runtime::ServerState) + sizeof(runtime::Server));
    row("server of flow", s.server_of_flow, sizeof(runtime::ServerPool::Number));
    row("DHCP clients", s.dhcp_clients, sizeof(runtime::dhcp::Client));
    row("datagrams", s.datagrams, sizeof(runtime::Datagram));
    row("neighbours", s.neighbours, sizeof(runtime::Neighbour));
    row("packets", s.packets, sizeof(runtime::Packet));
    text += queue_lines(appliance);
    return text + fmt::format("  {:<40}{:>12}\n", "memory for state, all of it", total);
}

} // namespace codegen
