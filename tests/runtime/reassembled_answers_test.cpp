// What the appliance answers to datagrams that came in fragments.
#include "tests/runtime/scene.hpp"

#include "runtime/checksum.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

using namespace test_frames;
using runtime::Reason;
using test_firewall::behaviour;
using test_platform::state;

/// The one answer sent to the left, an ICMP error that quotes `quoted` as it came.
void check_error(std::uint8_t type, std::uint8_t code, const Frame& quoted) {
    const auto answers = sent_by(0);
    REQUIRE(answers.size() == 1);
    const runtime::Bytes icmp = ip_of(answers[0]).subspan(20);
    CHECK(runtime::get8(icmp, 0) == type);
    CHECK(runtime::get8(icmp, 1) == code);
    CHECK(runtime::checksum(icmp) == 0);
    const runtime::Bytes inner = icmp.subspan(8);
    CHECK(inner.size() == 548);
    CHECK(std::equal(inner.begin(), inner.end(), ip_of(quoted).begin()));
}

/// What the data of a ping must come back in.
std::vector<std::uint8_t> reply_to(const Whole& request) {
    auto message = request.payload;
    message[0] = 0;
    runtime::put16(message, 2, 0);
    runtime::put16(message, 2, runtime::checksum(message));
    return message;
}

} // namespace

TEST_CASE("a rejected datagram is answered once, about the fragment at offset 0 as it came") {
    auto frames = cut(udp(4000));
    runtime::put8(ip_of(frames[1]), 8, 5);
    seal(frames[1]);
    std::ranges::reverse(frames);
    set_scene();
    behaviour().forward = test_firewall::reject;
    receive_burst(0, frames);
    CHECK(dropped(Reason::reject) == 3);
    check_error(3, 13, frames[2]);
    check_nothing_left();
}

TEST_CASE("a rejected packet that is no fragment is quoted as it came, too") {
    const auto frames = cut(udp(1000));
    set_scene();
    behaviour().forward = test_firewall::reject;
    receive_each(0, frames);
    check_error(3, 13, frames[0]);
    check_nothing_left();
}

TEST_CASE("the TTL of any fragment may run out for all") {
    auto frames = cut(udp(4000));
    runtime::put8(ip_of(frames[2]), 8, 1);
    seal(frames[2]);
    set_scene();
    receive_each(0, frames);
    CHECK(dropped(Reason::ttl) == 3);
    check_error(11, 0, frames[0]);
    check_nothing_left();
}

TEST_CASE("a datagram to an unknown network is answered once") {
    Whole whole = udp(0);
    whole.destination = 0x0b000001;
    whole.payload.resize(4000);
    runtime::put16(whole.payload, 6, 0); // no checksum
    const auto frames = cut(whole);
    set_scene();
    receive_each(0, frames);
    CHECK(dropped(Reason::no_route) == 3);
    check_error(3, 0, frames[0]);
    check_nothing_left();
}

TEST_CASE("a datagram for ourselves is delivered once, and its port unreachable") {
    Whole whole = udp(4000);
    whole.destination = left_address;
    runtime::put16(whole.payload, 6, 0);
    const auto frames = cut(whole);
    set_scene();
    const auto before = runtime::counters();
    receive_each(0, frames);
    CHECK(runtime::counters().delivered == before.delivered + 1);
    CHECK(runtime::counters().merged == 2);
    CHECK(runtime::counters().made == before.made + 1);
    check_error(3, 3, frames[0]);
    check_nothing_left();
}

