// Each engine against brute force on small fields: what it finds is there, and where it proves there is
// nothing.
#include "compiler/symbolic/find.hpp"
#include "harness/dice.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace symbolic;
using harness::Dice;
using model::Action;

namespace {

constexpr Value values = 6; ///< of each field
constexpr std::size_t steps_max = 1'000'000;
constexpr std::array fields = {model::Field::ip_ttl, model::Field::ip_dscp, model::Field::ip_protocol,
                               model::Field::tcp_dport};
using Point = std::array<Value, fields.size()>;

IntervalSet random_set(Dice& dice) {
    std::vector<model::Interval> intervals;
    for (auto count = 1 + dice.below(2); count > 0; --count) {
        const auto low = dice.below(values);
        intervals.push_back({low, low + dice.below(values - low)});
    }
    return IntervalSet(std::move(intervals));
}

Box random_box(Space& space, Dice& dice, unsigned percent_narrowed) {
    Box box;
    for (const auto field : fields)
        if (dice.percent(percent_narrowed))
            narrow(space, box, variable(field), space.sets.add(random_set(dice)));
    return box;
}

/// Long ones are of narrow rules, so that much is left for the last.
RuleList random_list(Space& space, Dice& dice) {
    RuleList list;
    const bool is_long = dice.percent(30);
    for (auto count = dice.below(is_long ? 90 : 14); count > 0; --count) {
        Rule rule;
        rule.guard = random_box(space, dice, is_long && count > 3 ? 95 : 70);
        rule.action = dice.one_of({Action::accept, Action::drop, Action::reject});
        rule.statement = static_cast<model::StatementId>(count);
        list.rules.push_back(std::move(rule));
    }
    return list;
}

bool holds(const Space& space, const Box& box, const Point& point) {
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (!space.sets[values_of(space, box, variable(fields[i]))].contains(point[i])) return false;
    return true;
}

bool meets(const Space& space, const Stage& stage, const Point& point) {
    for (const auto& rule : stage.rules->rules)
        if (holds(space, rule.guard, point)) return stage.wanted(rule);
    return false;
}

bool answers(const Space& space, const Question& question, const Point& point) {
    bool inside = false;
    for (const auto& box : question.region) inside = inside || holds(space, box, point);
    for (const auto& stage : question.stages) inside = inside && meets(space, stage, point);
    return inside;
}

template <typename Visit>
void each_point(const Visit& visit) {
    Point point{};
    for (point[0] = 0; point[0] < values; ++point[0])
        for (point[1] = 0; point[1] < values; ++point[1])
            for (point[2] = 0; point[2] < values; ++point[2])
                for (point[3] = 0; point[3] < values; ++point[3]) visit(point);
}

void check(Space& space, const Question& question, const Answer& answer) {
    std::size_t all = 0, wrong = 0;
    const auto* found = std::get_if<Found>(&answer);
    each_point([&](const Point& point) {
        const bool is = answers(space, question, point);
        all += is;
        if (found != nullptr && holds(space, found->box, point)) wrong += !is;
    });
    REQUIRE_FALSE(std::holds_alternative<GaveUp>(answer));
    CHECK((found != nullptr) == (all > 0));
    CHECK(wrong == 0);
}

} // namespace

TEST_CASE("both engines say what trying all packets says") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        INFO("seed " << seed);
        Dice dice(seed);
        Space space;
        Box small;
        for (const auto field : fields)
            narrow(space, small, variable(field), space.sets.add({{0, values - 1}}));
        std::vector<RuleList> lists;
        for (auto count = 1 + dice.below(3); count > 0; --count) lists.push_back(random_list(space, dice));
        Question question;
        for (auto count = 1 + dice.below(2); count > 0; --count)
            if (auto box = both(space, small, random_box(space, dice, 30)))
                question.region.push_back(std::move(*box));
        for (const auto& list : lists)
            question.stages.push_back(
                {&list, dice.one_of({wanting(Action::accept), wanting(Action::drop, Action::reject),
                                     Wanted{.statement = model::StatementId{2}}})});
        Engines engines(space);
        check(space, question, engines.subtraction.find(question, steps_max));
        check(space, question, engines.diagrams.find(question, {}));
        check(space, question, engines.find(question));
    }
}

TEST_CASE("the rules that a proof names suffice for it") {
    std::size_t proofs = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        INFO("seed " << seed);
        Dice dice(seed);
        Space space;
        const auto list = random_list(space, dice);
        if (list.rules.empty()) continue;
        const Question question{{random_box(space, dice, 100)},
                                {{&list, {.statement = model::StatementId{1}}}}};
        Subtraction engine(space);
        const auto answer = engine.find(question, steps_max);
        const auto* proved = std::get_if<Proved>(&answer);
        if (proved == nullptr) continue;
        ++proofs;
        CHECK(std::holds_alternative<Proved>(engine.find(question, steps_max, &proved->because)));
    }
    CHECK(proofs > 50);
}

TEST_CASE("a spent budget is neither a packet nor a proof") {
    Dice dice(7);
    Space space;
    RuleList list;
    for (int i = 0; i < 300; ++i)
        list.rules.push_back({random_box(space, dice, 60), 1, Action::drop, nullptr, {}});
    list.rules.push_back({{}, 2, Action::accept, nullptr, {}});
    const Question question{{{}}, {{&list, wanting(Action::accept)}}};
    Engines engines(space);
    CHECK(std::holds_alternative<GaveUp>(engines.find(question, {.steps = 20, .bytes = 1 << 20})));
    CHECK(std::holds_alternative<GaveUp>(engines.diagrams.find(question, {.steps = 1000000, .bytes = 100})));
    list.whole = false;
    CHECK(std::holds_alternative<GaveUp>(engines.find(question)));
}
