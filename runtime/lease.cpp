#include "runtime/lease.hpp"

#include "runtime/neighbours.hpp"

#include <algorithm>

namespace runtime {

namespace {

/// In no network whose netmask is zero: a route to it is taken by nothing.
constexpr Ipv4Address nowhere = 0xffffffff;

/// The network or the gateway that the Iface has now.
void follow(Route& route, const Ipv4Config& ipv4) {
    if (route.is == Route::Is::stated) return;
    const bool to_network = route.is == Route::Is::connected;
    const bool exists = ipv4.configured && (to_network || ipv4.gateway != 0);
    route.netmask = exists && to_network ? ipv4.netmask : 0;
    route.network = exists ? ipv4.address & route.netmask : nowhere;
    if (!to_network) route.nexthop = ipv4.gateway;
}

/// The longest prefix, then the lowest cost, then as they are written; gateways are for what nothing else has.
bool comes_first(const Route& a, const Route& b) {
    if ((a.is == Route::Is::gateway) != (b.is == Route::Is::gateway)) return b.is == Route::Is::gateway;
    if (a.netmask != b.netmask) return a.netmask > b.netmask;
    if (a.cost != b.cost) return a.cost < b.cost;
    return a.place < b.place;
}

/// Few of them move: they are nearly sorted, which insertion is good at.
void sort(std::span<Route> routes) {
    for (std::size_t i = 1; i < routes.size(); ++i) {
        const Route moved = routes[i];
        std::size_t place = i;
        for (; place > 0 && comes_first(moved, routes[place - 1]); --place) routes[place] = routes[place - 1];
        routes[place] = moved;
    }
}

void follow_addresses(Appliance& appliance, std::span<Route> routes) {
    for (Route& route : routes) follow(route, appliance.ipv4[route.iface]);
    sort(routes);
}

void follow_addresses(Appliance& appliance) {
    follow_addresses(appliance, appliance.policy.routes);
    follow_addresses(appliance, appliance.policy.own_routes);
}

bool in_use(const Appliance& appliance, std::uint16_t pool) {
    for (std::size_t i = 0; i < appliance.policy.ifaces.size(); ++i)
        if (appliance.policy.ifaces[i].has_pool && appliance.ipv4[i].configured && appliance.ipv4[i].pool == pool)
            return true;
    return false;
}

/// Of an address on which ports are chosen: the pool that has it, else one that no Iface uses any more. There is
/// one for each Iface that leases; flows to an address end with it, so it is empty.
std::uint16_t pool_for(Appliance& appliance, Ipv4Address address) {
    const auto addresses = appliance.policy.outside_addresses;
    const auto known = std::ranges::find(addresses, address);
    if (known != addresses.end()) return static_cast<std::uint16_t>(known - addresses.begin());
    for (const Iface& iface : appliance.policy.ifaces) {
        if (!iface.leases || !iface.has_pool) continue;
        if (in_use(appliance, iface.ipv4.pool)) continue;
        addresses[iface.ipv4.pool] = address;
        return iface.ipv4.pool;
    }
    check(false, "each Iface that leases has a port pool");
    return 0;
}

} // namespace

void begin_leases(Appliance& appliance) {
    const Policy& policy = appliance.policy;
    for (std::size_t i = 0; i < policy.ifaces.size(); ++i) {
        const Iface& iface = policy.ifaces[i];
        if (!iface.leases) continue;
        appliance.ipv4[i] = {};
        if (iface.has_pool) policy.outside_addresses[iface.ipv4.pool] = 0;
    }
    follow_addresses(appliance);
}

void set_lease(Appliance& appliance, IfaceId id, const Lease& lease) {
    const Iface& iface = appliance.policy.ifaces[id];
    check(iface.leases, "only an Iface with DHCP leases its address");
    Ipv4Config& now = appliance.ipv4[id];
    const Ipv4Config before = now;
    now = {};
    if (before.configured && before.address != lease.address) {
        appliance.flows.end_translated_to(before.address);
        arp::forget(appliance, id);
    }
    if (lease.address != 0) {
        const bool has_broadcast = ~lease.netmask > 1; // RFC 3021: not with 31 bits
        const std::uint16_t pool = iface.has_pool ? pool_for(appliance, lease.address) : std::uint16_t{0};
        now = {.configured = true,
               .address = lease.address,
               .netmask = lease.netmask,
               .broadcast = has_broadcast ? lease.address | ~lease.netmask : 0,
               .gateway = lease.gateway,
               .dns = lease.dns,
               .pool = pool};
    }
    follow_addresses(appliance);
}

} // namespace runtime
