// Where a packet goes next.
#pragma once
#include "runtime/appliance.hpp"

#include <optional>

namespace runtime {

struct NextHop {
    IfaceId iface = 0;
    Ipv4Address address = 0;
};

/// The first route of a table (they are sorted, best first) that has the destination, and its next hop; of those by
/// one Iface only, if it is named. Nothing when its next hop is ourselves, as a lease can make it. The next hop means
/// nothing when the Iface has no address.
std::optional<NextHop> next_hop(const Appliance& appliance, std::span<const Route> routes, Ipv4Address destination,
                                std::optional<IfaceId> only = std::nullopt);

/// By that router, 0 for none. Nothing when it is ourselves.
std::optional<NextHop> by_router(const Appliance& appliance, IfaceId iface, Ipv4Address router);

/// Whether the packet has come to the end of its way; then it is dropped, and answered unless the policy forbids it.
bool ttl_ran_out(Appliance& appliance, Packet& packet, Time now);
/// Of all its buffers.
void decrement_ttl(Packet& packet);

/// The Iface of ours that has that address.
std::optional<IfaceId> iface_with_address(const Appliance& appliance, Ipv4Address address);
/// Whether it is the directed broadcast address of one of our Ifaces.
bool iface_with_broadcast(const Appliance& appliance, Ipv4Address address);

/// Whether it is a broadcast address on the wire of that Iface.
bool broadcast_on(const Ipv4Config& ipv4, Ipv4Address address);

} // namespace runtime
