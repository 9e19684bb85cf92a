// ARP under pressure: dead hosts, full tables, spoofed sources. Nothing waits for ever, nothing live is cut off.
#include "tests/runtime/frames.hpp"

#include "runtime/policy.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

namespace {

using namespace test_frames;
using test_platform::state;

/// A protocol without ports, from one address to another.
Frame packet(runtime::Ipv4Address source, runtime::Ipv4Address destination) {
    Frame frame = ethernet(left_mac, 0x0800, 20);
    const runtime::MutableBytes ip = ip_of(frame);
    runtime::put8(ip, 0, 0x45);
    runtime::put16(ip, 2, 20);
    runtime::put8(ip, 8, 64);
    runtime::put8(ip, 9, 47);
    runtime::put32(ip, 12, source);
    runtime::put32(ip, 16, destination);
    seal(frame);
    return frame;
}

/// Every buffer that nobody holds.
std::size_t free_buffers() {
    std::vector<runtime::Packet*> all;
    while (runtime::Packet* const one = runtime::acquire()) all.push_back(one);
    for (auto* one : all) runtime::release(*one);
    return all.size();
}

} // namespace

TEST_CASE("when nobody answers, in the end nothing waits and every buffer is back") {
    boot();
    const std::size_t buffers = free_buffers();
    std::mt19937 random(7);
    runtime::Time now = 0;
    for (int i = 0; i < 20'000; ++i) {
        // Spoofed sources on the left: the errors about dead hosts on the right need neighbours, too.
        const auto source = static_cast<runtime::Ipv4Address>(0x0a000002 + random() % 250);
        const auto destination = static_cast<runtime::Ipv4Address>(0x0a000102 + random() % 250);
        receive(0, packet(source, destination), now);
        if (random() % 8 == 0) runtime::tick(now += second_ns / 10);
    }
    for (int i = 0; i < 100; ++i) runtime::tick(now += second_ns);
    CHECK(runtime::counters().waiting == 0);
    CHECK(runtime::counters().balanced());
    CHECK(free_buffers() == buffers);
    CHECK(dropped(runtime::Reason::arp_failed) > 0);
}

TEST_CASE("questions about dead hosts do not cut off a live neighbour") {
    boot();
    receive(0, packet(left_peer, right_peer));
    right_peer_answers();
    for (runtime::Ipv4Address dead = 0x0a000110; dead < 0x0a0001f0; ++dead) {
        receive(0, packet(left_peer, dead));
        state().sent.clear();
        receive(0, packet(left_peer, right_peer));
        // Sent, or asked for anew: never dropped unheard.
        REQUIRE(state().sent.size() == 1);
        if (runtime::get16(state().sent[0].frame, 12) == 0x0806) right_peer_answers();
    }
    CHECK(runtime::counters().balanced());
}

TEST_CASE("no answer is believed that names a group (RFC 1812 3.3.2), and none of another hardware") {
    boot();
    receive(0, packet(left_peer, right_peer));
    const Frame right = arp(2, right_peer, right_address, right_mac);
    for (const auto& [at, value] : {std::pair{14 + 8, 0xff}, {14 + 8, 0x01}, {14 + 1, 6}, {14 + 3, 1}, {14 + 4, 8}}) {
        Frame wrong = right;
        runtime::put8(wrong, static_cast<std::size_t>(at), static_cast<std::uint8_t>(value));
        receive(1, wrong);
        CHECK(runtime::counters().waiting == 1);
    }
    receive(1, {right.begin(), right.begin() + 14 + 27});
    CHECK(runtime::counters().waiting == 1);
    receive(1, right);
    CHECK(runtime::counters().waiting == 0);
}

TEST_CASE("what is known of a neighbour is asked anew after a minute, used meanwhile, and given up (RFC 1122 2.3.2.1)") {
    boot();
    receive(0, packet(left_peer, right_peer));
    right_peer_answers();
    const auto sends = [](runtime::Time now) {
        state().sent.clear();
        receive(0, packet(left_peer, right_peer), now);
        std::vector<unsigned> types;
        for (const auto& sent : state().sent) types.push_back(runtime::get16(sent.frame, 12));
        return types;
    };
    using Types = std::vector<unsigned>;
    const runtime::Time stale = runtime::arp::fresh_ns;
    CHECK(sends(stale - 1) == Types{0x0800});
    CHECK(sends(stale) == Types{0x0806, 0x0800});
    CHECK(sends(stale + 1) == Types{0x0800}); // no more than one question a second
    SECTION("an answer makes it fresh") {
        right_peer_answers(stale + 2);
        CHECK(sends(stale + 2 + runtime::arp::fresh_ns - 1) == Types{0x0800});
        CHECK(sends(stale + 2 + runtime::arp::fresh_ns) == Types{0x0806, 0x0800});
    }
    SECTION("three questions without one, and it is unknown") {
        CHECK(sends(stale + second_ns) == Types{0x0806, 0x0800});
        CHECK(sends(stale + 2 * second_ns) == Types{0x0806, 0x0800});
        CHECK(sends(stale + 3 * second_ns) == Types{0x0806});
        CHECK(runtime::counters().waiting == 1);
    }
}

