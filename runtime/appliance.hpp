// All state of the running appliance, and what every stage may do with a packet.
#pragma once
#include "runtime/attachments.hpp"
#include "runtime/bytes.hpp"
#include "runtime/counters.hpp"
#include "runtime/policy.hpp"

namespace runtime {

/// Pays out at most `per_second` times a second, and as many at once after a quiet second.
class RateLimit {
public:
    explicit constexpr RateLimit(std::uint32_t per_second) : cost_ns_(second_ns / per_second) {}

    void reset(Time now) {
        allowance_ns_ = second_ns;
        last_ = now;
    }
    bool take(Time now) {
        const Time passed = now - last_;
        last_ = now;
        allowance_ns_ = passed >= second_ns - allowance_ns_ ? second_ns : allowance_ns_ + passed;
        if (allowance_ns_ < cost_ns_) return false;
        allowance_ns_ -= cost_ns_;
        return true;
    }

private:
    static constexpr Time second_ns = 1'000'000'000;
    Time cost_ns_;
    Time allowance_ns_ = 0;
    Time last_ = 0;
};

inline constexpr std::uint32_t answers_per_second = 100; ///< ICMP errors and RSTs (RFC 1812 4.3.2.8)
inline constexpr std::uint32_t log_texts_per_second = 1000;
/// As many may wait until the packet that caused them has gone its way.
inline constexpr std::size_t syslog_packets_max = 64;

struct Appliance {
    const Policy& policy;
    FlowTable flows{};
    FragmentTable fragments{};
    Counters counters{};
    RateLimit answers{answers_per_second};
    RateLimit logs{log_texts_per_second};
    struct {
        std::uint64_t count = 0;
        Time told_at = 0;
    } logs_lost{};
    struct ToldFull {
        Time at = 0;
        std::uint64_t count = 0; ///< of packets refused, then
    };
    std::array<ToldFull, 6> told_full{}; ///< see full_tables.cpp
    struct {
        Packet* first = nullptr;
        Packet* last = nullptr;
        std::size_t count = 0;
        bool closed = false; ///< texts are for the console meanwhile
    } syslog{};              ///< packets made here that wait for the one that caused them
    std::array<Mac, 256> nic_macs{};
    Attachments attachments{};
    std::array<Ipv4Config, 256> ipv4{}; ///< of the Ifaces, now
    std::uint64_t port_seed = 0; ///< hides from peers where the search for a free port starts
    std::array<std::uint64_t, 2> neighbour_seed{}; ///< hides the neighbours' hash from peers
    std::size_t buffers_waiting = 0; ///< for neighbours, all together
    std::array<Time, 256> defended_until{}; ///< of the Ifaces: no claim to their address is answered before that
    Packet* free_packets = nullptr;
    Time now = 0;
    Time booted = 0;
};

/// Packets of one NIC, on their way together. A place is cleared when its packet becomes somebody else's: a NIC's,
/// or a queue's. Nobody looks at such a packet any more; its buffer may already hold another one.
struct Burst {
    std::span<Packet*> places;
    Time now = 0;
};

/// Runs `work(place)` on the place of each packet that has not gone past `stage`.
template <typename Work> void for_each_place_at(At stage, Burst& burst, Work work) {
    for (Packet*& place : burst.places)
        if (place != nullptr && place->at <= stage) work(place);
}

/// Runs `work(packet)` on each packet that has not gone past `stage`.
template <typename Work> void for_each_at(At stage, Burst& burst, Work work) {
    for_each_place_at(stage, burst, [&](Packet* const place) { work(*place); });
}

/// As how many frames a packet counts.
inline std::size_t frame_count(const Packet& packet) { return packet.fragments == 0 ? 1 : packet.fragments; }

/// Ends a packet. Its buffers are given back when the burst is done.
inline void drop(Appliance& appliance, Packet& packet, Reason reason) {
    appliance.counters.dropped[static_cast<std::size_t>(reason)] += frame_count(packet);
    if (packet.made_here)
        appliance.counters.dropped_made[static_cast<std::size_t>(reason)] += frame_count(packet);
    packet.at = At::settled;
}

/// Takes packets, made or received, through the stages.
void run(Appliance& appliance, std::span<Packet* const> packets, Time now);

Packet* acquire(Appliance& appliance);
/// Gives one buffer back.
void release(Appliance& appliance, Packet& packet);

// The stages: see stages.def.
#define STAGE(name, text) void name(Appliance& appliance, Burst& burst);
namespace stage {
#include "runtime/stages.def"
}

} // namespace runtime
