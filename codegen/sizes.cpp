#include "codegen/sizes.hpp"

#include "compiler/model/nics.hpp"
#include "runtime/policy.hpp"

#include <fmt/format.h>

#include <bit>

namespace codegen {

Sizes sizes(const model::Appliance& appliance) {
    constexpr std::size_t spare_packets = 64;   // bursts and packets made here
    const bool tracks = appliance.has_chains();
    const std::size_t flows = tracks ? appliance.conntrack.limit : 0;
    const std::size_t held_fragments = tracks ? runtime::reassembly::fragments_max : 0;
    return {.flows = flows,
            .flow_buckets = flows == 0 ? 1 : std::bit_ceil(2 * flows), // a flow has two entries
            .datagrams = tracks ? runtime::reassembly::datagrams_max : 0,
            .neighbours = 1024,
            .packets = model::nics(appliance).size() * 2 * runtime::ring_packets + runtime::arp::waiting_buffers +
                       held_fragments + spare_packets};
}

std::size_t limit_keys(const model::Limit& limit) { return limit.key ? limit.size : 0; }

std::size_t limit_buckets(const model::Limit& limit) { return limit.key ? std::bit_ceil(limit_keys(limit)) : 0; }

std::string size_table(const model::Appliance& appliance) {
    const Sizes s = sizes(appliance);
    std::string text;
    std::size_t total = 0;
    const auto row = [&](std::string_view what, std::size_t count, std::size_t each) {
        text += fmt::format("  {:<14}{:>9} x {:>5} bytes{:>12}\n", what, count, each, count * each);
        total += count * each;
    };
    row("flows", s.flows, sizeof(runtime::Flow));
    row("flow buckets", s.flow_buckets, sizeof(runtime::FlowTable::Link));
    std::size_t keys = 0, buckets = 0;
    for (const auto& limit : appliance.limits) {
        keys += limit_keys(limit);
        buckets += limit_buckets(limit);
    }
    row("limit keys", keys, sizeof(runtime::LimitEntry) + sizeof(std::uint32_t)); // with its place in the heap
    row("limit buckets", buckets, sizeof(runtime::LimitTable::Link));
    row("limit tables", appliance.limits.size(), sizeof(runtime::LimitTable));
    row("datagrams", s.datagrams, sizeof(runtime::Datagram));
    row("neighbours", s.neighbours, sizeof(runtime::Neighbour));
    row("packets", s.packets, sizeof(runtime::Packet));
    return text + fmt::format("  {:<38}{:>12}\n", "memory for state, all of it", total);
}

} // namespace codegen
