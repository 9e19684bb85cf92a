// A burst is as its packets one by one where packets are translated, too: which replies a flow will have is
// known only when its first packet is through.
#include "tests/runtime/nat.hpp"
#include "tests/runtime/pieces.hpp"

#include "runtime/policy.hpp"

#include <catch2/catch.hpp>

#include <random>

namespace {

using namespace test_frames;

Frame random_frame(std::mt19937& random) {
    Whole whole = random() % 5 == 0   ? ping(8, test_nat::address)
                  : random() % 2 == 0 ? udp(random() % 20)
                                      : tcp(4, random() % 2 == 0 ? 2 : 16);
    whole.source = test_nat::hosts[random() % 3];
    whole.destination = random() % 3 == 0 ? 0x0a000107 : test_nat::address;
    if (random() % 4 == 0) whole.destination = test_nat::hosts[random() % 3];
    if (whole.destination == whole.source) whole.destination = test_nat::address;
    if (whole.protocol != 1) {
        whole.payload[0] = whole.payload[2] = 0;
        whole.payload[1] = static_cast<std::uint8_t>(random() % 6);
        whole.payload[3] = static_cast<std::uint8_t>(random() % 6);
    } else {
        whole.payload[0] = random() % 2 == 0 ? 8 : 0;
    }
    return fragment(whole, 0, whole.payload.size());
}

struct Played {
    std::vector<Frame> sent;
    std::vector<runtime::Ipv4Address> seen;
    std::array<std::uint64_t, runtime::reason_names.size()> dropped;
};

Played play(std::uint32_t seed, std::size_t burst_packets) {
    boot();
    for (const auto host : test_nat::hosts) receive(0, arp(1, host, left_address, left_mac));
    right_peer_answers();
    receive(1, arp(1, right_peer, right_address, right_mac));
    test_platform::state().sent.clear();
    test_nat::seen().clear();
    std::mt19937 random(seed);
    runtime::Time now = 0;
    for (int round = 0; round < 60; ++round, now += second_ns / 3) {
        std::vector<Frame> frames;
        for (int i = 0; i < 32; ++i) frames.push_back(random_frame(random));
        for (std::size_t first = 0; first < frames.size(); first += burst_packets)
            receive_burst(0,
                          {frames.begin() + static_cast<std::ptrdiff_t>(first),
                           frames.begin() + static_cast<std::ptrdiff_t>(first + burst_packets)},
                          now);
    }
    Played played{{}, test_nat::seen(), runtime::counters().dropped};
    for (const auto nic : {0, 1}) // what leaves by different NICs has no order
        for (const auto& sent : test_platform::state().sent)
            if (sent.nic == nic) played.sent.push_back(sent.frame);
    CHECK(runtime::counters().balanced());
    return played;
}

} // namespace

TEST_CASE("a burst that is translated is as its packets one by one") {
    std::uint64_t exhausted = 0, translated = 0;
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        const auto one_by_one = play(seed, 1);
        exhausted += one_by_one.dropped[static_cast<std::size_t>(runtime::Reason::nat_exhausted)];
        translated += one_by_one.sent.size();
        for (const std::size_t burst : {2, 8, 32}) {
            CAPTURE(seed, burst);
            const auto together = play(seed, burst);
            CHECK((together.seen == one_by_one.seen));
            CHECK((together.sent == one_by_one.sent));
            CHECK(together.dropped == one_by_one.dropped);
        }
    }
    CHECK(exhausted > 100);
    CHECK(translated > 10'000);
}
