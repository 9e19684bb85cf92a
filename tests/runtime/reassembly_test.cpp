// Fragments on their way through: what is held, what goes on, and what is dropped by which name.
#include "tests/runtime/scene.hpp"

#include "runtime/fragments.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace test_frames;
using runtime::Reason;
using test_firewall::behaviour;
using test_platform::state;

constexpr runtime::Time timeout_ns = runtime::reassembly::timeout_ns;

std::vector<Frame> all_forwarded(std::vector<Frame> frames) {
    std::ranges::transform(frames, frames.begin(), forwarded);
    return frames;
}

/// Two fragments are held; then a third comes that cannot be of the same datagram.
void overlaps(const Whole& whole, const Frame& late) {
    set_scene();
    receive(0, fragment(whole, 0, 800));
    receive(0, fragment(whole, 1600, 2400));
    CHECK(runtime::counters().waiting == 2);
    receive(0, late);
    CHECK(dropped(Reason::fragment_overlap) == 3);
    check_nothing_left();
    receive_each(0, cut(whole)); // it is forgotten, and may come again
    CHECK(sent_by(1).size() == 3);
    check_nothing_left();
}

} // namespace

TEST_CASE("a datagram is decided once, as a whole, and goes on as it came") {
    const bool in_one_burst = GENERATE(false, true);
    const std::string order = GENERATE("in order", "reversed", "rotated");
    INFO(order << ", in one burst: " << in_one_burst);
    auto frames = cut(udp(4000));
    if (order == "reversed") std::ranges::reverse(frames);
    if (order == "rotated") std::ranges::rotate(frames, frames.begin() + 2);
    set_scene();
    const auto before = runtime::counters();
    if (in_one_burst) {
        receive_burst(0, frames);
    } else {
        receive(0, frames[0]);
        receive(0, frames[1]);
        CHECK(runtime::counters().waiting == 2);
        CHECK(runtime::counters().balanced());
        CHECK(state().sent.empty());
        receive(0, frames[2]);
    }
    CHECK(sent_by(1) == all_forwarded(frames));
    REQUIRE(behaviour().seen_by_forward.size() == 1);
    const auto seen = behaviour().seen_by_forward[0];
    CHECK(seen.length == 20 + 4008);
    CHECK(seen.fragment_offset == 0);
    CHECK(seen.ttl == 63);
    CHECK(seen.udp_dport == 2000);
    CHECK(runtime::counters().received == before.received + 3);
    CHECK(runtime::counters().sent == before.sent + 3);
    check_nothing_left();
}

TEST_CASE("datagrams whose fragments come mixed, with other packets between, go on each for itself") {
    Whole one = udp(3000), other = udp(2000), plain = udp(100);
    other.identification = 8;
    const auto a = cut(one), b = cut(other);
    const auto p = cut(plain);
    set_scene();
    receive_burst(0, {a[2], b[1], p[0], a[0], b[0], p[0], a[1], p[0]});
    // A datagram has the place of the fragment that completed it.
    CHECK(sent_by(1) == all_forwarded({p[0], b[1], b[0], p[0], a[2], a[0], a[1], p[0]}));
    CHECK(behaviour().seen_by_forward.size() == 5);
    check_nothing_left();
}

TEST_CASE("fragments that differ in source, destination, protocol or Iface are of different datagrams") {
    Whole whole = udp(2000);
    const auto frames = cut(whole);
    set_scene();
    receive(0, frames[0]);
    Whole other = whole;
    SECTION("source") { other.source = left_peer + 1; }
    SECTION("destination") { other.destination = right_peer + 1; }
    SECTION("protocol") { other.protocol = 99; }
    SECTION("identification") { other.identification = 8; }
    SECTION("Iface") { other.to = right_mac; }
    receive(other.to == right_mac ? 1 : 0, cut(other)[1]);
    CHECK(runtime::counters().waiting == 2);
    runtime::tick(timeout_ns);
    CHECK(dropped(Reason::reassembly_timeout) == 2);
    check_nothing_left();
}

