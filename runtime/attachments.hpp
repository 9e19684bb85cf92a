// Which Iface a frame belongs to: by the NIC that it came in by, and the VLAN of its tag.
#pragma once
#include "runtime/packet.hpp"

#include <optional>

namespace runtime {

struct Iface;

class Attachments {
public:
    /// No two Ifaces share a NIC and a VLAN.
    void reset(std::span<const Iface> ifaces);
    /// VLAN 0 is that of untagged frames.
    std::optional<IfaceId> find(NicId nic, VlanId vlan) const;

private:
    struct Entry {
        std::uint32_t place; ///< NIC and VLAN in one
        IfaceId iface;
    };

    std::array<Entry, 256> entries_{}; ///< ascending
    std::size_t count_ = 0;
};

} // namespace runtime
