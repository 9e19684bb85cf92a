#include "compiler/analysis/leased.hpp"

#include "compiler/analysis/walk.hpp"

#include <algorithm>

namespace analysis {

model::IntervalSet values_that(model::Relation relation, model::Value value, model::Value max) {
    const model::IntervalSet equal = {{value, value}};
    const auto less = value == 0 ? model::IntervalSet{} : model::IntervalSet{{0, value - 1}};
    switch (relation) {
    case model::Relation::equal:
        return equal;
    case model::Relation::not_equal:
        return equal.complement(max);
    case model::Relation::less:
        return less;
    case model::Relation::greater:
        return {{value + 1, max}};
    case model::Relation::less_equal:
        return {{0, value}};
    case model::Relation::greater_equal:
        return less.complement(max);
    }
    return {};
}

std::vector<model::Lease> leases_for(const model::Appliance& appliance) {
    // Networks for documentation (RFC 5737), then for benchmarks (RFC 2544).
    std::vector<model::Ipv4Address> free = {0xc0000200, 0xcb007100, 0xc6336400};
    for (model::Ipv4Address third = 0; third < 256; ++third) free.push_back(0xc6120000 + (third << 8));
    constexpr std::uint8_t length = 24;
    for (const auto& iface : appliance.ifaces)
        if (iface.ipv4)
            std::erase_if(free, [&](model::Ipv4Address network) {
                return iface.ipv4->network.contains(network) ||
                       model::Ipv4Prefix{network, length}.contains(iface.ipv4->network.address);
            });
    std::vector<model::Lease> leases;
    for (model::IfaceId id = 0; id < appliance.ifaces.size() && leases.size() < free.size(); ++id) {
        if (appliance.ifaces[id].config != model::IfaceConfig::dhcp) continue;
        const auto network = free[leases.size()];
        leases.push_back({id, {network + 2, {network, length}, network + 1, network + 53}});
    }
    return leases;
}

bool compares_leases(const model::Appliance& appliance) {
    bool found = false;
    for (const auto& function : appliance.functions)
        each_condition(function.body, [&](const model::Condition& condition) {
            found = found || std::holds_alternative<model::CompareLease>(condition.is);
        });
    return found;
}

model::Appliance leasing(model::Appliance appliance, const std::vector<model::Lease>& leases) {
    for (const auto& lease : leases) appliance.ifaces.at(lease.iface).ipv4 = lease.config;
    for (auto& iface : appliance.ifaces) iface.config = model::IfaceConfig::fixed;
    for (auto& function : appliance.functions)
        each_condition(function.body, [&](model::Condition& condition) {
            const auto* compare = std::get_if<model::CompareLease>(&condition.is);
            if (compare == nullptr) return;
            const auto [field, relation, iface, member] = *compare;
            const auto value = model::value_of(appliance.ifaces.at(iface).ipv4, member);
            appliance.sets.push_back(
                {{}, values_that(relation, value, model::info(field).max()), condition.place});
            condition.is = model::Test{field, static_cast<model::SetId>(appliance.sets.size() - 1)};
        });
    return appliance;
}

} // namespace analysis
