// The Load_balancer in the data plane: a burst is as its packets one by one, though which servers are up is
// for earlier packets to say; and what a Timer tells of it.
#include "tests/runtime/pieces.hpp"

#include "runtime/checksum.hpp"
#include "runtime/fields.hpp"

#include <catch2/catch.hpp>

#include <random>

namespace {

using namespace test_frames;
using runtime::tcp_flag::ack;
using runtime::tcp_flag::rst;
using runtime::tcp_flag::syn;

constexpr std::array<runtime::Ipv4Address, 4> hosts = {0x0a000008, 0x0a000009, 0x0a00000a, 0x0a00000b};

Frame segment(runtime::Ipv4Address from, std::uint16_t sport, std::uint16_t dport, unsigned flags) {
    Whole whole = tcp(0, flags);
    whole.source = from;
    whole.destination = left_address;
    runtime::put16(whole.payload, 0, sport);
    runtime::put16(whole.payload, 2, dport);
    runtime::put16(whole.payload, 16, 0);
    runtime::put16(whole.payload, 16,
                   runtime::checksum(whole.payload, runtime::pseudo_header_sum(from, left_address, 6, 20)));
    return fragment(whole, 0, whole.payload.size());
}

void boot_with_neighbours() {
    boot();
    for (const auto host : hosts) receive(0, arp(1, host, left_address, left_mac));
    test_platform::state().sent.clear();
    test_platform::state().console.clear();
}

/// Of a client, or of one of the servers: the last two hosts.
Frame random_frame(std::mt19937& random) {
    const auto port = static_cast<std::uint16_t>(40000 + random() % 12);
    if (random() % 2 == 0) return segment(hosts[random() % 2], port, 80, random() % 4 == 0 ? +ack : +syn);
    constexpr std::array flags = {syn | ack, rst | ack, rst | ack, +ack};
    return segment(hosts[2 + random() % 2], static_cast<std::uint16_t>(8080 + random() % 2), port,
                   flags[random() % flags.size()]);
}

struct Played {
    std::vector<Frame> sent;
    std::array<std::uint64_t, runtime::reason_names.size()> dropped;

    std::uint64_t count(runtime::Reason reason) const { return dropped[static_cast<std::size_t>(reason)]; }
};

Played play(std::uint32_t seed, std::size_t burst_packets) {
    boot_with_neighbours();
    std::mt19937 random(seed);
    runtime::Time now = 0;
    // Shorter than neighbours are good for: whom they are asked for first would show in the order of frames.
    for (int round = 0; round < 55; ++round, now += second_ns * (random() % 2)) {
        std::vector<Frame> frames;
        for (int i = 0; i < 32; ++i) frames.push_back(random_frame(random));
        for (std::size_t first = 0; first < frames.size(); first += burst_packets)
            receive_burst(0,
                          {frames.begin() + static_cast<std::ptrdiff_t>(first),
                           frames.begin() + static_cast<std::ptrdiff_t>(first + burst_packets)},
                          now);
    }
    Played played{{}, runtime::counters().dropped};
    for (const auto& sent : test_platform::state().sent) played.sent.push_back(sent.frame);
    CHECK(runtime::counters().balanced());
    return played;
}

} // namespace

TEST_CASE("a burst that is balanced is as its packets one by one") {
    std::uint64_t full = 0, without_server = 0, sent = 0;
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        const auto one_by_one = play(seed, 1);
        full += one_by_one.count(runtime::Reason::limit_full);
        without_server += one_by_one.count(runtime::Reason::no_server);
        sent += one_by_one.sent.size();
        for (const std::size_t burst : {2, 8, 32}) {
            CAPTURE(seed, burst);
            const auto together = play(seed, burst);
            CHECK((together.sent == one_by_one.sent));
            CHECK(together.dropped == one_by_one.dropped);
        }
    }
    CHECK(full > 100);
    CHECK(without_server > 20);
    CHECK(sent > 10'000);
}

TEST_CASE("a Timer tells how many flows there are, who has them, and who is up") {
    boot_with_neighbours();
    receive(0, segment(hosts[0], 40000, 80, syn));
    receive(0, segment(hosts[0], 40001, 80, syn));
    receive(0, segment(hosts[2], 8080, 40000, syn | ack));
    receive(0, segment(hosts[3], 8080, 40001, rst | ack));
    runtime::tick(second_ns);
    CHECK(test_platform::state().console == "lb flows 2 of 9 waiting 0 of 7\n"
                                            "lb server 10.0.0.10:8080 up flows 1\n"
                                            "lb server 10.0.0.11:8080 down flows 1\n"
                                            "lb server 10.0.0.11:8081 up flows 0\n");
    test_platform::state().console.clear();
    runtime::tick(11 * second_ns); // unfinished handshakes are over, whether a packet has come since or not
    CHECK(test_platform::state().console.starts_with("lb flows 0 of 9 waiting 0 of 7\n"));
}
