#include "compiler/eval/routing.hpp"

#include "compiler/eval/validity.hpp"

#include <algorithm>
#include <tuple>

namespace eval {

namespace {

/// The longest prefix, then the lowest cost, then the first; none when no route matches.
const model::Route* best(const std::vector<model::Route>& routes, model::Ipv4Address destination) {
    const model::Route* found = nullptr;
    const auto rank = [](const model::Route& route) {
        return std::tuple(-int{route.destination.length}, route.cost);
    };
    for (const auto& route : routes) {
        if (!route.destination.contains(destination)) continue;
        if (found == nullptr || rank(route) < rank(*found)) found = &route;
    }
    return found;
}

/// A router that is ourselves, as a lease can make it, is none.
Routed by_router(const model::Appliance& appliance, model::IfaceId iface,
                 const std::optional<model::Ipv4Address>& router) {
    if (!router || iface_with(appliance, *router)) return model::Reason::no_route;
    return Hop{iface, *router};
}

Routed next_hop(const model::Appliance& appliance, const model::Route* route,
                model::Ipv4Address destination) {
    if (route == nullptr) return model::Reason::no_route;
    const auto& ipv4 = appliance.ifaces[route->iface].ipv4;
    if (!ipv4) return model::Reason::no_address;
    if (!route->nexthop && ipv4->network.contains(destination)) return Hop{route->iface, destination};
    return by_router(appliance, route->iface, route->nexthop ? route->nexthop : ipv4->gateway);
}

/// A connected network is the one that the Iface has now, if it has one.
std::vector<model::Route> stated_routes(const model::Appliance& appliance) {
    std::vector<model::Route> routes;
    if (!appliance.gateway) return routes;
    for (model::Route route : appliance.gateway->routes) {
        const auto& ipv4 = appliance.ifaces[route.iface].ipv4;
        if (route.connected && !ipv4) continue;
        if (route.connected) route.destination = ipv4->network;
        routes.push_back(std::move(route));
    }
    return routes;
}

} // namespace

bool forwards(const model::Appliance& appliance, model::IfaceId iface) {
    return appliance.gateway &&
           std::ranges::any_of(appliance.gateway->routes,
                               [&](const model::Route& route) { return route.iface == iface; });
}

Routed route_through(const model::Appliance& appliance, model::Ipv4Address destination) {
    const auto routes = stated_routes(appliance);
    return next_hop(appliance, best(routes, destination), destination);
}

namespace {

/// And our Ifaces' own networks.
std::vector<model::Route> all_routes(const model::Appliance& appliance) {
    auto routes = stated_routes(appliance);
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
        if (const auto& ipv4 = appliance.ifaces[id].ipv4)
            routes.push_back({.name = {},
                              .place = {},
                              .destination = ipv4->network,
                              .iface = id,
                              .nexthop = {},
                              .cost = 0});
    return routes;
}

} // namespace

Routed route_from_here(const model::Appliance& appliance, model::Ipv4Address destination) {
    const auto routes = all_routes(appliance);
    if (const auto* route = best(routes, destination)) return next_hop(appliance, route, destination);
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
        if (const auto& ipv4 = appliance.ifaces[id].ipv4; ipv4 && ipv4->gateway)
            return by_router(appliance, id, ipv4->gateway);
    return model::Reason::no_route;
}

Routed route_by(const model::Appliance& appliance, model::IfaceId iface, model::Ipv4Address destination) {
    const auto& ipv4 = appliance.ifaces[iface].ipv4;
    if (!ipv4) return model::Reason::no_address;
    auto routes = all_routes(appliance);
    std::erase_if(routes, [&](const model::Route& route) { return route.iface != iface; });
    const auto routed = next_hop(appliance, best(routes, destination), destination);
    if (std::holds_alternative<Hop>(routed)) return routed;
    return by_router(appliance, iface, ipv4->gateway);
}

} // namespace eval
