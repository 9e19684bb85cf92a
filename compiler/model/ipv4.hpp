// IPv4 addresses and networks.
#pragma once
#include <cstdint>
#include <optional>

namespace model {

using Ipv4Address = std::uint32_t; ///< host order

struct Ipv4Prefix {
    Ipv4Address address = 0; ///< host bits are zero
    std::uint8_t length = 0; ///< 0..32

    constexpr Ipv4Address mask() const { return length == 0 ? 0 : ~Ipv4Address{0} << (32 - length); }
    constexpr bool contains(Ipv4Address a) const { return (a & mask()) == address; }
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

} // namespace model
