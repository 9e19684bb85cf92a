// The appliance that a policy describes: the one truth that interpreter, proofs and code generation share.
// Plain data, no way back to the syntax but places.
#pragma once
#include "compiler/model/decision.hpp"
#include "compiler/model/scenario.hpp"

#include <array>
#include <string_view>

namespace model {

using Mac = std::array<std::uint8_t, 6>;

enum class IfaceConfig : std::uint8_t { fixed, dhcp, dhcp_with_fallback };

struct Iface {
    std::string name;
    Place place;
    std::variant<std::uint32_t, Mac> nic; ///< the n-th NIC of the machine, or the one with that MAC
    IfaceConfig config = IfaceConfig::fixed;
    std::optional<Ipv4Config> ipv4; ///< static address, or the fallback
    std::optional<std::uint16_t> vlan;
    bool masquerade = false;
    bool strict_rpf = false;
    std::optional<std::uint32_t> send_queue_limit; ///< packets
    std::optional<std::uint32_t> buffer_limit;     ///< packets
    std::array<std::vector<FunctionId>, 4> chains; ///< by Hook

    bool leases() const { return config != IfaceConfig::fixed; }
    const std::vector<FunctionId>& chain(Hook hook) const { return chains[static_cast<std::size_t>(hook)]; }
};

struct Route {
    std::string name; ///< empty in a Gateway written as a list
    Place place;
    Ipv4Prefix destination;
    IfaceId iface = 0;
    std::optional<Ipv4Address> nexthop;
    std::uint32_t cost = 1;
    /// From `connected`: the destination is the Iface's own network, a leased one when the Iface has no address yet.
    bool connected = false;
};

struct Gateway {
    Place place;
    std::vector<Route> routes; ///< in source order; `connected` networks are routes too
    std::vector<FunctionId> forward;
    bool send_time_exceeded = true;
};

/// Seconds a flow lives after its last accepted packet.
struct Timeouts {
    std::uint32_t tcp = 0;
    std::uint32_t udp = 0;
    std::uint32_t icmp = 0;
};

/// Seconds a followed TCP connection lives in each of its states (`stateful_tcp`).
struct TcpTimeouts {
    std::uint32_t syn_sent = 120;
    std::uint32_t syn_recv = 60;
    std::uint32_t established = 86400;
    std::uint32_t fin_wait = 120;
    std::uint32_t close_wait = 720;
    std::uint32_t last_ack = 30;
    std::uint32_t time_wait = 120;
    std::uint32_t close = 10;
};

struct Conntrack {
    std::uint32_t limit = 65536; ///< flows
    bool stateful_tcp = false;
    bool drop_invalid = true;
    Timeouts established{7440, 300, 60};
    Timeouts confirmed{240, 120, 60};
    Timeouts unconfirmed{10, 10, 10};
    TcpTimeouts tcp; ///< in place of the three above, with stateful_tcp
};

/// A token bucket for each value of the key: `burst` tokens, `rate` new ones every `period_s` seconds.
struct Limit {
    std::string name;
    Place place;
    std::uint32_t rate = 1;
    std::uint32_t period_s = 1;
    std::uint32_t burst = 1;
    std::optional<Field> key; ///< nullopt: one bucket for all packets
    std::uint32_t size = 4096; ///< keys that have a bucket of their own at one time; the others share one
};

struct Server {
    Ipv4Address address = 0;
    std::uint16_t port = 0;
};

/// TCP connections to one port of an Iface, spread over servers in turn.
struct LoadBalancer {
    std::string name;
    Place place;
    IfaceId clients = 0; ///< the Iface that clients connect to
    std::uint16_t port = 0;
    std::uint32_t wait_queue_limit = 1000; ///< flows that no server has answered yet
    std::uint32_t session_limit = 1000;    ///< flows
    IfaceId servers = 0;                   ///< the Iface by which the servers are reached
    std::vector<Server> pool;
};

/// Where `syslog` statements send to (RFC 5424 over UDP).
struct Syslog {
    Place place;
    Ipv4Address address = 0;
    std::uint16_t port = 514;
};

enum class TimerData : std::uint8_t { timestamp, stats, memory, cpu, lb, stack_sampling, timers };

inline constexpr std::string_view timer_data_names[] = {"timestamp", "stats", "memory", "cpu",
                                                        "lb",        "stack-sampling", "timers"};

/// What is printed every so many seconds.
struct Timer {
    std::string name;
    Place place;
    std::uint32_t interval_s = 1;
    std::vector<TimerData> data; ///< each at most once, in the order in which they are printed
};

/// What is proved for all packets: wherever the body decides, the chain, or the path from one Iface to
/// another, decides the same.
struct Assert {
    struct Path {
        IfaceId from = 0;
        IfaceId to = 0;
    };

    std::string name;
    Place place;
    Layer layer{}; ///< the subtype
    std::variant<IfaceChain, ForwardChain, Path> about;
    Block body;
};

struct Appliance {
    std::string name;               ///< of the policy: its file's name without ".nacl"
    std::vector<std::string> files; ///< the first is the policy's own
    std::vector<Iface> ifaces;      ///< in source order
    std::optional<Gateway> gateway;
    Conntrack conntrack;
    std::vector<Function> functions;
    std::vector<Set> sets;
    std::vector<Limit> limits;
    std::vector<Statement> statements; ///< of Filters and Nats, in source order
    std::vector<Statement> claims;     ///< of Asserts; their ids go on where those of `statements` end
    std::optional<LoadBalancer> load_balancer;
    std::optional<Syslog> syslog;
    std::vector<Timer> timers;
    std::vector<Assert> asserts;
    std::vector<Scenario> tests;

    const std::vector<FunctionId>& functions_of(const IfaceChain& chain) const {
        return ifaces.at(chain.iface).chain(chain.hook);
    }

    bool has_chains() const {
        for (const auto& iface : ifaces)
            for (const auto& chain : iface.chains)
                if (!chain.empty()) return true;
        return gateway && !gateway->forward.empty();
    }
    bool masquerades() const {
        for (const auto& iface : ifaces)
            if (iface.masquerade) return true;
        return false;
    }
    /// Whether flows are followed: something reads their state, or translates them.
    bool tracks() const { return has_chains() || masquerades() || load_balancer; }
    /// Whether what leaves may have other addresses than what came in.
    bool translates() const {
        for (const auto& statement : statements)
            if (statement.action == Action::dnat || statement.action == Action::snat) return true;
        return masquerades() || load_balancer;
    }
};

} // namespace model
