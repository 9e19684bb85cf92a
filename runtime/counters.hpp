// What became of every packet. Between bursts,
// received + made + split = sent + delivered + dropped + merged + waiting.
#pragma once
#include "runtime/packet.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace runtime {

enum class Reason : std::uint8_t {
#define REASON(name, text) name,
#include "runtime/reasons.def"
};

inline constexpr std::array reason_names = {
#define REASON(name, text) std::string_view{#name},
#include "runtime/reasons.def"
};

/// Of one NIC, in frames.
struct NicCounters {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t refused = 0; ///< its ring was full
};

struct Counters {
    std::uint64_t received = 0;
    std::uint64_t made = 0; ///< packets made here, ARP included
    std::uint64_t split = 0; ///< fragments that packets made here left in, besides the first of each
    std::uint64_t sent = 0; ///< handed to a NIC
    std::uint64_t delivered = 0; ///< consumed here, ARP included
    std::uint64_t merged = 0; ///< fragments that came in of datagrams consumed here, besides one of each
    std::uint64_t waiting = 0; ///< for a neighbour to answer or for the rest of a datagram, now
    std::array<std::uint64_t, reason_names.size()> dropped{};
    std::array<std::uint64_t, reason_names.size()> dropped_made{}; ///< of those, packets made here
    std::array<NicCounters, nics_max> nics{};

    constexpr std::uint64_t all_dropped() const {
        std::uint64_t sum = 0;
        for (const auto count : dropped) sum += count;
        return sum;
    }
    constexpr bool balanced() const {
        return received + made + split == sent + delivered + all_dropped() + merged + waiting;
    }
};

} // namespace runtime
