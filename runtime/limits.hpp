// The Limits of the policy, as its functions ask them.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime {

/// Takes a token from the bucket that the packet's key has; true when there was none.
inline bool exceeded(Appliance& appliance, std::size_t limit, const Packet& packet) {
    const auto key = appliance.policy.limits[limit].key;
    return appliance.policy.limit_tables[limit].exceeded(key == nullptr ? 0 : key(packet), appliance.now);
}

} // namespace runtime
