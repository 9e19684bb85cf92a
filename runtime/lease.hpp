// The addresses of Ifaces while the appliance runs, and all that follows them: routes, port pools, flows.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime {

/// Nothing is leased yet.
void begin_leases(Appliance& appliance);

/// An Iface that leases has this from now on; nothing when it is all zero. Another address ends the flows that are
/// translated to the old one.
void set_lease(Appliance& appliance, IfaceId iface, const Lease& lease);

/// For conditions: all zero without a lease.
inline const Ipv4Config& leased(const Appliance& appliance, IfaceId iface) { return appliance.ipv4[iface]; }

} // namespace runtime
