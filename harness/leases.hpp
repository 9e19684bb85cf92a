// Leases as Tests give them, for appliances that run the data plane.
#pragma once
#include "compiler/model/appliance.hpp"
#include "runtime/dataplane.hpp"

namespace harness {

inline runtime::Lease lease_of(const std::optional<model::Ipv4Config>& ipv4) {
    if (!ipv4) return {};
    return {ipv4->address, ipv4->network.mask(), ipv4->gateway.value_or(0), ipv4->dns.value_or(0)};
}

/// Runs `lease(iface, config)` for each Iface with DHCP and what it falls back to, as if nobody had answered.
template <typename Lease>
void fall_back(const model::Appliance& appliance, Lease lease) {
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
        if (appliance.ifaces[id].leases()) lease(id, appliance.ifaces[id].ipv4);
}

} // namespace harness
