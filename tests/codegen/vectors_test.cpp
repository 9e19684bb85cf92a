// The tables of searches and of long lists, read as the runtime reads them, against a walk through ranges and
// rules.
#include "codegen/vectors.hpp"

#include "harness/dice.hpp"
#include "runtime/rule_vectors.hpp"
#include "runtime/sets.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using harness::Dice;
using model::Value;
using symbolic::variable;

namespace {

/// The tables in the runtime's form.
struct Linked {
    std::vector<std::uint32_t> ends;
    runtime::RuleColumn column;

    Linked(const codegen::RuleColumn& made) : ends(made.ranks.ends.begin(), made.ranks.ends.end()) {
        column = {{made.ranks.first.data(), ends.data(), made.ranks.shift, made.ranks.steps},
                  made.rows.data(),
                  made.words.data(),
                  made.any.data()};
    }
};

model::IntervalSet some_values(Dice& dice) {
    std::vector<model::Interval> intervals;
    for (auto count = 1 + dice.below(3); count > 0; --count) {
        const auto low = dice.below(500) * 100;
        intervals.push_back({low, std::min<Value>(low + dice.below(300), 0xffff)});
    }
    return model::IntervalSet(std::move(intervals));
}

/// Of two fields of 16 bits; half of the rules ask for one of them only.
std::vector<symbolic::Rule> some_rules(symbolic::Space& space, Dice& dice, std::size_t count) {
    std::vector<symbolic::Rule> rules(count);
    for (auto& rule : rules) {
        if (dice.percent(75))
            narrow(space, rule.guard, variable(model::Field::tcp_sport), space.sets.add(some_values(dice)));
        if (rule.guard.empty() || dice.percent(70))
            narrow(space, rule.guard, variable(model::Field::tcp_dport), space.sets.add(some_values(dice)));
    }
    return rules;
}

template <std::size_t count>
void compare() {
    symbolic::Space space;
    Dice dice(count);
    const auto rules = some_rules(space, dice, count);
    const model::Appliance nothing;
    codegen::Data data;
    codegen::Sets sets(nothing, data);
    const codegen::Guards guards(space, sets);
    const auto vectors = codegen::vectors_of(space, guards, rules, std::size_t{64} << 20);
    REQUIRE(vectors);
    REQUIRE(vectors->columns.size() == 2);
    const Linked source(vectors->columns[0]), destination(vectors->columns[1]);
    std::size_t found = 0;
    for (int i = 0; i < 4000; ++i) {
        const auto beside = [&](Value value) {
            return static_cast<std::uint32_t>((value + dice.below(3) - 1) & 0xffff);
        };
        const auto sport = beside(dice.below(500) * 100),
                   dport = beside(dice.below(500) * 100 + dice.below(300));
        const auto first = std::ranges::find_if(rules, [&](const symbolic::Rule& rule) {
            return space.sets[values_of(space, rule.guard, variable(model::Field::tcp_sport))].contains(
                       sport) &&
                   space.sets[values_of(space, rule.guard, variable(model::Field::tcp_dport))].contains(
                       dport);
        });
        const auto expected =
            first == rules.end() ? runtime::no_rule : static_cast<std::uint32_t>(first - rules.begin());
        REQUIRE(runtime::first_rule<count>(
                    std::array{source.column.row(sport), destination.column.row(dport)}) == expected);
        found += expected != runtime::no_rule;
    }
    CHECK(found > 100);
}

} // namespace

TEST_CASE("a lookup finds the first rule, however many words and summaries there are") {
    compare<40>();
    compare<64>();
    compare<65>();
    compare<1000>();
    compare<5000>(); // two summaries
}

TEST_CASE("tables beyond the bound are not made") {
    symbolic::Space space;
    Dice dice(1);
    const auto rules = some_rules(space, dice, 1000);
    const model::Appliance nothing;
    codegen::Data data;
    codegen::Sets sets(nothing, data);
    CHECK_FALSE(codegen::vectors_of(space, codegen::Guards(space, sets), rules, 10'000));
}

TEST_CASE("a search finds the range of every value") {
    for (const unsigned bits : {1U, 8U, 16U, 32U, 48U}) {
        Dice dice(bits);
        const Value max = (Value{1} << bits) - 1;
        std::set<Value> last = {max};
        for (int i = 0; i < 300; ++i)
            last.insert(dice.percent(50) ? dice.below(max + 1) : dice.below(std::min<Value>(max, 4000) + 1));
        const std::vector<Value> ends(last.begin(), last.end());
        const auto ranks = codegen::ranks_of(ends, bits);
        const runtime::RanksOf<Value> linked{ranks.first.data(), ranks.ends.data(), ranks.shift, ranks.steps};
        for (const auto end : ends)
            for (const Value value : {end, end > 0 ? end - 1 : end, std::min(end + 1, max)}) {
                CAPTURE(bits, value);
                REQUIRE(runtime::rank(linked, value) ==
                        static_cast<std::size_t>(std::ranges::lower_bound(ends, value) - ends.begin()));
            }
    }
}

TEST_CASE("a bitmap holds what its intervals hold") {
    constexpr std::array<runtime::Interval, 3> set = {{{0, 0}, {60, 70}, {255, 255}}};
    constexpr auto bits = runtime::bitmap<256>(set);
    for (std::uint32_t value = 0; value < 256; ++value)
        CHECK(runtime::in(value, bits) == runtime::in(value, set));
}

TEST_CASE("bits are counted") {
    STATIC_REQUIRE(runtime::ones(0) == 0);
    STATIC_REQUIRE(runtime::ones(~std::uint64_t{0}) == 64);
    STATIC_REQUIRE(runtime::ones(0x8000'0000'0000'0001) == 2);
    STATIC_REQUIRE(runtime::ones(0x00ff'0000'0f00'0000) == 12);
}
