// Numbers of the Ethernet header (IEEE 802.3) and of the tag that may stand in it (IEEE 802.1Q 9.6).
#pragma once
#include <cstdint>

namespace runtime {

namespace ethertype {
inline constexpr std::uint16_t ipv4 = 0x0800, arp = 0x0806;
inline constexpr std::uint16_t vlan = 0x8100;
inline constexpr std::uint16_t provider_vlan = 0x88a8; ///< IEEE 802.1ad
} // namespace ethertype

inline constexpr std::uint16_t vlan_id_mask = 0xfff; ///< in the word behind a tag's EtherType

} // namespace runtime
