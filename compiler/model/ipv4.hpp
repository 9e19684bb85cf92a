// IPv4 addresses and networks.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace model {

using Ipv4Address = std::uint32_t; ///< host order

struct Ipv4Prefix {
    Ipv4Address address = 0; ///< host bits are zero
    std::uint8_t length = 0; ///< 0..32

    constexpr Ipv4Address mask() const { return length == 0 ? 0 : ~Ipv4Address{0} << (32 - length); }
    constexpr bool contains(Ipv4Address a) const { return (a & mask()) == address; }
    constexpr bool overlaps(const Ipv4Prefix& other) const { return contains(other.address) || other.contains(address); }
    /// The directed broadcast address; networks of 31 and 32 bits have none (RFC 3021).
    constexpr std::optional<Ipv4Address> broadcast() const {
        if (length >= 31) return std::nullopt;
        return address | ~mask();
    }
};

struct Ipv4Config {
    Ipv4Address address = 0;
    Ipv4Prefix network;
    std::optional<Ipv4Address> gateway;
    std::optional<Ipv4Address> dns;
};

/// What an Iface knows of its network; with DHCP only while the appliance runs.
enum class Ipv4Member : std::uint8_t { address, netmask, gateway, dns };

inline constexpr std::string_view ipv4_member_names[] = {"address", "netmask", "gateway", "dns"};

/// 0.0.0.0 where there is none.
constexpr Ipv4Address value_of(const std::optional<Ipv4Config>& ipv4, Ipv4Member member) {
    if (!ipv4) return 0;
    switch (member) {
    case Ipv4Member::address:
        return ipv4->address;
    case Ipv4Member::netmask:
        return ipv4->network.mask();
    case Ipv4Member::gateway:
        return ipv4->gateway.value_or(0);
    case Ipv4Member::dns:
        return ipv4->dns.value_or(0);
    }
    return 0;
}

} // namespace model
