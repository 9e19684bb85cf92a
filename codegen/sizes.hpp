// How much memory the appliance gets, all of it decided here.
#pragma once
#include "compiler/model/appliance.hpp"

#include <bit>
#include <cstddef>

namespace codegen {

struct Sizes {
    std::size_t flows = 0; ///< 0 when nothing is tracked
    std::size_t flow_buckets = 0;
    std::size_t neighbours = 0;
    std::size_t packets = 0;
};

/// For an appliance with that many NICs.
inline Sizes sizes(const model::Appliance& appliance, std::size_t nics) {
    constexpr std::size_t ring_packets = 256;     // each NIC has one ring each way
    constexpr std::size_t waiting_packets = 64;   // for neighbours
    constexpr std::size_t spare_packets = 64;     // bursts and packets made here
    const std::size_t flows = appliance.has_chains() ? appliance.conntrack.limit : 0;
    return {.flows = flows,
            .flow_buckets = flows == 0 ? 1 : std::bit_ceil(2 * flows), // a flow has two entries
            .neighbours = 1024,
            .packets = nics * 2 * ring_packets + waiting_packets + spare_packets};
}

} // namespace codegen