TEST_CASE("a reset acknowledges the data of all fragments") {
    Whole whole = tcp(4000, 0x02 | 0x08); // SYN PSH: fragments of what no peer knows yet
    set_scene();
    behaviour().forward = test_firewall::reject;
    receive_each(0, cut(whole));
    const auto answers = sent_by(0);
    REQUIRE(answers.size() == 1);
    CHECK(ip_of(answers[0]).size() == 40);
    CHECK(runtime::get32(ip_of(answers[0]), 20 + 8) == 5'000 + 4000 + 1);
    check_nothing_left();
}

TEST_CASE("a broadcast datagram is delivered and not answered") {
    Whole whole = udp(4000);
    whole.destination = 0x0a0000ff;
    whole.to = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    runtime::put16(whole.payload, 6, 0);
    set_scene();
    receive_each(0, cut(whole));
    CHECK(runtime::counters().merged == 2);
    CHECK(state().sent.empty());
    check_nothing_left();
}

TEST_CASE("a long ping comes back in fragments") {
    Whole request = ping(4000, left_address);
    request.tos = 0x28;
    std::vector<Frame> frames = cut(request);
    SECTION("in order") {}
    SECTION("reversed") { std::ranges::reverse(frames); }
    SECTION("in pieces of odd sizes, with options") {
        request.options_bytes = 12;
        frames = {fragment(request, 0, 8), fragment(request, 8, 1400), fragment(request, 1400, 1408),
                  fragment(request, 1408, 2880), fragment(request, 2880, 4000), fragment(request, 4000, 4008)};
    }
    SECTION("in many small pieces") { frames = cut(request, 64); }
    set_scene();
    const auto before = runtime::counters();
    receive_each(0, frames);
    const auto replies = sent_by(0);
    REQUIRE(replies.size() == 3);
    CHECK(joined(replies) == reply_to(request));
    for (const Frame& reply : replies) {
        const runtime::Bytes ip = ip_of(reply);
        CHECK(runtime::get8(ip, 0) == 0x45);
        CHECK(runtime::get8(ip, 1) == 0x28);
        CHECK(runtime::get16(ip, 4) == request.identification);
        CHECK((runtime::get16(ip, 6) & 0x4000) == 0);
        CHECK(runtime::get8(ip, 8) == 64);
        CHECK(runtime::get32(ip, 12) == left_address);
        CHECK(runtime::get32(ip, 16) == left_peer);
        CHECK(runtime::get_mac(reply, 0) == peer_mac);
    }
    CHECK(ip_of(replies[0]).size() == 1500);
    CHECK(ip_of(replies[1]).size() == 1500);
    CHECK(behaviour().seen_by_output.size() == 1);
    CHECK(behaviour().seen_by_output[0].length == 4028);
    CHECK(behaviour().seen_by_output[0].fragment_offset == 0);
    CHECK(behaviour().seen_by_output[0].state == runtime::State::established);
    const auto& after = runtime::counters();
    CHECK(after.delivered == before.delivered + 1);
    CHECK(after.merged == frames.size() - 1);
    CHECK(after.made == before.made + 1);
    CHECK(after.split == 2);
    CHECK(after.sent == before.sent + 3);
    check_nothing_left();
}

TEST_CASE("the longest ping comes back") {
    const Whole request = ping(65515 - 8, left_address);
    set_scene();
    receive_each(0, cut(request));
    CHECK(sent_by(0).size() == 45);
    CHECK(joined(sent_by(0)) == reply_to(request));
    check_nothing_left();
}

TEST_CASE("a ping of every length about the MTU comes back right") {
    for (std::size_t bytes = 1464; bytes <= 1490; ++bytes) {
        const Whole request = ping(bytes, left_address);
        set_scene();
        receive_each(0, cut(request, 488));
        const auto replies = sent_by(0);
        REQUIRE(replies.size() == (bytes + 8 > 1480 ? 2 : 1));
        CHECK(joined(replies) == reply_to(request));
        const runtime::Bytes ip = ip_of(replies[0]);
        if (replies.size() == 1) {
            CHECK(runtime::get16(ip, 4) == 0);
            CHECK(runtime::get16(ip, 6) == 0x4000);
        }
        check_nothing_left();
    }
}

TEST_CASE("a long reply that the policy drops is one packet") {
    set_scene();
    const auto arrival = cut(ping(4000, left_address));
    SECTION("dropped") {
        behaviour().output = test_firewall::drop;
        receive_each(0, arrival);
        CHECK(dropped(Reason::filter) == 1);
    }
    SECTION("rejected, which nobody is told") {
        behaviour().output = test_firewall::reject;
        receive_each(0, arrival);
        CHECK(dropped(Reason::reject) == 1);
    }
    CHECK(runtime::counters().split == 0);
    CHECK(state().sent.empty());
    check_nothing_left();
}

TEST_CASE("a long reply waits for its neighbour as one packet") {
    const Whole request = ping(4000, left_address);
    set_silent_scene();
    receive_each(0, cut(request));
    CHECK(runtime::counters().waiting == 1);
    CHECK(runtime::counters().balanced());
    SECTION("until it answers") {
        receive(0, arp(2, left_peer, left_address, left_mac));
        CHECK(joined(sent_by(0)) == reply_to(request));
        CHECK(runtime::counters().split == 2);
    }
    SECTION("or does not") {
        for (unsigned s = 1; s <= 3; ++s) runtime::tick(s * second_ns);
        CHECK(dropped(Reason::arp_failed) == 1);
        CHECK(runtime::counters().split == 0);
    }
    check_nothing_left();
}

TEST_CASE("a ping on its way to an address of ours on another Iface is answered, too") {
    const Whole request = ping(4000, right_address);
    set_scene();
    receive_each(0, cut(request));
    CHECK(behaviour().seen_by_forward.size() == 1);
    CHECK(joined(sent_by(0)) == reply_to(request));
    check_nothing_left();
}

TEST_CASE("an ICMP error whose quoted header lies in several fragments is related to its flow") {
    const auto question = cut(udp(100));
    set_scene();
    receive_each(0, question);
    Whole error;
    error.protocol = 1;
    error.source = right_peer;
    error.destination = left_peer;
    error.to = right_mac;
    error.payload = {3, 3, 0, 0, 0, 0, 0, 0};
    const runtime::Bytes quoted = ip_of(question[0]);
    error.payload.insert(error.payload.end(), quoted.begin(), quoted.end());
    runtime::put16(error.payload, 2, runtime::checksum(error.payload));
    receive_each(1, cut(error, 8));
    REQUIRE(behaviour().seen_by_forward.size() == 2);
    CHECK(behaviour().seen_by_forward[1].state == runtime::State::related);
    CHECK(sent_by(0).size() == cut(error, 8).size());
    check_nothing_left();
}
