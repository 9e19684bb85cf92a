#include "compiler/analysis/same_ways.hpp"

#include <algorithm>
#include <tuple>

namespace analysis {

namespace {

auto key_of(const model::Ipv4Prefix& prefix) { return std::tuple(prefix.address, prefix.length); }

auto key_of(const std::optional<model::Ipv4Config>& ipv4) {
    using Key = std::tuple<model::Ipv4Address, decltype(key_of(model::Ipv4Prefix{})),
                           std::optional<model::Ipv4Address>>;
    return ipv4 ? std::optional(Key{ipv4->address, key_of(ipv4->network), ipv4->gateway}) : std::nullopt;
}

auto key_of(const model::Iface& iface) {
    return std::tuple(iface.name, iface.config, key_of(iface.ipv4), iface.vlan, iface.masquerade, iface.strict_rpf);
}

auto key_of(const model::Route& route) {
    return std::tuple(key_of(route.destination), route.iface, route.nexthop, route.cost, route.connected);
}

constexpr auto are_same = [](const auto& a, const auto& b) { return key_of(a) == key_of(b); };

} // namespace

bool have_same_ways(const model::Appliance& before, const model::Appliance& after) {
    static const std::vector<model::Route> none;
    const auto routes = [](const model::Appliance& policy) -> const auto& {
        return policy.gateway ? policy.gateway->routes : none;
    };
    const auto flows = [](const model::Appliance& policy) {
        return std::tuple(policy.tracks(), policy.conntrack.drop_invalid, policy.conntrack.stateful_tcp);
    };
    // What a balancer takes is sent on from input.
    return !before.load_balancer && !after.load_balancer && flows(before) == flows(after) &&
           before.gateway.has_value() == after.gateway.has_value() &&
           std::ranges::equal(before.ifaces, after.ifaces, are_same) &&
           std::ranges::equal(routes(before), routes(after), are_same);
}

} // namespace analysis
