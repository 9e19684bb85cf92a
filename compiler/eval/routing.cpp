#include "compiler/eval/routing.hpp"

#include "compiler/eval/validity.hpp"

#include <algorithm>
#include <tuple>

namespace eval {

namespace {

/// By an Iface to a router, or to the destination itself.
struct Lead {
    model::IfaceId iface = 0;
    std::optional<model::Ipv4Address> router{};
};

/// The longest prefix, then the lowest cost, then the first.
class Best {
public:
    explicit Best(model::Ipv4Address destination) : destination_(destination) {}

    void offer(const model::Ipv4Prefix& network, std::uint32_t cost, const Lead& lead) {
        const std::tuple rank(-int{network.length}, cost);
        if (!network.contains(destination_) || (found_ && rank_ <= rank)) return;
        rank_ = rank;
        found_ = lead;
    }

    /// A connected network is the one that the Iface has now, if it has one.
    void offer_stated(const model::Appliance& appliance, std::optional<model::IfaceId> only = std::nullopt) {
        if (!appliance.gateway) return;
        for (const auto& route : appliance.gateway->routes) {
            const auto& ipv4 = appliance.ifaces[route.iface].ipv4;
            if ((only && route.iface != *only) || (route.connected && !ipv4)) continue;
            offer(route.connected ? ipv4->network : route.destination, route.cost, {route.iface, route.nexthop});
        }
    }

    void offer_own_network(const model::Appliance& appliance, model::IfaceId iface) {
        if (const auto& ipv4 = appliance.ifaces[iface].ipv4) offer(ipv4->network, 0, {iface});
    }

    const std::optional<Lead>& found() const { return found_; }

private:
    model::Ipv4Address destination_;
    std::tuple<int, std::uint32_t> rank_;
    std::optional<Lead> found_;
};

/// A router that is ourselves, as a lease can make it, is none.
Routed by_router(const model::Appliance& appliance, model::IfaceId iface,
                 const std::optional<model::Ipv4Address>& router) {
    if (!router || iface_with(appliance, *router)) return model::Reason::no_route;
    return Hop{iface, *router};
}

Routed next_hop(const model::Appliance& appliance, const std::optional<Lead>& lead, model::Ipv4Address destination) {
    if (!lead) return model::Reason::no_route;
    const auto& ipv4 = appliance.ifaces[lead->iface].ipv4;
    if (!ipv4) return model::Reason::no_address;
    if (!lead->router && ipv4->network.contains(destination)) return Hop{lead->iface, destination};
    return by_router(appliance, lead->iface, lead->router ? lead->router : ipv4->gateway);
}

} // namespace

bool forwards(const model::Appliance& appliance, model::IfaceId iface) {
    return appliance.gateway &&
           std::ranges::any_of(appliance.gateway->routes,
                               [&](const model::Route& route) { return route.iface == iface; });
}

Routed route_through(const model::Appliance& appliance, model::Ipv4Address destination) {
    Best best(destination);
    best.offer_stated(appliance);
    return next_hop(appliance, best.found(), destination);
}

Routed route_from_here(const model::Appliance& appliance, model::Ipv4Address destination) {
    Best best(destination);
    best.offer_stated(appliance);
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id) best.offer_own_network(appliance, id);
    if (best.found()) return next_hop(appliance, best.found(), destination);
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
        if (const auto& ipv4 = appliance.ifaces[id].ipv4; ipv4 && ipv4->gateway)
            return by_router(appliance, id, ipv4->gateway);
    return model::Reason::no_route;
}

Routed route_by(const model::Appliance& appliance, model::IfaceId iface, model::Ipv4Address destination) {
    const auto& ipv4 = appliance.ifaces[iface].ipv4;
    if (!ipv4) return model::Reason::no_address;
    Best best(destination);
    best.offer_stated(appliance, iface);
    best.offer_own_network(appliance, iface);
    const auto routed = next_hop(appliance, best.found(), destination);
    if (std::holds_alternative<Hop>(routed)) return routed;
    return by_router(appliance, iface, ipv4->gateway);
}

} // namespace eval
