#include "runtime/mappings.hpp"

#include "runtime/fields.hpp"
#include "runtime/mix.hpp"

#include <bit>

namespace runtime {

namespace {

std::size_t index_of(std::uint8_t protocol) { return protocol == tcp_protocol ? 0 : protocol == udp_protocol ? 1 : 2; }

} // namespace

void MappingTable::reset(std::span<Mapping> mappings, std::span<Link> buckets, std::span<PortPool> pools,
                         std::uint64_t seed) {
    check((buckets.size() & (buckets.size() - 1)) == 0, "bucket count is a power of two");
    mappings_ = mappings;
    buckets_ = buckets;
    pools_ = pools;
    seed_ = seed;
    free_ = 0;
    untouched_ = 0;
    for (auto& bucket : buckets_) bucket = 0;
    for (auto& pool : pools_) pool = {};
}

MappingTable::Link& MappingTable::bucket_of(const InsideEndpoint& inside) const {
    const std::uint64_t rest =
        std::uint64_t{inside.port} << 32 | std::uint64_t{inside.pool} << 16 | inside.protocol;
    return buckets_[mixed(inside.address ^ seed_, rest ^ 0x9e3779b97f4a7c15) & (buckets_.size() - 1)];
}

std::optional<std::uint16_t> MappingTable::port_of(const InsideEndpoint& inside) const {
    for (Link at = bucket_of(inside); at != 0; at = mappings_[at - 1].next)
        if (mappings_[at - 1].inside == inside) return mappings_[at - 1].port;
    return std::nullopt;
}

bool MappingTable::is_taken(std::uint16_t pool, std::uint8_t protocol, std::uint16_t port) const {
    return (pools_[pool].taken[index_of(protocol)][port / 64] >> (port % 64) & 1) != 0;
}

std::optional<std::uint16_t> MappingTable::next_free(std::uint16_t pool, std::uint8_t protocol, unsigned from,
                                                     unsigned to) const {
    const auto& taken = pools_[pool].taken[index_of(protocol)];
    const std::uint64_t same_parity = 0x5555555555555555ull << (from % 2);
    for (unsigned word = from / 64; from <= to && word <= to / 64; ++word) {
        std::uint64_t free = ~taken[word] & same_parity;
        if (word == from / 64) free &= ~std::uint64_t{0} << (from % 64);
        if (free == 0) continue;
        const unsigned port = word * 64 + static_cast<unsigned>(std::countr_zero(free));
        if (port > to) break;
        return static_cast<std::uint16_t>(port);
    }
    return std::nullopt;
}

void MappingTable::mark(const Mapping& mapping, bool taken) {
    const auto& [inside, port, flows, next] = mapping;
    auto& word = pools_[inside.pool].taken[index_of(inside.protocol)][port / 64];
    const std::uint64_t bit = std::uint64_t{1} << (port % 64);
    word = taken ? word | bit : word & ~bit;
}

std::uint32_t MappingTable::hold(const InsideEndpoint& inside, std::uint16_t port) {
    Link& bucket = bucket_of(inside);
    for (Link at = bucket; at != 0; at = mappings_[at - 1].next) {
        Mapping& mapping = mappings_[at - 1];
        if (mapping.inside != inside) continue;
        check(mapping.port == port, "an endpoint has one port");
        ++mapping.flows;
        return at - 1;
    }
    Link place = free_;
    if (place != 0) {
        free_ = mappings_[place - 1].next;
    } else {
        check(untouched_ < mappings_.size(), "there are as many mappings as flows");
        place = ++untouched_;
    }
    check(!is_taken(inside.pool, inside.protocol, port), "a port has one mapping");
    Mapping& mapping = mappings_[place - 1];
    mapping = {inside, port, 1, bucket};
    bucket = place;
    mark(mapping, true);
    return place - 1;
}

void MappingTable::let_go(std::uint32_t number) {
    Mapping& mapping = mappings_[number];
    check(mapping.flows > 0, "a mapping in use has flows");
    if (--mapping.flows > 0) return;
    mark(mapping, false);
    Link* at = &bucket_of(mapping.inside);
    while (*at != number + 1) {
        check(*at != 0, "a mapping is in its bucket");
        at = &mappings_[*at - 1].next;
    }
    *at = mapping.next;
    mapping.next = free_;
    free_ = number + 1;
}

} // namespace runtime
