#include "codegen/sizes.hpp"

#include "compiler/model/nics.hpp"
#include "runtime/syslog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>

namespace codegen {

namespace {

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

std::size_t masquerading_leases(std::span<const model::Iface> ifaces) {
    return static_cast<std::size_t>(std::ranges::count_if(
        ifaces, [](const model::Iface& iface) { return iface.masquerade && iface.leases(); }));
}

} // namespace

std::vector<model::Ipv4Address> outside_addresses(const model::Appliance& appliance) {
    std::vector<model::Ipv4Address> addresses;
    const auto add = [&](model::Ipv4Address address) {
        if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    };
    for (const auto& iface : appliance.ifaces)
        if (iface.masquerade && !iface.leases() && iface.ipv4) add(iface.ipv4->address);
    for (const auto& statement : appliance.statements)
        if (statement.action == model::Action::snat && statement.ipv4_address) add(*statement.ipv4_address);
    addresses.resize(addresses.size() + masquerading_leases(appliance.ifaces));
    return addresses;
}

std::optional<std::size_t> pool_of(const model::Appliance& appliance, const model::Iface& iface) {
    if (!iface.masquerade) return std::nullopt;
    if (iface.leases()) {
        const std::span from{&iface, appliance.ifaces.data() + appliance.ifaces.size()};
        return outside_addresses(appliance).size() - masquerading_leases(from);
    }
    if (!iface.ipv4) return std::nullopt;
    return pool_of(appliance, iface.ipv4->address);
}

std::size_t pool_of(const model::Appliance& appliance, model::Ipv4Address outside) {
    const auto addresses = outside_addresses(appliance);
    return static_cast<std::size_t>(std::ranges::find(addresses, outside) - addresses.begin());
}

Sizes sizes(const model::Appliance& appliance) {
    constexpr std::size_t spare_packets = 64;   // bursts and packets made here
    const bool tracks = appliance.tracks();
    const std::size_t flows = tracks ? appliance.conntrack.limit : 0;
    const std::size_t pools = tracks ? outside_addresses(appliance).size() : 0;
    const std::size_t mappings = pools == 0 ? 0 : flows; // one flow has one at most
    const std::size_t held_fragments = tracks ? runtime::reassembly::fragments_max : 0;
    return {.flows = flows,
            .flow_buckets = flows == 0 ? 1 : std::bit_ceil(2 * flows), // a flow has two entries
            .mappings = mappings,
            .mapping_buckets = mappings == 0 ? 1 : std::bit_ceil(mappings),
            .port_pools = pools,
            .decisions = tracks ? (flows + 1) * nats_of_a_chain(appliance) : 0,
            .dhcp_clients =
                static_cast<std::size_t>(std::ranges::count_if(appliance.ifaces, &model::Iface::leases)),
            .datagrams = tracks ? runtime::reassembly::datagrams_max : 0,
            .neighbours = 1024,
            .packets = model::nics(appliance).size() * 2 * runtime::ring_packets +
                       runtime::arp::waiting_buffers + held_fragments +
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
    row("DHCP clients", s.dhcp_clients, sizeof(runtime::dhcp::Client));
    row("datagrams", s.datagrams, sizeof(runtime::Datagram));
    row("neighbours", s.neighbours, sizeof(runtime::Neighbour));
    row("packets", s.packets, sizeof(runtime::Packet));
    return text + fmt::format("  {:<40}{:>12}\n", "memory for state, all of it", total);
}

} // namespace codegen
