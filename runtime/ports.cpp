#include "runtime/ports.hpp"

#include "runtime/fields.hpp"

#include <algorithm>

namespace runtime {

namespace {

/// `low`, `low` + 2 … `high`.
struct PortRange {
    unsigned low;
    unsigned high;
};

/// Ports below 1024 stay there and the others stay above (RFC 4787 REQ-3), even ones stay even (REQ-4).
constexpr PortRange range_of(std::uint8_t protocol, std::uint16_t port) {
    const unsigned odd = port % 2;
    if (protocol == icmp_protocol) return {odd, 65534 + odd};
    if (port < 1024) return {2 - odd, 1022 + odd};
    return {1024 + odd, 65534 + odd};
}

/// The finalizer of SplitMix64.
constexpr std::uint64_t scattered(std::uint64_t z) {
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/// So many ports whose replies would be another flow's are passed over before the search ends: a peer can make them.
constexpr unsigned collisions_max = 128;

} // namespace

std::optional<std::uint16_t> choose_port(Appliance& appliance, const Ipv4Tuple& first, Ipv4Tuple leaving,
                                         std::uint16_t pool, Time now) {
    FlowTable& flows = appliance.flows;
    flows.forget_expired(now);
    const MappingTable& mappings = flows.mappings();
    const auto is_free = [&](std::uint16_t port) {
        leaving.a = port;
        return flows.distinct(first, leaving.reverse(), now);
    };
    if (const auto mapped = mappings.port_of({first.source, first.a, pool, first.protocol}))
        return is_free(*mapped) ? mapped : std::nullopt;
    if (!mappings.is_taken(pool, first.protocol, first.a) && is_free(first.a)) return first.a;

    const auto [low, high] = range_of(first.protocol, first.a);
    const std::uint64_t endpoint = std::uint64_t{first.source} << 24 | std::uint64_t{first.a} << 8 | first.protocol;
    const std::uint64_t turn = scattered(appliance.port_seed ^ endpoint) % ((high - low) / 2 + 1);
    const unsigned start = low + 2 * static_cast<unsigned>(turn);
    unsigned collisions = 0;
    // From the start up, then from the bottom up to the start.
    for (const auto& [from, to] : {PortRange{start, high}, PortRange{low, start - 2}}) {
        if (from > to || to > high) continue;
        for (auto port = mappings.next_free(pool, first.protocol, from, to); port;
             port = mappings.next_free(pool, first.protocol, *port + 2u, to)) {
            if (is_free(*port)) return port;
            if (++collisions == collisions_max) return std::nullopt;
        }
    }
    return std::nullopt;
}

bool is_mapped(Appliance& appliance, Ipv4Address outside, std::uint8_t protocol, std::uint16_t port, Time now) {
    const auto addresses = appliance.policy.outside_addresses;
    const auto pool = std::ranges::find(addresses, outside);
    if (pool == addresses.end()) return false;
    appliance.flows.forget_expired(now);
    return appliance.flows.mappings().is_taken(static_cast<std::uint16_t>(pool - addresses.begin()), protocol, port);
}

} // namespace runtime
