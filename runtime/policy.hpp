// What the generated code hands to the data plane: the policy as tables, functions and memory, all sized when it
// was built.
#pragma once
#include "runtime/connection.hpp"
#include "runtime/dataplane.hpp"
#include "runtime/dhcp.hpp"
#include "runtime/flow_table.hpp"
#include "runtime/fragments.hpp"
#include "runtime/limit_table.hpp"
#include "runtime/neighbours.hpp"
#include "runtime/parts.hpp"

#include <optional>

namespace runtime {

/// What a function decided: the number of the verdict statement, or that it fell through.
struct Verdict {
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    std::uint32_t statement = none;

    constexpr bool decided() const { return statement != none; }
};

/// A Filter or Nat of the policy.
struct Function {
    Verdict (*run)(Appliance&, const Packet&);
    bool is_nat = false;
};

enum class Action : std::uint8_t { accept, drop, reject, dnat, snat };
inline constexpr std::array<std::string_view, 5> action_names = {"accept", "drop", "reject", "dnat", "snat"};

/// A verdict statement, and where it stands in the source.
struct Statement {
    Action action{};
    std::string_view file{};
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    // Of dnat and snat.
    std::optional<Ipv4Address> address{};
    std::optional<std::uint16_t> port{};
    std::uint16_t pool = 0; ///< of an snat's address: where its ports are chosen
};

/// What an Iface knows of its network: fixed in the policy, or leased while the appliance runs. All zero without an
/// address.
struct Ipv4Config {
    bool configured = false;
    Ipv4Address address = 0;
    Ipv4Address netmask = 0;
    Ipv4Address broadcast = 0; ///< 0 when its network has none
    Ipv4Address gateway = 0;   ///< 0 when it has none
    Ipv4Address dns = 0;       ///< 0 when it has none
    std::uint16_t pool = 0;    ///< of its address, when its Iface has one

    constexpr bool has_address(Ipv4Address a) const { return configured && a == address; }
    constexpr bool has_broadcast(Ipv4Address a) const { return configured && broadcast != 0 && a == broadcast; }
    /// An old form of broadcast.
    constexpr bool has_network_number(Ipv4Address a) const {
        return configured && broadcast != 0 && a == (address & netmask);
    }
    constexpr bool on_network(Ipv4Address a) const { return configured && (a & netmask) == (address & netmask); }
};

struct Iface {
    std::string_view name;
    NicId nic = 0;
    VlanId vlan = 0;       ///< 0: the untagged frames of its NIC are its own
    bool forwards = false; ///< some route names it
    bool strict_rpf = false; ///< only sources that are reached by it may come in
    bool masquerade = false;
    bool has_pool = false; ///< ports of its address are chosen: it masquerades, or balanced flows leave by it
    bool leases = false; ///< by DHCP: `ipv4` is what it falls back to
    Ipv4Config ipv4{};   ///< at the start; what holds now is Appliance::ipv4
    std::span<const Function> prerouting{};
    std::span<const Function> input{};
    std::span<const Function> output{};
    std::span<const Function> postrouting{};
};

struct Route {
    enum class Is : std::uint8_t {
        stated,
        connected, ///< the Iface's own network
        gateway,   ///< the Iface's gateway, for what no other route has
    };

    Ipv4Address network = 0;
    Ipv4Address netmask = 0;
    IfaceId iface = 0;
    Ipv4Address nexthop = 0; ///< 0: straight to the destination, or by the Iface's gateway
    // Where an Iface leases its address, routes follow it, and change their order with it.
    Is is = Is::stated;
    std::uint32_t cost = 0;
    std::uint32_t place = 0; ///< among those of the same length and cost
};

/// A Limit of the policy, and the memory of its table.
struct Limit {
    std::string_view name;
    LimitTerms terms;
    std::uint64_t (*key)(const Packet&) = nullptr; ///< none: one bucket for all packets
    LimitTable::Memory memory{};
};

struct Timer {
    std::string_view name;
    Time interval_ns = 0;
    std::span<void (*const)(Appliance&)> data; ///< what it prints, in this order: see timers.hpp
};

struct Server {
    Ipv4Address address = 0;
    std::uint16_t port = 0;
};

struct LoadBalancer {
    IfaceId clients = 0; ///< to whose address they connect
    std::uint16_t port = 0;
    std::uint32_t session_limit = 0;    ///< flows
    std::uint32_t wait_queue_limit = 0; ///< of those, without a reply so far
    IfaceId servers = 0;
    std::span<const Server> pool{};
};

/// Where `syslog` statements send to.
struct SyslogServer {
    Ipv4Address address = 0; ///< with Parts::syslog
    std::uint16_t port = 0;
    std::string_view header; ///< of each message, between its priority and its text
};

struct Burst;
/// One step of the path: handles the packets of a burst that stand at it.
using Stage = void (*)(Appliance&, Burst&);

struct Policy {
    std::string_view name;
    std::string_view hash; ///< SHA-256 of the model, hexadecimal
    std::string_view compiler;

    std::span<const NicSelector> nics;
    std::span<const Iface> ifaces;
    std::span<Route> routes;     ///< for forwarding, best first
    std::span<Route> own_routes; ///< for packets made here, best first
    std::span<const Function> forward;
    bool send_time_exceeded = true;
    bool drop_invalid = true;
    FlowTimeouts timeouts;
    SyslogServer syslog{};
    LoadBalancer balancer{};

    /// How many packets of a burst go through the stages together. One where it matters to later packets that
    /// earlier ones have been through all stages: where two stages evaluate the same Limit, or packets cause
    /// packets.
    std::size_t together = burst_packets;
    std::span<const Stage> stages;
    Parts parts{};
    std::span<const Statement> statements;
    std::span<const Limit> limits{};
    std::span<const Timer> timers{};
    std::span<const Function> judged{}; ///< those that Tests may ask, by number; empty in the product
    std::span<Ipv4Address> outside_addresses{}; ///< those on which ports are chosen, by pool; 0: none now

    // Memory.
    std::span<std::uint64_t> hits; ///< one for each statement
    std::span<Packet> packets;
    std::span<Flow> flows;         ///< none where nothing is tracked
    std::span<FlowTable::Link> flow_buckets; ///< a power of two
    std::span<Connection> connections{};     ///< as many as flows, where TCP is followed
    std::span<Time> timers_due{};            ///< when each Timer prints next
    std::span<LimitTable> limit_tables{};    ///< one for each Limit
    std::span<Mapping> mappings{};                   ///< as many as flows, where ports are chosen
    std::span<MappingTable::Link> mapping_buckets{}; ///< a power of two
    std::span<PortPool> port_pools{};                ///< one for each outside address
    /// What each Nat of a chain that translates destinations decided, flow by flow, and last for the flow that is about
    /// to be opened: statements, or Verdict::none.
    std::span<std::uint32_t> decisions{};
    std::span<ServerState> servers{};               ///< of the balancer's pool
    std::span<ServerPool::Number> server_of_flow{}; ///< by flow, and last for the one that is about to be opened
    std::span<dhcp::Client> dhcp_clients{};  ///< one for each Iface that leases
    std::span<Datagram> datagrams;           ///< that are not complete
    std::span<Neighbour> neighbours;         ///< a power of two
};

/// Defined by the generated code.
extern const Policy linked_policy;

} // namespace runtime
