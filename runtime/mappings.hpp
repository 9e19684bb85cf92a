// Which inside endpoint has which port of an outside address, for sources whose port was chosen here. An endpoint keeps
// its port towards every destination (RFC 4787 REQ-1), and no port has two of them (REQ-3). A mapping lives as long as a
// flow that uses it, so there are never more mappings than flows.
#pragma once
#include "runtime/packet.hpp"

#include <array>
#include <optional>

namespace runtime {

/// Ports of one outside address that have a mapping: one bit each, for TCP, UDP and ICMP's identifiers.
struct PortPool {
    static constexpr std::size_t protocols = 3;
    std::array<std::array<std::uint64_t, 65536 / 64>, protocols> taken;
};

/// TCP, UDP or ICMP query, as seen before translation.
struct InsideEndpoint {
    Ipv4Address address;
    std::uint16_t port; ///< or identifier
    std::uint16_t pool; ///< the outside address, by number
    std::uint8_t protocol;

    friend constexpr bool operator==(const InsideEndpoint&, const InsideEndpoint&) = default;
};

/// Trivial, so that a table is plain memory.
struct Mapping {
    InsideEndpoint inside;
    std::uint16_t port;
    std::uint32_t flows; ///< that use it
    std::uint32_t next;  ///< in its bucket, or of the free places; number + 1, 0 ends
};

class MappingTable {
public:
    using Link = std::uint32_t;
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    constexpr MappingTable() = default;
    /// Starts empty. `seed` hides the hash from peers.
    void reset(std::span<Mapping> mappings, std::span<Link> buckets, std::span<PortPool> pools, std::uint64_t seed);

    std::optional<std::uint16_t> port_of(const InsideEndpoint& inside) const;
    bool is_taken(std::uint16_t pool, std::uint8_t protocol, std::uint16_t port) const;
    /// The first port without mapping among `from`, `from` + 2 … up to `to`.
    std::optional<std::uint16_t> next_free(std::uint16_t pool, std::uint8_t protocol, unsigned from, unsigned to) const;

    /// One more flow uses the endpoint's mapping, which is made if there is none. Returns its number.
    std::uint32_t hold(const InsideEndpoint& inside, std::uint16_t port);
    /// One flow less uses it.
    void let_go(std::uint32_t number);

private:
    Link& bucket_of(const InsideEndpoint& inside) const;
    void mark(const Mapping& mapping, bool taken);

    std::span<Mapping> mappings_;
    std::span<Link> buckets_;
    std::span<PortPool> pools_;
    std::uint64_t seed_ = 0;
    Link free_ = 0;
    std::uint32_t untouched_ = 0; ///< places from here on were never used
};

} // namespace runtime
