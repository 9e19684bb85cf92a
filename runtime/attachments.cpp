#include "runtime/attachments.hpp"

#include "runtime/platform.hpp"
#include "runtime/policy.hpp"

#include <algorithm>

namespace runtime {

namespace {

constexpr std::uint32_t place_of(NicId nic, VlanId vlan) { return std::uint32_t{nic} << 16 | vlan; }

} // namespace

void Attachments::reset(std::span<const Iface> ifaces) {
    check(ifaces.size() <= entries_.size(), "Ifaces have 8-bit numbers");
    count_ = ifaces.size();
    for (std::size_t i = 0; i < count_; ++i)
        entries_[i] = {place_of(ifaces[i].nic, ifaces[i].vlan), static_cast<IfaceId>(i)};
    const auto all = std::span{entries_}.first(count_);
    std::ranges::sort(all, {}, &Entry::place);
    check(std::ranges::adjacent_find(all, {}, &Entry::place) == all.end(),
          "each Iface has a NIC or a VLAN of its own");
}

std::optional<IfaceId> Attachments::find(NicId nic, VlanId vlan) const {
    const auto all = std::span{entries_}.first(count_);
    const auto at = std::ranges::lower_bound(all, place_of(nic, vlan), {}, &Entry::place);
    if (at == all.end() || at->place != place_of(nic, vlan)) return std::nullopt;
    return at->iface;
}

} // namespace runtime
