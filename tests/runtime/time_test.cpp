// Clocks that jump and counters that wrap: flows, fragments, neighbours and limits survive them.
#include "tests/runtime/scene.hpp"

#include "runtime/appliance.hpp"
#include "unikernel/clock.hpp"

#include <catch2/catch.hpp>

#include <array>

namespace {

using namespace test_frames;
using test_platform::state;

Frame whole_udp() { return fragment(udp(100), 0, udp(100).payload.size()); }

/// Whether the firewall lets a datagram through now. Neighbours that it has forgotten answer.
bool passes(runtime::Time now) {
    state().sent.clear();
    receive(0, whole_udp(), now);
    receive(1, arp(2, right_peer, right_address, right_mac), now);
    return sent_by(1).size() == 1;
}

} // namespace

TEST_CASE("a clock that jumps forward ends what was waiting, and everything works on") {
    constexpr runtime::Time year_ns = 365ull * 24 * 3600 * second_ns;
    set_scene();
    CHECK(passes(0));
    receive(0, cut(udp(3000)).front(), 0);
    CHECK(runtime::counters().waiting == 1);
    for (const runtime::Time now : {runtime::Time{1}, year_ns, 100 * year_ns, 500 * year_ns}) {
        runtime::tick(now);
        CHECK(passes(now));
    }
    CHECK(dropped(runtime::Reason::reassembly_timeout) == 1);
    check_nothing_left();
}

TEST_CASE("flows that have ended give their memory back at the next tick, whether anybody looks for one or not") {
    set_scene();
    CHECK(passes(0));
    const auto held = [] {
        state().console.clear();
        runtime::print_statistics();
        return state().console.substr(state().console.find("memory flows "), 14);
    };
    CHECK(held() == "memory flows 1");
    const runtime::Time udp_confirmed = runtime::linked_policy.timeouts[3];
    runtime::tick(udp_confirmed - 1);
    CHECK(held() == "memory flows 1");
    runtime::tick(udp_confirmed);
    CHECK(held() == "memory flows 0");
}

TEST_CASE("a clock that jumps forward does not let a packet wait for its neighbour for ever") {
    constexpr runtime::Time year_ns = 365ull * 24 * 3600 * second_ns;
    set_silent_scene();
    left_peer_asks();
    receive(0, whole_udp(), 0);
    CHECK(runtime::counters().waiting == 1);
    for (runtime::Time years : {1, 2, 3}) runtime::tick(years * year_ns);
    CHECK(runtime::counters().waiting == 0);
    CHECK(dropped(runtime::Reason::arp_failed) == 1);
}

TEST_CASE("a clock that jumps backward stops nothing") {
    set_scene();
    CHECK(passes(1000 * second_ns));
    for (const runtime::Time now : {999 * second_ns, 10 * second_ns, runtime::Time{0}, 2000 * second_ns}) {
        runtime::tick(now);
        CHECK(passes(now));
    }
    check_nothing_left();
}

TEST_CASE("counters that wrap still balance") {
    runtime::Counters counters;
    counters.received = ~std::uint64_t{0};
    counters.sent = ~std::uint64_t{0} - 3;
    counters.dropped[0] = 3;
    CHECK(counters.balanced());
    counters.received += 2;
    CHECK_FALSE(counters.balanced());
    counters.sent += 2;
    CHECK(counters.balanced());
    counters.delivered = ~std::uint64_t{0};
    counters.received -= 1;
    CHECK(counters.balanced());
}

TEST_CASE("the machine's clock goes on from where it stood when its counter jumps backward") {
    constexpr std::uint64_t top = ~std::uint64_t{0};
    unikernel::clock::SteadyTicks ticks(100);
    CHECK(ticks.passed(100) == 0);
    CHECK(ticks.passed(150) == 50);
    CHECK(ticks.passed(20) == 50);
    CHECK(ticks.passed(30) == 60);
    unikernel::clock::SteadyTicks late(top - 5);
    CHECK(late.passed(top) == 5);
    CHECK(late.passed(4) == 5); // a wrap is a jump: 190 years at 3 GHz
    CHECK(late.passed(10) == 11);
}
