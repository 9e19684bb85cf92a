// Sets that are stored once, and values of a search, against the plain meaning of a set.
#include "compiler/symbolic/space.hpp"
#include "compiler/symbolic/values.hpp"
#include "harness/dice.hpp"

#include <catch2/catch.hpp>

using namespace symbolic;

namespace {

constexpr Value universe = 16;

IntervalSet of_bits(std::uint64_t bits) {
    std::vector<model::Interval> values;
    for (Value value = 0; value < universe; ++value)
        if ((bits >> value & 1) != 0) values.push_back({value, value});
    return IntervalSet(std::move(values));
}

} // namespace

TEST_CASE("operations on sets say what they say of their members") {
    harness::Dice dice(1);
    Sets sets;
    for (int round = 0; round < 2000; ++round) {
        const std::uint64_t x = dice.below(1 << universe);
        const std::uint64_t y = round % 2 == 0 ? dice.below(1 << universe) : dice.below(1 << universe) & x;
        const auto a = sets.add(of_bits(x)), b = sets.add(of_bits(y));
        CHECK((a == b) == (x == y));
        CHECK(sets[sets.both(a, b)] == of_bits(x & y));
        CHECK(sets[sets.either(a, b)] == of_bits(x | y));
        CHECK(sets[sets.without(a, b)] == of_bits(x & ~y));
        CHECK(sets.covers(a, b) == ((y & ~x) == 0));
        CHECK(sets.add(of_bits(x)) == a);
    }
}

TEST_CASE("operations on values of a search say what they say of their members") {
    harness::Dice dice(2);
    const auto set_of = [](const std::optional<Values>& values) {
        return values ? IntervalSet({values->intervals().begin(), values->intervals().end()}) : IntervalSet{};
    };
    for (int round = 0; round < 2000; ++round) {
        const std::uint64_t x = 1 + dice.below((1 << universe) - 1);
        const std::uint64_t y = round % 2 == 0 ? 1 + dice.below((1 << universe) - 1) : dice.below(x) + 1;
        const auto first = of_bits(x), second = of_bits(y);
        const auto a = values_in(first), b = values_in(second);
        CHECK(meet(a, b) == ((x & y) != 0));
        CHECK(covers(a, b) == ((y & ~x) == 0));
        Scratch scratch;
        const auto mark = scratch.mark();
        const auto common = scratch.both(a, b), left = scratch.without(a, b);
        CHECK(set_of(common) == of_bits(x & y));
        CHECK(set_of(left) == of_bits(x & ~y));
        const std::uint64_t z = 1 + dice.below((1 << universe) - 1);
        std::vector<model::Interval> gone = of_bits(z).intervals();
        gone.insert(gone.begin(), second.intervals().begin(), second.intervals().end());
        CHECK(set_of(scratch.without(a, gone)) == of_bits(x & ~(y | z)));
        scratch.release(mark);
        CHECK(set_of(scratch.without(b, a)) == of_bits(y & ~x));
    }
}

TEST_CASE("what is left of a box is in pieces that do not overlap") {
    Space space;
    const auto ttl = variable(model::Field::ip_ttl), dscp = variable(model::Field::ip_dscp);
    const auto box_of = [&](Value a, Value b, Value c, Value d) {
        Box box;
        REQUIRE(narrow(space, box, ttl, space.sets.add({{a, b}})));
        REQUIRE(narrow(space, box, dscp, space.sets.add({{c, d}})));
        return box;
    };
    const auto pieces = without(space, box_of(0, 9, 0, 9), box_of(3, 5, 4, 20));
    CHECK(pieces.size() == 2);
    CHECK_FALSE(both(space, pieces[0], pieces[1]));
    CHECK(without(space, box_of(0, 9, 0, 9), box_of(0, 20, 0, 20)).empty());
    CHECK(without(space, box_of(0, 9, 0, 9), box_of(10, 20, 0, 9)) == std::vector<Box>{box_of(0, 9, 0, 9)});
}