TEST_CASE("a fragment that cannot be one is dropped alone") {
    Whole whole = udp(4000);
    set_scene();
    Frame frame;
    Reason reason = Reason::bad_length;
    SECTION("not the last, and not of whole units") { frame = fragment(whole, 1480, 2959, true); }
    SECTION("not the last, and empty") { frame = fragment(whole, 1480, 1480, true); }
    SECTION("the last, and empty") { frame = fragment(whole, 1480, 1480, false); }
    SECTION("beyond the longest datagram") {
        frame = fragment(whole, 65512, 65516, false);
        reason = Reason::fragment_too_long;
    }
    SECTION("beyond the longest datagram, at the last offset") {
        frame = fragment(whole, 8 * 0x1fff, 8 * 0x1fff + 8, false);
        reason = Reason::fragment_too_long;
    }
    SECTION("TCP header cut off") {
        frame = fragment(tcp(100, 0x10), 0, 16, true);
        reason = Reason::fragment_tiny;
    }
    SECTION("TCP at offset 8") {
        frame = fragment(tcp(100, 0x10), 8, 120);
        reason = Reason::fragment_tiny;
    }
    receive(0, frame);
    CHECK(dropped(reason) == 1);
    check_nothing_left();
}

TEST_CASE("a fragment that ends where the longest datagram does is held") {
    set_scene();
    receive(0, fragment(udp(100), 65512, 65515, false));
    CHECK(runtime::counters().waiting == 1);
    runtime::tick(timeout_ns);
    check_nothing_left();
}

TEST_CASE("a datagram whose header makes it too long is dropped when it is complete") {
    Whole whole = udp(65515 - 8);
    SECTION("without options it fits") {
        set_scene();
        receive_each(0, cut(whole));
        CHECK(sent_by(1).size() == 45);
        CHECK(behaviour().seen_by_forward.at(0).length == 65535);
        check_nothing_left();
    }
    SECTION("with options it does not") {
        whole.options_bytes = 4;
        set_scene();
        receive(0, fragment(whole, 0, 1472));
        for (std::size_t at = 1472; at < whole.payload.size(); at += 1480)
            receive(0, fragment(whole, at, std::min(at + 1480, whole.payload.size())));
        CHECK(dropped(Reason::fragment_too_long) == 45);
        CHECK(sent_by(1).empty());
        check_nothing_left();
    }
}

TEST_CASE("a complete datagram's transport is checked whatever way it goes") {
    Whole whole = udp(4000);
    Reason reason = Reason::bad_checksum;
    SECTION("a changed byte in the last fragment") { whole.payload.back() ^= 1; }
    SECTION("a length beyond the payload") {
        runtime::put16(whole.payload, 4, 4009);
        reason = Reason::bad_length;
    }
    set_scene();
    receive_each(0, cut(whole));
    CHECK(dropped(reason) == 3);
    CHECK(behaviour().seen_by_forward.empty());
    CHECK(sent_by(0).empty());
    check_nothing_left();
}

TEST_CASE("a UDP datagram without a checksum, and one shorter than its payload, are whole") {
    Whole whole = udp(4001);
    SECTION("no checksum") { runtime::put16(whole.payload, 6, 0); }
    SECTION("data behind the UDP length, of odd length") { whole.payload.resize(whole.payload.size() + 999); }
    set_scene();
    receive_each(0, cut(whole));
    CHECK(sent_by(1).size() == cut(whole).size());
    check_nothing_left();
}

TEST_CASE("fragments that contradict each other end the datagram") {
    const Whole whole = udp(3200);
    SECTION("a duplicate") { overlaps(whole, fragment(whole, 1600, 2400)); }
    SECTION("a duplicate of the first") { overlaps(whole, fragment(whole, 0, 800)); }
    SECTION("reaches into the next") { overlaps(whole, fragment(whole, 800, 1608)); }
    SECTION("begins in the one before") { overlaps(whole, fragment(whole, 792, 1600)); }
    SECTION("inside another") { overlaps(whole, fragment(whole, 1608, 1616)); }
    SECTION("around another") { overlaps(whole, fragment(whole, 1480, 2408)); }
    SECTION("a last one that ends before held bytes") { overlaps(whole, fragment(whole, 800, 1600, false)); }
}

TEST_CASE("once the end is known, nothing lies behind it, and no other fragment is the last") {
    const Whole whole = udp(3200);
    set_scene();
    receive(0, fragment(whole, 1600, 2400, false));
    SECTION("a fragment behind the end") { receive(0, fragment(whole, 2400, 3200, true)); }
    SECTION("a second last one behind the end") { receive(0, fragment(whole, 2400, 3200, false)); }
    SECTION("a second last one before the end") { receive(0, fragment(whole, 800, 1600, false)); }
    SECTION("a second last one in the same place") { receive(0, fragment(whole, 1600, 2400, false)); }
    CHECK(dropped(Reason::fragment_overlap) == 2);
    check_nothing_left();
}

