// The data plane as a plain router: ARP, forwarding, the balance of the counters, and packets cut at every length.
#include "tests/runtime/frames.hpp"

#include "runtime/checksum.hpp"
#include "runtime/neighbours.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

using namespace test_frames;
using test_platform::state;

/// UDP from 10.0.0.9 to 10.0.1.7.
Frame datagram(std::uint8_t ttl = 64, std::size_t data_bytes = 10) {
    Frame frame = ethernet(left_mac, 0x0800, 28 + data_bytes);
    const runtime::MutableBytes ip = ip_of(frame);
    runtime::put8(ip, 0, 0x45);
    runtime::put16(ip, 2, static_cast<std::uint16_t>(ip.size()));
    runtime::put8(ip, 8, ttl);
    runtime::put8(ip, 9, 17);
    runtime::put32(ip, 12, left_peer);
    runtime::put32(ip, 16, right_peer);
    seal(frame);
    runtime::put16(ip, 20, 1000);
    runtime::put16(ip, 22, 2000);
    runtime::put16(ip, 24, static_cast<std::uint16_t>(8 + data_bytes));
    return frame;
}

Frame with_destination(Frame frame, runtime::Ipv4Address destination) {
    runtime::put32(ip_of(frame), 16, destination);
    seal(frame);
    return frame;
}

const Frame neighbour_answers = arp(2, right_peer, right_address, right_mac);

} // namespace

TEST_CASE("a packet waits for its neighbour's MAC and then goes on") {
    boot();
    receive(0, datagram());
    REQUIRE(state().sent.size() == 1);
    CHECK(runtime::get16(state().sent[0].frame, 12) == 0x0806);
    CHECK(state().sent[0].nic == 1);
    CHECK(runtime::counters().waiting == 1);

    right_peer_answers();
    REQUIRE(state().sent.size() == 2);
    const auto& [nic, frame] = state().sent[1];
    CHECK(nic == 1);
    CHECK(runtime::get_mac(frame, 0) == peer_mac);
    CHECK(runtime::get_mac(frame, 6) == right_mac);
    CHECK(runtime::get8(frame, 14 + 8) == 63);
    CHECK(runtime::checksum(runtime::Bytes{frame}.subspan(14, 20)) == 0);
    CHECK(runtime::counters().waiting == 0);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("an unanswered neighbour is asked three times, then the packet is dropped and answered") {
    boot();
    left_peer_asks(); // so that the answer needs no ARP of its own
    state().sent.clear();
    receive(0, datagram());
    for (unsigned s = 1; s <= 3; ++s) runtime::tick(s * second_ns);
    CHECK(dropped(runtime::Reason::arp_failed) == 1);
    const auto requests = std::ranges::count_if(
        state().sent, [](const auto& sent) { return runtime::get16(sent.frame, 12) == 0x0806; });
    CHECK(requests == 3);
    const auto& answer = state().sent.back();
    CHECK(answer.nic == 0);
    CHECK(runtime::get8(answer.frame, 14 + 20) == 3); // unreachable
    CHECK(runtime::get8(answer.frame, 14 + 21) == 1); // host
    CHECK(runtime::counters().balanced());
}

TEST_CASE("a live neighbour is not overwritten by news that nobody asked for") {
    boot();
    receive(0, datagram());
    right_peer_answers();
    Frame forged = neighbour_answers;
    runtime::put_mac(forged, 14 + 8, {2, 0, 0, 6, 6, 6});
    receive(1, forged);
    receive(0, datagram());
    CHECK(runtime::get_mac(state().sent.back().frame, 0) == peer_mac);
}

TEST_CASE("a buffer that a NIC gave back within the burst may be used again at once") {
    boot();
    receive(0, datagram());
    right_peer_answers();
    left_peer_asks();
    // The first is sent and its buffer free when the third, whose neighbour is unknown, needs one to ask with.
    receive_burst(0, {datagram(), datagram(1), with_destination(datagram(), 0x0a000108)});
    CHECK(runtime::counters().waiting == 1);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("requests for our address are answered, others are not") {
    boot();
    receive(0, arp(1, 0x0a000009, 0x0a000001, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    REQUIRE(state().sent.size() == 1);
    CHECK(runtime::get16(state().sent[0].frame, 14 + 6) == 2);
    CHECK(runtime::get_mac(state().sent[0].frame, 14 + 8) == left_mac);
    receive(0, arp(1, 0x0a000009, 0x0a000002, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    CHECK(state().sent.size() == 1);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("too many packets for one silent neighbour are dropped by name") {
    boot();
    for (int i = 0; i < 10; ++i) receive(0, datagram());
    CHECK(runtime::counters().waiting == runtime::arp::waiting_per_neighbour);
    CHECK(dropped(runtime::Reason::arp_full) == 10 - runtime::arp::waiting_per_neighbour);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("a full transmit ring drops by name and gives the buffers back") {
    boot();
    receive(0, datagram());
    right_peer_answers();
    state().ring_room = 0;
    for (int i = 0; i < 300; ++i) receive(0, datagram()); // more than the pool has
    CHECK(dropped(runtime::Reason::queue_full) == 300);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("the statistics of a NIC") {
    boot();
    receive(0, datagram());
    right_peer_answers();
    state().ring_room = 0;
    receive(0, datagram());
    state().console.clear();
    runtime::print_statistics();
    CHECK(state().console.find("\nnic 0 received 2 sent 0 refused 0 held_ms 0\n"
                               "nic 1 received 1 sent 2 refused 1 held_ms 2\n") != std::string::npos);
}

TEST_CASE("a packet cut off at any length is dropped by name, and nothing is read beyond it") {
    boot();
    receive(0, datagram());
    right_peer_answers();
    const Frame whole = datagram();
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        const auto before = runtime::counters().all_dropped();
        receive(0, Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes)));
        CHECK(runtime::counters().all_dropped() == before + 1);
    }
    CHECK(dropped(runtime::Reason::not_ipv4) == 14);
    CHECK(dropped(runtime::Reason::bad_length) == whole.size() - 14);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("every byte of a packet set to every value never halts the data plane") {
    boot();
    receive(0, datagram());
    right_peer_answers();
    const Frame whole = datagram(64, 0);
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (unsigned value = 0; value < 256; ++value) {
            Frame frame = whole;
            frame[at] = static_cast<std::uint8_t>(value);
            receive(0, frame, at * second_ns);
        }
    CHECK(runtime::counters().balanced());
}