TEST_CASE("of the places where an address may stand, questions take at most two (RFC 6583)") {
    constexpr std::size_t ways = 4;
    boot();
    for (runtime::Ipv4Address dead = 0x0a000102; dead < 0x0a0001ff; ++dead) receive(0, packet(left_peer, dead));
    const auto all = runtime::linked_policy.neighbours;
    std::size_t full = 0;
    for (std::size_t set = 0; set < all.size(); set += ways) {
        const auto questions =
            std::ranges::count(all.subspan(set, ways), runtime::Neighbour::Is::asking, &runtime::Neighbour::is);
        CHECK(questions <= 2);
        full += questions == 2;
    }
    CHECK(full > 0);
}

TEST_CASE("the latest packets wait for a neighbour (RFC 1122 2.3.2.2)") {
    boot();
    const std::size_t buffers = free_buffers();
    for (std::uint16_t number = 0; number < 10; ++number) {
        Frame frame = packet(left_peer, right_peer);
        runtime::put16(ip_of(frame), 4, number);
        seal(frame);
        receive(0, frame);
    }
    CHECK(dropped(runtime::Reason::arp_full) == 6);
    state().sent.clear();
    right_peer_answers();
    REQUIRE(state().sent.size() == 4);
    for (std::uint16_t i = 0; i < 4; ++i) CHECK(runtime::get16(state().sent[i].frame, 14 + 4) == 6 + i);
    CHECK(runtime::counters().waiting == 0);
    CHECK(runtime::counters().balanced());
    CHECK(free_buffers() == buffers);
}

TEST_CASE("who claims our address is told otherwise, at most every ten seconds, and it stays ours (RFC 5227 2.4)") {
    boot();
    const Frame claim = GENERATE(arp(1, left_address, left_address, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
                                 arp(2, left_address, left_peer, left_mac), arp(1, left_address, left_peer, left_mac));
    const auto announced = [&](runtime::Time now) {
        state() = {};
        receive(0, claim, now);
        if (state().sent.empty()) {
            CHECK(state().console.empty());
            return false;
        }
        REQUIRE(state().sent.size() == 1);
        const Frame& frame = state().sent[0].frame;
        CHECK(runtime::get_mac(frame, 0) == runtime::Mac{0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
        CHECK(runtime::get_mac(frame, 14 + 8) == left_mac);
        CHECK(runtime::get32(frame, 14 + 14) == left_address);
        CHECK(runtime::get32(frame, 14 + 24) == left_address);
        CHECK(state().console == "arp left: 02:00:0a:00:00:09 claims our address 10.0.0.1\n");
        return true;
    };
    const runtime::Time begin = second_ns, interval = runtime::arp::defend_interval_ns;
    CHECK(announced(begin));
    CHECK_FALSE(announced(begin));
    CHECK_FALSE(announced(begin + interval - 1));
    CHECK(announced(begin + interval));
    CHECK(std::ranges::all_of(runtime::linked_policy.neighbours,
                              [](const auto& entry) { return entry.is == runtime::Neighbour::Is::free; }));
    CHECK(runtime::counters().balanced());
}

TEST_CASE("our own address by our own NIC is no claim, nor is another Iface's, nor a probe") {
    boot();
    Frame own = arp(1, left_address, left_address, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    runtime::put_mac(own, 14 + 8, left_mac);
    receive(0, own);
    receive(0, arp(1, right_address, right_address, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    receive(0, arp(2, 0, 0, left_mac));
    CHECK(state().sent.empty());
    CHECK(state().console.empty());
}

TEST_CASE("a probe for our address is answered, and nothing is learnt from it (RFC 5227)") {
    boot();
    receive(0, arp(1, 0, left_address, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    REQUIRE(state().sent.size() == 1);
    CHECK(runtime::get16(state().sent[0].frame, 14 + 6) == 2);
    CHECK(std::ranges::all_of(runtime::linked_policy.neighbours,
                              [](const auto& entry) { return entry.is == runtime::Neighbour::Is::free; }));
}