TEST_CASE("what is incomplete is dropped 30 s after its first-come fragment") {
    const auto frames = cut(udp(4000));
    set_scene();
    receive(0, frames[1], 5);
    receive(0, frames[2], 20 * second_ns);
    SECTION("at a tick") {
        runtime::tick(5 + timeout_ns - 1);
        CHECK(runtime::counters().waiting == 2);
        runtime::tick(5 + timeout_ns);
        CHECK(dropped(Reason::reassembly_timeout) == 2);
        check_nothing_left();
    }
    SECTION("before a frame is looked at") {
        receive(0, frames[0], 5 + timeout_ns);
        CHECK(dropped(Reason::reassembly_timeout) == 2);
        CHECK(runtime::counters().waiting == 1);
        receive(0, frames[1], 6 + timeout_ns);
        receive(0, frames[2], 6 + timeout_ns);
        CHECK(sent_by(1).size() == 3);
        check_nothing_left();
    }
    SECTION("not before") {
        receive(0, frames[0], 5 + timeout_ns - 1);
        CHECK(sent_by(1).size() == 3);
        check_nothing_left();
    }
}

TEST_CASE("as many datagrams are held as there is room for, and the oldest gives way") {
    set_scene();
    Whole whole = udp(2000);
    for (std::uint16_t id = 0; id < 65; ++id) {
        whole.identification = id;
        receive(0, cut(whole)[0], id);
    }
    CHECK(runtime::counters().waiting == 64);
    CHECK(dropped(Reason::reassembly_evicted) == 1);
    whole.identification = 30;
    receive(0, cut(whole)[1], 64); // one of them is completed
    CHECK(sent_by(1).size() == 2);
    whole.identification = 0;
    receive(0, cut(whole)[1], 64); // the first one was forgotten; what comes of it has the free place
    CHECK(sent_by(1).size() == 2);
    CHECK(dropped(Reason::reassembly_timeout) == 0);
    state().console.clear();
    runtime::tick(timeout_ns + 1);
    CHECK(state().console == "reassembly_evicted: 1 packet refused\n");
    CHECK(runtime::counters().waiting == 63);
    runtime::tick(timeout_ns + 64);
    CHECK(dropped(Reason::reassembly_timeout) == 64);
    check_nothing_left();
}

TEST_CASE("a datagram of 64 fragments goes on, one of 65 never does") {
    set_scene();
    const Whole whole = udp(64 * 16 - 8);
    receive_each(0, cut(whole, 16));
    CHECK(sent_by(1).size() == 64);
    check_nothing_left();

    set_scene();
    receive_each(0, cut(udp(65 * 16 - 8), 16));
    CHECK(dropped(Reason::reassembly_full) == 1);
    CHECK(runtime::counters().waiting == 64);
    runtime::tick(timeout_ns);
    CHECK(dropped(Reason::reassembly_timeout) == 64);
    check_nothing_left();
}

TEST_CASE("256 fragments are held together, and the oldest datagram gives way with all of its own") {
    set_scene();
    Whole whole = udp(60 * 16 - 8);
    for (std::uint16_t id = 0; id < 5; ++id) {
        whole.identification = id;
        auto pieces = cut(whole, 16);
        pieces.pop_back();
        receive_each(0, pieces);
    }
    CHECK(runtime::counters().waiting == 4 * 59);
    CHECK(dropped(Reason::reassembly_evicted) == 59);
    runtime::tick(timeout_ns);
    check_nothing_left();
}

TEST_CASE("a datagram's TTL is the smallest of its fragments', and each goes on with its own") {
    Whole whole = udp(4000);
    auto frames = cut(whole);
    for (std::size_t i = 0; i < 3; ++i) {
        runtime::put8(ip_of(frames[i]), 8, static_cast<std::uint8_t>(std::array{64, 9, 70}[i]));
        seal(frames[i]);
    }
    set_scene();
    receive_each(0, frames);
    CHECK(behaviour().seen_by_forward.at(0).ttl == 8);
    CHECK(sent_by(1) == all_forwarded(frames));
    check_nothing_left();
}

TEST_CASE("options and the don't-fragment bit of fragments survive") {
    Whole whole = udp(4000);
    whole.options_bytes = 8;
    std::vector<Frame> frames = {fragment(whole, 0, 800), fragment(whole, 800, 2000), fragment(whole, 2000, 3200),
                                 fragment(whole, 3200, 4008)};
    for (Frame& frame : frames) {
        runtime::put16(ip_of(frame), 6, static_cast<std::uint16_t>(runtime::get16(ip_of(frame), 6) | 0x4000));
        seal(frame);
    }
    set_scene();
    receive_each(0, frames);
    CHECK(behaviour().seen_by_forward.at(0).length == 28 + 4008);
    CHECK(sent_by(1) == all_forwarded(frames));
    check_nothing_left();
}

