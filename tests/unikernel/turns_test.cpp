// Whose turn it is: several NICs that send to one share what its ring has room for.
#include "unikernel/turns.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <vector>

namespace {

using unikernel::Turns;

constexpr std::size_t burst = 32;

} // namespace

TEST_CASE("of several NICs that send to one, each gets its share, and none more than there is room for") {
    // Three that always have a burst, and a fourth by which all of it leaves, whose device takes `taken` at a time.
    const std::size_t taken = GENERATE(std::size_t{32}, std::size_t{40}, std::size_t{96}, std::size_t{128});
    Turns turns;
    std::size_t room = burst;
    std::array<std::size_t, 4> polled{};
    for (int round = 0; round < 1200; ++round) {
        turns.round(polled.size(), [&] { return room >= burst; },
                    [&](std::size_t id) {
                        REQUIRE(room >= burst);
                        if (id != 3) room -= burst;
                        ++polled[id];
                        return id != 3;
                    });
        room += taken;
    }
    CAPTURE(taken);
    for (const std::size_t id : {1u, 2u, 3u}) {
        CHECK(polled[id] <= polled[0]);
        CHECK(polled[id] + 1 >= polled[0]);
    }
    CHECK(polled[0] >= 300);
}

TEST_CASE("a round says whether anything came, and whether it had to stop") {
    Turns turns;
    std::vector<std::size_t> order;
    const auto poll = [&](std::size_t id) {
        order.push_back(id);
        return id == 1;
    };
    const auto may = [] { return true; };
    CHECK(turns.round(0, may, poll) == Turns::Round::idle);
    CHECK(turns.round(1, may, poll) == Turns::Round::idle);
    CHECK(turns.round(3, may, poll) == Turns::Round::busy);
    CHECK(order == std::vector<std::size_t>{0, 0, 1, 2});
    order.clear();
    CHECK(turns.round(3, [&] { return order.size() < 2; }, poll) == Turns::Round::held);
    CHECK(turns.round(3, [&] { return order.size() < 2; }, poll) == Turns::Round::held);
    CHECK(order == std::vector<std::size_t>{0, 1});
    CHECK(turns.round(3, may, poll) == Turns::Round::busy);
    CHECK(order == std::vector<std::size_t>{0, 1, 2, 0, 1});
}
