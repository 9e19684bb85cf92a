// A burst is as its packets one by one: whatever a packet's fate depends on, packets before it in the same burst have
// decided it. Hosts on one network talk through the firewall, so that both directions of a flow come in one burst.
#include "tests/runtime/scene.hpp"

#include "runtime/checksum.hpp"
#include "runtime/fields.hpp"

#include <catch2/catch.hpp>

#include <random>

namespace {

using namespace test_frames;

constexpr runtime::Ipv4Address hosts[] = {0x0a000009, 0x0a00000a, 0x0a00000b};

Frame random_frame(std::mt19937& random) {
    const auto from = random() % 3, to = (from + 1 + random() % 2) % 3;
    Whole whole;
    switch (random() % 4) {
    case 0: whole = udp(random() % 30); break;
    case 1: whole = ping(8, hosts[to]); break;
    default: {
        using namespace runtime::tcp_flag;
        constexpr unsigned flags[] = {syn, syn, syn | ack, ack, ack, rst, fin | ack};
        whole = tcp(random() % 3, flags[random() % std::size(flags)]);
        // Such that some of them follow on each other, where connections are followed.
        runtime::put32(whole.payload, 4, 5'000 + static_cast<std::uint32_t>(random() % 4));
        runtime::put32(whole.payload, 8, 5'000 + static_cast<std::uint32_t>(random() % 4));
        runtime::put16(whole.payload, 14, 4);
    }
    }
    whole.source = hosts[from];
    whole.destination = hosts[to];
    whole.ttl = static_cast<std::uint8_t>(random() % 20 == 0 ? 1 : 64);
    if (whole.protocol == 1) {
        whole.payload[0] = random() % 2 == 0 ? 8 : 0; // a request or a reply
    } else { // few ports, so that packets are of each other's flows
        whole.payload[1] = static_cast<std::uint8_t>(random() % 3);
        whole.payload[3] = static_cast<std::uint8_t>(random() % 3);
        whole.payload[0] = whole.payload[2] = 0;
    }
    return fragment(whole, 0, whole.payload.size());
}

struct Played {
    std::vector<Frame> sent;
    std::vector<runtime::State> states;
    std::array<std::uint64_t, runtime::reason_names.size()> dropped;
};

Played play(std::uint32_t seed, std::size_t burst_packets, std::uint32_t verdict) {
    set_scene();
    test_firewall::behaviour() = {};
    test_firewall::behaviour().forward = verdict;
    for (const auto host : hosts) receive(0, arp(1, host, left_address, left_mac));
    test_platform::state().sent.clear();
    std::mt19937 random(seed);
    runtime::Time now = 0;
    for (int round = 0; round < 60; ++round, now += second_ns / 2) {
        std::vector<Frame> frames;
        for (int i = 0; i < 32; ++i) frames.push_back(random_frame(random));
        for (std::size_t first = 0; first < frames.size(); first += burst_packets)
            receive_burst(0, {frames.begin() + static_cast<std::ptrdiff_t>(first),
                              frames.begin() + static_cast<std::ptrdiff_t>(first + burst_packets)},
                          now);
    }
    Played played{sent_by(0), {}, runtime::counters().dropped};
    for (const auto& seen : test_firewall::behaviour().seen_by_forward) played.states.push_back(seen.state);
    CHECK(runtime::counters().balanced());
    return played;
}

} // namespace

TEST_CASE("a burst is as its packets one by one") {
    for (const auto verdict : {test_firewall::accept, test_firewall::drop})
        for (std::uint32_t seed = 1; seed <= 20; ++seed) {
            const auto one_by_one = play(seed, 1, verdict);
            for (const std::size_t burst : {2, 8, 32}) {
                CAPTURE(verdict, seed, burst);
                const auto together = play(seed, burst, verdict);
                CHECK((together.states == one_by_one.states));
                CHECK((together.sent == one_by_one.sent));
                CHECK(together.dropped == one_by_one.dropped);
            }
        }
}