TEST_CASE("a verdict about a datagram counts for each fragment") {
    set_scene();
    behaviour().forward = test_firewall::drop;
    receive_each(0, cut(udp(4000)));
    CHECK(dropped(Reason::filter) == 3);
    CHECK(sent_by(0).empty());
    CHECK(sent_by(1).empty());
    check_nothing_left();
}

TEST_CASE("a datagram without a flow that may open one finds the flow table full as a whole") {
    set_scene();
    for (std::uint16_t port = 0; port < 64; ++port) {
        Whole whole = udp(10);
        runtime::put16(whole.payload, 0, port);
        runtime::put16(whole.payload, 6, 0);
        receive_each(0, cut(whole));
    }
    receive_each(0, cut(udp(4000)));
    CHECK(dropped(Reason::ct_full) == 3);
    check_nothing_left();
}

TEST_CASE("a datagram waits for its neighbour with all its fragments") {
    const auto frames = cut(udp(4000));
    set_silent_scene();
    left_peer_asks();
    receive_burst(0, frames);
    CHECK(runtime::counters().waiting == 3);
    CHECK(runtime::counters().balanced());
    SECTION("until it answers") {
        right_peer_answers();
        CHECK(sent_by(1) == all_forwarded(frames));
    }
    SECTION("until it is given up, and its sender is told once") {
        for (unsigned s = 1; s <= 3; ++s) runtime::tick(s * second_ns);
        CHECK(dropped(Reason::arp_failed) == 3);
        CHECK(sent_by(0).size() == 1);
        CHECK(sent_by(1).empty());
    }
    check_nothing_left();
}

TEST_CASE("64 buffers wait for all neighbours: what has no room gets that of its own neighbour's, or does not wait at all") {
    set_silent_scene();
    left_peer_asks();
    std::uint16_t identification = 100;
    const auto send = [&](std::size_t fragments, runtime::Ipv4Address destination) {
        Whole whole = udp(fragments * 16 - 8);
        whole.destination = destination;
        whole.identification = identification++;
        runtime::put16(whole.payload, 6, 0); // no checksum
        receive_each(0, cut(whole, 16));
        CHECK(runtime::counters().balanced());
        return std::pair{runtime::counters().waiting, dropped(Reason::arp_full)};
    };
    using Counts = std::pair<std::uint64_t, std::uint64_t>;
    CHECK(send(50, right_peer) == Counts{50, 0});
    CHECK(send(15, right_peer + 1) == Counts{50, 15});
    CHECK(send(14, right_peer + 1) == Counts{64, 15});
    CHECK(send(15, right_peer + 1) == Counts{64, 30}); // what is there already stays when that would not help
    CHECK(send(10, right_peer + 1) == Counts{60, 44});
    CHECK(send(4, right_peer + 1) == Counts{64, 44});
    CHECK(send(1, right_peer + 1) == Counts{55, 54});
    CHECK(send(55, right_peer) == Counts{60, 104});
    right_peer_answers();
    CHECK(sent_by(1).size() == 55);
    for (unsigned s = 1; s <= 3; ++s) runtime::tick(s * second_ns);
    CHECK(dropped(Reason::arp_failed) == 5);
    CHECK(send(64, right_peer + 2) == Counts{64, 104}); // there is room again
    for (unsigned s = 4; s <= 6; ++s) runtime::tick(s * second_ns);
    check_nothing_left();
}

TEST_CASE("a full ring may hit single fragments") {
    set_scene();
    state().ring_room = 40;
    receive_each(0, cut(udp(60 * 16 - 8), 16));
    CHECK(sent_by(1).size() == 40);
    CHECK(dropped(Reason::queue_full) == 20);
    check_nothing_left();
}

TEST_CASE("the second datagram in a burst is of the flow that the first one made") {
    const Whole question = udp(2000);
    Whole again = question;
    again.identification = 8;
    auto burst = cut(question);
    for (const Frame& frame : cut(again)) burst.push_back(frame);
    set_scene();
    receive_burst(0, burst);
    CHECK(sent_by(1) == all_forwarded(burst));
    CHECK(behaviour().seen_by_forward.size() == 2);
    check_nothing_left();
}
