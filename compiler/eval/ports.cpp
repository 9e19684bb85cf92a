#include "compiler/eval/ports.hpp"

namespace eval {

namespace {

/// Ports that may stand for one another: `low`, `low` + 2 … up to `high`.
struct Range {
    unsigned low, high;

    unsigned count() const { return (high - low) / 2 + 1; }
};

Range range_of(std::uint8_t protocol, std::uint16_t port) {
    const unsigned parity = port % 2;
    if (protocol == icmp) return {parity, 65534 + parity};
    if (port < 1024) return {parity == 1 ? 1u : 2u, parity == 1 ? 1023u : 1022u};
    return {1024 + parity, 65534 + parity};
}

/// The finalizer of SplitMix64.
std::uint64_t scattered(std::uint64_t z) {
    z ^= z >> 30;
    z *= 0xbf58476d1ce4e5b9;
    z ^= z >> 27;
    z *= 0x94d049bb133111eb;
    return z ^ z >> 31;
}

} // namespace

std::optional<std::uint16_t> choose_port(const FlowTable& flows, const Tuple& first, Tuple leaving,
                                         std::uint64_t seed) {
    const auto outside = leaving.source;
    const auto is_free = [&](unsigned port) {
        leaving.a = static_cast<std::uint16_t>(port);
        return flows.distinct(first, reverse(leaving));
    };
    if (const auto mapped = flows.mapped_port(outside, first))
        return is_free(*mapped) ? mapped : std::nullopt;

    const auto held = flows.mapped_ports(outside, first.protocol);
    if (!held.contains(first.a) && is_free(first.a)) return first.a;

    constexpr int tries_max = 128;
    const Range range = range_of(first.protocol, first.a);
    const std::uint64_t endpoint = std::uint64_t{first.source} << 24 | std::uint64_t{first.a} << 8 | first.protocol;
    const auto start = static_cast<unsigned>(scattered(seed ^ endpoint) % range.count());
    int tries = 0;
    for (unsigned i = 0; i < range.count() && tries < tries_max; ++i) {
        const unsigned port = range.low + 2 * ((start + i) % range.count());
        if (held.contains(static_cast<std::uint16_t>(port))) continue;
        if (is_free(port)) return static_cast<std::uint16_t>(port);
        ++tries;
    }
    return std::nullopt;
}

} // namespace eval
