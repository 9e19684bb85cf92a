// The appliance that a policy describes: the one truth that interpreter, proofs and code generation share.
// Plain data, no way back to the syntax but places.
#pragma once
#include "compiler/model/decision.hpp"
#include "compiler/model/scenario.hpp"

#include <array>
#include <bit>

namespace model {

using Ipv4Address = std::uint32_t; ///< host order
using Mac = std::array<std::uint8_t, 6>;
using IfaceId = std::uint32_t; ///< indexes Appliance::ifaces

struct Ipv4Prefix {
    Ipv4Address address = 0; ///< host bits are zero
    std::uint8_t length = 0; ///< 0..32

    constexpr Ipv4Address mask() const { return length == 0 ? 0 : ~Ipv4Address{0} << (32 - length); }
    constexpr bool contains(Ipv4Address a) const { return (a & mask()) == address; }
    /// The directed broadcast address; networks of 31 and 32 bits have none (RFC 3021).
    constexpr std::optional<Ipv4Address> broadcast() const {
        if (length >= 31) return std::nullopt;
        return address | ~mask();
    }
};

struct Ipv4Config {
    Ipv4Address address = 0;
    Ipv4Prefix network;
    std::optional<Ipv4Address> gateway;
    std::optional<Ipv4Address> dns;
};

enum class IfaceConfig : std::uint8_t { fixed, dhcp, dhcp_with_fallback };
enum class Hook : std::uint8_t { prerouting, input, output, postrouting };

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

    const std::vector<FunctionId>& chain(Hook hook) const { return chains[static_cast<std::size_t>(hook)]; }
};

struct Route {
    std::string name; ///< empty in a Gateway written as a list
    Place place;
    Ipv4Prefix destination;
    IfaceId iface = 0;
    std::optional<Ipv4Address> nexthop;
    std::uint32_t cost = 1;
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

struct Conntrack {
    std::uint32_t limit = 65536; ///< flows
    bool stateful_tcp = false;
    bool drop_invalid = true;
    Timeouts established{7440, 300, 60};
    Timeouts confirmed{240, 120, 60};
    Timeouts unconfirmed{10, 10, 10};
};

/// Something the policy says that is typed and checked, but that the data plane cannot do yet.
struct Pending {
    std::string feature; ///< "Load_balancer", "masquerade", …
    Place place;
};

struct Appliance {
    std::string name;               ///< of the policy: its file's name without ".nacl"
    std::vector<std::string> files; ///< the first is the policy's own
    std::vector<Iface> ifaces;      ///< in source order
    std::optional<Gateway> gateway;
    Conntrack conntrack;
    std::vector<Function> functions;
    std::vector<Set> sets;
    std::vector<Statement> statements; ///< in source order
    std::vector<Scenario> tests;
    std::vector<Pending> pending;

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
    bool tracks() const { return has_chains() || masquerades(); }
    /// Whether what leaves may have other addresses than what came in.
    bool translates() const {
        for (const auto& statement : statements)
            if (statement.action == Action::dnat || statement.action == Action::snat) return true;
        return masquerades();
    }
};

} // namespace model
