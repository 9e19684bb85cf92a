// How much memory the appliance gets, all of it decided here.
#pragma once
#include "compiler/model/nics.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace codegen {

struct Sizes {
    std::size_t flows = 0; ///< 0 when nothing is tracked
    std::size_t flow_buckets = 0;
    std::size_t connections = 0;     ///< 0 where TCP is not followed
    std::size_t mappings = 0;        ///< 0 where no source port is chosen
    std::size_t mapping_buckets = 0;
    std::size_t port_pools = 0;
    std::size_t decisions = 0;       ///< of Nats, over all flows and one that is about to be opened
    std::size_t servers = 0;         ///< of the Load_balancer
    std::size_t server_of_flow = 0;
    std::size_t dhcp_clients = 0;    ///< one for each Iface that leases
    std::size_t datagrams = 0; ///< in fragments; 0 when nothing is reassembled
    std::size_t neighbours = 0;
    std::size_t packets = 0;
};

Sizes sizes(const model::Appliance& appliance);

/// How many packets a NIC's queues hold: what the Iface without VLAN on it says, as far as its rings reach.
struct Queues {
    std::size_t send = 0;
    std::size_t receive = 0;
};
Queues queues_of(const model::Appliance& appliance, const model::NicSelector& nic);

/// The keys that have a place in a Limit's table; 0 when one bucket is for all. And its hash's buckets.
std::size_t limit_keys(const model::Limit& limit);
std::size_t limit_buckets(const model::Limit& limit);

/// The addresses on which ports are chosen for translated sources, each once, and after those that are known here a zero
/// for each Iface that chooses them on a leased one. Runtime knows them by number.
std::vector<model::Ipv4Address> outside_addresses(const model::Appliance& appliance);
/// The number of one that is among them.
std::size_t pool_of(const model::Appliance& appliance, model::Ipv4Address outside);
/// Whether ports of its address are chosen: it masquerades, or balanced flows leave by it.
bool has_pool(const model::Appliance& appliance, const model::Iface& iface);
/// Of an Iface that has one.
std::optional<std::size_t> pool_of(const model::Appliance& appliance, const model::Iface& iface);

/// The sizes for people, in bytes, with their total.
std::string size_table(const model::Appliance& appliance);

} // namespace codegen
