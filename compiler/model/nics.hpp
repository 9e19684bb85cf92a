// The NICs that a policy needs, numbered in order of first use.
#pragma once
#include "compiler/model/appliance.hpp"

#include <algorithm>

namespace model {

using NicId = std::uint8_t;
using NicSelector = std::variant<std::uint32_t, Mac>;

inline std::vector<NicSelector> nics(const Appliance& appliance) {
    std::vector<NicSelector> found;
    for (const auto& iface : appliance.ifaces)
        if (std::ranges::find(found, iface.nic) == found.end()) found.push_back(iface.nic);
    return found;
}

inline NicId nic_of(const Appliance& appliance, IfaceId iface) {
    const auto all = nics(appliance);
    return static_cast<NicId>(std::ranges::find(all, appliance.ifaces.at(iface).nic) - all.begin());
}

} // namespace model
