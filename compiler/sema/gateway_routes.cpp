#include "compiler/sema/gateway_routes.hpp"

#include "compiler/sema/resolve.hpp"

#include <map>

namespace sema {

namespace {

using syntax::Kind;

std::string text_of(const model::Ipv4Prefix& network) {
    return quoted(dotted(network.address) + "/" + std::to_string(network.length));
}

class RouteCheck {
public:
    RouteCheck(Context& context, const model::Gateway& gateway, const std::vector<syntax::Span>& spans)
        : context_(context), routes_(gateway.routes), spans_(spans) {}

    /// Of routes with one network the first of the least cost is taken, so that others never are.
    void find_doubled() {
        std::map<std::tuple<std::uint32_t, std::uint8_t, std::uint32_t>, std::size_t> first;
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            const auto& to = routes_[i].destination;
            if (is_leased(routes_[i])) continue;
            const auto [other, is_new] = first.try_emplace({to.address, to.length, routes_[i].cost}, i);
            const auto& before = routes_[other->second];
            // That two Ifaces have one network is told of these.
            const bool is_told = routes_[i].connected && before.connected && routes_[i].iface != before.iface;
            if (!is_new && !is_told)
                context_.report(Kind::duplicate_route, spans_[i],
                                "this route is never taken: there is another one to " + text_of(to) +
                                    " of the same cost before it",
                                "leave it out, or give it a higher `cost`",
                                {{spans_[other->second], "the other route"}});
        }
    }

    /// `net: 0.0.0.0, netmask: 255.255.255.255`: no packet goes there.
    void find_reversed_masks() {
        for (std::size_t i = 0; i < routes_.size(); ++i)
            if (!is_leased(routes_[i]) && routes_[i].destination.address == 0 && routes_[i].destination.length == 32)
                context_.report(Kind::route_to_nowhere, spans_[i],
                                "this route is to the one address `0.0.0.0`, to which no packet goes",
                                "the default route has the `netmask` `0.0.0.0`");
    }

    /// Whether another Iface is in its network, which is said of the two.
    bool is_doubled(model::IfaceId id) const {
        const auto& ifaces = context_.appliance.ifaces;
        for (model::IfaceId other = 0; other < ifaces.size(); ++other)
            if (other != id && ifaces[other].ipv4 && ifaces[other].ipv4->network.overlaps(ifaces[id].ipv4->network)) return true;
        return false;
    }

    /// An Iface that routes name, whose own hosts are looked for elsewhere.
    void find_left_out() {
        std::set<model::IfaceId> seen;
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            const auto id = routes_[i].iface;
            const auto& iface = context_.appliance.ifaces[id];
            if (!iface.ipv4 || iface.config != model::IfaceConfig::fixed || !seen.insert(id).second) continue;
            const auto& network = iface.ipv4->network;
            const auto leads_there = [&](const model::Route& route) {
                return route.iface == id && !is_leased(route) && route.destination.overlaps(network);
            };
            constexpr std::uint8_t of_one_address = 32; // on which is nobody else
            if (network.length == of_one_address || is_doubled(id) || std::ranges::any_of(routes_, leads_there)) continue;
            const auto* other = route_around(id, network);
            if (other == nullptr) continue;
            context_.report(Kind::network_left_out, spans_[i],
                            "no route by " + quoted(iface.name) + " leads to its own network, " + text_of(network) +
                                ": what is forwarded to the hosts there does not leave by it",
                            "write `connected: […]` with " + quoted(iface.name),
                            {{spans_[static_cast<std::size_t>(other - routes_.data())], "it takes this route"}});
        }
    }

private:
    /// The network of a lease is not known here.
    bool is_leased(const model::Route& route) const {
        return route.connected && context_.appliance.ifaces[route.iface].config != model::IfaceConfig::fixed;
    }

    /// The route by another Iface that has all of the network. That networks of Ifaces overlap is told of these.
    const model::Route* route_around(model::IfaceId id, const model::Ipv4Prefix& network) const {
        const model::Route* found = nullptr;
        for (const auto& route : routes_) {
            const auto& to = route.destination;
            if (route.iface == id || route.connected || to.length > network.length || !to.contains(network.address))
                continue;
            const bool is_better = found == nullptr || std::tuple(-to.length, route.cost) <
                                                           std::tuple(-found->destination.length, found->cost);
            if (is_better) found = &route;
        }
        return found;
    }

    Context& context_;
    const std::vector<model::Route>& routes_;
    const std::vector<syntax::Span>& spans_;
};

} // namespace

void check_routes(Context& context, const model::Gateway& gateway, const std::vector<syntax::Span>& spans) {
    RouteCheck check(context, gateway, spans);
    check.find_doubled();
    check.find_reversed_masks();
    // A route that was refused may have been the one that leads there.
    if (!context.diagnostics.has_errors()) check.find_left_out();
}

} // namespace sema
