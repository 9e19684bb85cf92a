// What no server may make of an Iface, however it came to say so: addresses that no host has, and networks that are
// another Iface's, to which it would draw packets that go elsewhere.
#include "runtime/addresses.hpp"
#include "runtime/appliance.hpp"
#include "runtime/dhcp.hpp"

namespace runtime::dhcp {

namespace {

constexpr bool is_host(Ipv4Address a) {
    return !this_network(a) && !loopback(a) && !is_multicast(a) && !reserved(a);
}

/// One bits first, then zero bits. Fewer than 8 would be more than any network ever had.
constexpr bool is_netmask(Ipv4Address mask) { return mask >= 0xff000000 && (~mask & (~mask + 1)) == 0; }

/// Networks of 31 and 32 bits have only hosts (RFC 3021).
constexpr bool is_host_of(Ipv4Address a, Ipv4Address netmask) {
    const Ipv4Address hosts = ~netmask;
    return hosts <= 1 || ((a & hosts) != 0 && (a & hosts) != hosts);
}

} // namespace

std::string_view objection_to(const Appliance& appliance, IfaceId iface, const Lease& lease) {
    if (!is_host(lease.address)) return "no host has that address";
    if (!is_netmask(lease.netmask)) return "that is no netmask";
    if (!is_host_of(lease.address, lease.netmask)) return "the address is that of the network, or its broadcast";
    if (lease.gateway != 0 && (!is_host(lease.gateway) || lease.gateway == lease.address))
        return "the gateway is no other host";
    for (std::size_t i = 0; i < appliance.policy.ifaces.size(); ++i) {
        if (i == iface) continue;
        // What it falls back to may be its own at any time.
        for (const Ipv4Config& other : {appliance.ipv4[i], appliance.policy.ifaces[i].ipv4})
            if (other.configured && ((lease.address ^ other.address) & lease.netmask & other.netmask) == 0)
                return "another Iface has that network";
    }
    return {};
}

} // namespace runtime::dhcp
