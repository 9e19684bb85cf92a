// How long a NIC without room is waited for.
#include "unikernel/patience.hpp"

#include <catch2/catch.hpp>

namespace {

using runtime::Time;
using unikernel::Patience;

constexpr Time us = 1000, ms = 1'000'000, second = 1'000'000'000;
constexpr Time booted = 3 * second; ///< the clock does not begin at zero

} // namespace

TEST_CASE("a NIC that is quick again is waited for every time") {
    Patience patience;
    for (Time now = booted; now < booted + second; now += 10 * us) {
        const bool has_room = now % ms >= 80 * us; // it fills up again and again
        REQUIRE(patience.waits(has_room, now) == !has_room);
    }
    CHECK(patience.waited_ns() == 80 * ms);
}

TEST_CASE("a NIC that stands still is waited for 5 ms, and then hardly any more until it has got on") {
    Patience patience;
    Time now = booted;
    CHECK_FALSE(patience.waits(true, now));
    for (; now < booted + 5 * ms; now += 10 * us) REQUIRE(patience.waits(false, now));
    CHECK_FALSE(patience.waits(false, now));
    CHECK(patience.waited_ns() == 5 * ms);
    CHECK_FALSE(patience.waits(true, now += 50 * ms));
    CHECK(patience.waits(false, now));
    CHECK(patience.waits(false, now += 4990 * us));
    CHECK_FALSE(patience.waits(false, now += 10 * us));
    CHECK(patience.waited_ns() == 10 * ms);
}

TEST_CASE("a NIC that has stood still is not waited for again before it gets on") {
    Patience patience;
    for (Time now = booted; now < booted + 20 * second; now += ms) patience.waits(false, now);
    CHECK(patience.waited_ns() == 5 * ms);
    patience.got_on();
    CHECK(patience.waits(false, booted + 21 * second));
}

TEST_CASE("a machine that was stopped for an hour while it waited owes no more than a wait") {
    Patience patience;
    CHECK(patience.waits(false, booted));
    patience.waits(true, booted + 3600 * second);
    patience.waits(true, booted + 3601 * second);
    CHECK(patience.waits(false, booted + 3601 * second));
}

TEST_CASE("whatever a NIC does, the others wait for it a tenth of the rest of the time at most, and 5 ms more") {
    const Time stands_for = GENERATE(1 * ms, 4900 * us, 6 * ms, 1000 * ms);
    const Time has_room_for = GENERATE(Time{0}, 10 * us, 3 * ms);
    const Time step = GENERATE(1 * us, 7 * us, 150 * us); // a late question is paid for, too
    CAPTURE(stands_for, has_room_for, step);
    Patience patience;
    const Time end = booted + 2 * second;
    bool bounded = true;
    for (Time now = booted; now < end; now += step) {
        const bool has_room = now % (stands_for + has_room_for) < has_room_for;
        patience.waits(has_room, now);
        const Time waited = patience.waited_ns(), rest = now - booted - waited;
        bounded = bounded && waited <= 5 * ms + rest / 10 + step;
    }
    CHECK(bounded);
    CHECK(patience.waited_ns() >= 5 * ms);
}
