// The Ethernet header of a frame, with or without the tag of IEEE 802.1Q.
#pragma once
#include "compiler/eval/bytes.hpp"
#include "compiler/model/appliance.hpp"

#include <optional>

namespace eval {

inline constexpr std::size_t ethernet_header_bytes = 14;
inline constexpr std::size_t tagged_header_bytes = ethernet_header_bytes + 4;
inline constexpr std::size_t mtu_bytes = 1500;

namespace ether_type {
inline constexpr std::uint16_t ipv4 = 0x0800, arp = 0x0806;
inline constexpr std::uint16_t vlan = 0x8100, provider_vlan = 0x88a8;
} // namespace ether_type

/// What the header says of what follows it.
struct Link {
    std::uint16_t vlan = 0; ///< 0 without a tag, and in one that only says a priority
    std::uint16_t type = 0;
    std::size_t header_bytes = ethernet_header_bytes;
};

inline bool has_tag(View frame) {
    return frame.size() >= ethernet_header_bytes && get16(frame, 12) == ether_type::vlan;
}

/// None for a frame without a whole header.
inline std::optional<Link> link_of(View frame) {
    if (frame.size() < ethernet_header_bytes) return std::nullopt;
    if (!has_tag(frame)) return Link{0, get16(frame, 12), ethernet_header_bytes};
    if (frame.size() < tagged_header_bytes) return std::nullopt;
    return Link{static_cast<std::uint16_t>(get16(frame, 14) & 0xfff), get16(frame, 16), tagged_header_bytes};
}

/// The tag between the addresses and the EtherType.
inline void insert_tag(Bytes& frame, std::uint16_t vlan) {
    constexpr std::ptrdiff_t behind_addresses = 12;
    Bytes tag(4);
    put16(tag, 0, ether_type::vlan);
    put16(tag, 2, vlan);
    frame.insert(frame.begin() + behind_addresses, tag.begin(), tag.end());
}

} // namespace eval
