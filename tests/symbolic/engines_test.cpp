// Each engine against brute force on small fields: what it finds is there, and where it proves there is
// nothing.
#include "compiler/symbolic/find.hpp"
#include "harness/dice.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
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

Formula random_formula(Space& space, Dice& dice, unsigned depth) {
    Formula formula{{}, dice.percent(50)};
    for (auto count = depth == 0 ? 0 : dice.below(3); count > 0; --count)
        formula.operands.push_back(random_formula(space, dice, depth - 1));
    for (auto count = dice.below(3); count > 0; --count) formula.boxes.push_back(random_box(space, dice, 60));
    return formula;
}

/// Facts that follow from the fields.
std::vector<Variable> random_facts(Space& space, Dice& dice) {
    std::vector<Variable> facts;
    for (auto count = 1 + dice.below(4); count > 0; --count) {
        const auto left = dice.below(fields.size()), other = 1 + dice.below(fields.size() - 1);
        const auto right = (left + other) % fields.size();
        facts.push_back(space.fact({variable(fields[left]), dice.percent(60), variable(fields[right])}));
    }
    if (dice.percent(40)) {
        Room room{{{variable(fields[0]), static_cast<unsigned>(dice.below(2))}}, dice.below(3), variable(fields[1 + dice.below(2)])};
        if (dice.percent(50)) room.parts.push_back({variable(fields[3])});
        facts.push_back(space.fact(room));
    }
    if (dice.percent(50)) facts.push_back(space.fact({"formula", 1, random_formula(space, dice, 2)}));
    return facts;
}

void add_facts(Space& space, Dice& dice, const std::vector<Variable>& facts, RuleList& list) {
    for (auto& rule : list.rules)
        for (const auto fact : facts)
            if (dice.percent(30)) narrow(space, rule.guard, fact, space.one(dice.below(2)));
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

bool holds(const Space& space, const Box& box, const Point& point);

bool holds(const Space& space, const Formula& formula, const Point& point) {
    const auto in_box = [&](const Box& box) { return holds(space, box, point); };
    const auto so = [&](const Formula& operand) { return holds(space, operand, point); };
    if (formula.operands.empty()) return std::ranges::any_of(formula.boxes, in_box);
    return formula.all ? std::ranges::all_of(formula.operands, so) : std::ranges::any_of(formula.operands, so);
}

Value value_of(const Space& space, Variable variable, const Point& point) {
    const auto* fact = space.fact(variable);
    if (fact == nullptr) {
        const auto field = std::ranges::find(fields, static_cast<model::Field>(variable));
        return point.at(static_cast<std::size_t>(field - fields.begin()));
    }
    if (const auto* formula = std::get_if<Formula>(&fact->meaning)) return holds(space, *formula, point) ? 1 : 0;
    if (const auto* room = std::get_if<Room>(&fact->meaning)) {
        auto sum = room->more;
        for (const auto& part : room->parts) sum += value_of(space, part.variable, point) << part.doubled;
        return sum <= value_of(space, room->within, point) ? 1 : 0;
    }
    const auto& [left, less, right] = std::get<Comparison>(fact->meaning);
    const auto a = value_of(space, left, point), b = value_of(space, right, point);
    return (less ? a < b : a == b) ? 1 : 0;
}

bool holds(const Space& space, const Box& box, const Point& point) {
    return std::ranges::all_of(box, [&](const Side& side) {
        return space.sets[side.values].contains(value_of(space, side.variable, point));
    });
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

/// Whether the fields of a point are in the box, whatever it says of facts.
bool are_in(const Space& space, const Box& box, const Point& point) {
    return std::ranges::all_of(box, [&](const Side& side) {
        return space.fact(side.variable) != nullptr ||
               space.sets[side.values].contains(value_of(space, side.variable, point));
    });
}

void check(Space& space, const Question& question, const Answer& answer) {
    std::size_t all = 0, wrong = 0;
    const auto* found = std::get_if<Found>(&answer);
    const auto* meant = found != nullptr && found->meant ? &*found->meant : nullptr;
    std::size_t of_meant = 0;
    each_point([&](const Point& point) {
        const bool is = answers(space, question, point);
        all += is;
        if (found != nullptr && holds(space, found->box, point)) wrong += !is;
        if (meant == nullptr || !are_in(space, *meant, point)) return;
        ++of_meant;
        wrong += !is || !holds(space, *meant, point);
    });
    if (meant != nullptr) CHECK(of_meant > 0);
    REQUIRE_FALSE(std::holds_alternative<GaveUp>(answer));
    CHECK((found != nullptr) == (all > 0));
    CHECK(wrong == 0);
}

} // namespace

/// Packets of small values; lists, of which each is wanted in some way; and facts in their rules.
struct Case {
    Space space;
    std::vector<RuleList> lists;
    Question question;

    Case(Dice& dice, bool with_facts) {
        Box small;
        for (const auto field : fields) narrow(space, small, variable(field), space.sets.add({{0, values - 1}}));
        for (auto count = 1 + dice.below(3); count > 0; --count) lists.push_back(random_list(space, dice));
        if (with_facts) {
            const auto facts = random_facts(space, dice);
            for (auto& list : lists) add_facts(space, dice, facts, list);
        }
        for (auto count = 1 + dice.below(2); count > 0; --count)
            if (auto box = both(space, small, random_box(space, dice, 30)))
                question.region.push_back(std::move(*box));
        for (const auto& list : lists)
            question.stages.push_back(
                {&list, dice.one_of({wanting(Action::accept), wanting(Action::drop, Action::reject),
                                     Wanted{.statement = model::StatementId{2}}})});
    }
};

TEST_CASE("each engine says what trying all packets says") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        INFO("seed " << seed);
        Dice dice(seed);
        Case made(dice, false);
        auto& [space, lists, question] = made;
        Engines engines(space);
        check(space, question, engines.subtraction.find(question, steps_max));
        check(space, question, engines.diagrams.find(question, {}));
        check(space, question, engines.sat.find(question, {}));
        check(space, question, engines.find(question));
    }
}

TEST_CASE("one engine knows what facts mean; the others prove nothing that is not so") {
    std::size_t found = 0, proofs = 0, corrections = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        INFO("seed " << seed);
        Dice dice(seed);
        Case made(dice, true);
        auto& [space, lists, question] = made;
        Engines engines(space);
        const auto exact = engines.sat.find(question, {});
        check(space, question, exact);
        const bool is_proof = std::holds_alternative<Proved>(exact);
        ++(is_proof ? proofs : found);
        for (const auto& answer :
             {engines.subtraction.find(question, steps_max), engines.diagrams.find(question, {})}) {
            REQUIRE_FALSE(std::holds_alternative<GaveUp>(answer));
            if (std::holds_alternative<Proved>(answer)) CHECK(is_proof);
            corrections += std::holds_alternative<Found>(answer) && is_proof;
            check(space, question, engines.confirmed(question, answer, {}));
        }
    }
    CHECK(found > 50);
    CHECK(proofs > 50);
    CHECK(corrections > 10);
}

TEST_CASE("fields of different widths are compared as numbers") {
    Space space;
    const auto ttl = variable(model::Field::ip_ttl), dscp = variable(model::Field::ip_dscp);
    const auto less = space.fact({ttl, true, dscp}), more = space.fact({dscp, true, ttl}),
               same = space.fact({ttl, false, dscp});
    CHECK(same == space.fact({dscp, false, ttl}));
    const auto answer = [&](std::initializer_list<std::pair<Variable, SetRef>> sides) {
        Box box;
        for (const auto& [variable, set] : sides) REQUIRE(narrow(space, box, variable, set));
        RuleList list;
        list.rules.push_back({box, 1, {}, nullptr, {}});
        return Satisfiability(space).find({{{}}, {{&list, {.statement = 1}}}}, {});
    };
    const auto yes = space.one(1), no = space.one(0);
    CHECK(std::holds_alternative<Proved>(answer({{less, yes}, {more, yes}})));
    CHECK(std::holds_alternative<Proved>(answer({{less, no}, {more, no}, {same, no}})));
    CHECK(std::holds_alternative<Proved>(answer({{less, yes}, {ttl, space.sets.add({{63, 255}})}})));
    CHECK(std::holds_alternative<Proved>(answer({{same, yes}, {ttl, space.sets.add({{64, 255}})}})));
    const auto only = answer({{less, yes}, {ttl, space.sets.add({{62, 255}})}});
    REQUIRE(std::holds_alternative<Found>(only));
    CHECK(values_of(space, *std::get<Found>(only).meant, ttl) == space.one(62));
    CHECK(values_of(space, *std::get<Found>(only).meant, dscp) == space.one(63));
}

/// Rules of one field each, by turns: addresses, networks and ports cut across each other everywhere. `exchanged`:
/// neighbours that say the same change places.
RuleList interleaved(Space& space, unsigned rules, bool contrary, bool exchanged) {
    using enum model::Field;
    constexpr std::array by_turns = {ip_saddr, tcp_dport, ip_daddr, tcp_sport};
    Dice dice(11);
    RuleList list;
    for (unsigned i = 0; i < rules; ++i) {
        const auto field = by_turns[i / 2 % by_turns.size()];
        const auto low = dice.below(model::info(field).max() - 1000);
        Rule rule;
        narrow(space, rule.guard, variable(field), space.sets.add({{low, low + 1 + dice.below(1000)}}));
        rule.action = (i / 2 % 3 == 0) != contrary ? Action::accept : Action::drop;
        rule.statement = i;
        list.rules.push_back(std::move(rule));
    }
    if (exchanged)
        for (std::size_t i = 0; i + 1 < list.rules.size(); i += 2) std::swap(list.rules[i], list.rules[i + 1]);
    list.rules.push_back({{}, rules, contrary ? Action::drop : Action::accept, nullptr, {}});
    return list;
}

TEST_CASE("where search and diagrams give up, the solver may not") {
    Space space;
    constexpr unsigned rules = 400;
    const auto list = interleaved(space, rules, false, false), contrary = interleaved(space, rules, true, true);
    const Question impossible{{{}}, {{&list, wanting(Action::accept)}, {&contrary, wanting(Action::accept)}}};
    const Budget small{.steps = 5'000, .bytes = std::size_t{64} << 20};
    Engines engines(space);
    REQUIRE(std::holds_alternative<GaveUp>(engines.subtraction.find(impossible, small.steps)));
    REQUIRE(std::holds_alternative<GaveUp>(engines.diagrams.find(impossible, small)));
    CHECK(std::holds_alternative<Proved>(engines.sat.find(impossible, {})));
    CHECK(std::holds_alternative<GaveUp>(engines.sat.find(impossible, {.steps = 1})));
    CHECK(std::holds_alternative<GaveUp>(engines.sat.find(impossible, {.bytes = 10'000})));

    // One rule is left out of the second list: now there is a packet.
    auto fewer = contrary;
    fewer.rules.erase(fewer.rules.begin() + 150);
    const Question possible{{{}}, {{&list, wanting(Action::accept)}, {&fewer, wanting(Action::accept)}}};
    const auto found = engines.sat.find(possible, {});
    REQUIRE(std::holds_alternative<Found>(found));
    // What is found is one: asked of it alone, the search agrees.
    const Question of_it{{std::get<Found>(found).box}, possible.stages};
    CHECK(std::holds_alternative<Found>(engines.subtraction.find(of_it, 1'000'000)));
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
        Satisfiability sat(space);
        const auto again = sat.find(question, {}, &proved->because);
        REQUIRE(std::holds_alternative<Proved>(again));
        const auto& fewer = std::get<Proved>(again).because;
        CHECK(fewer.size() <= proved->because.size());
        CHECK(std::holds_alternative<Proved>(engine.find(question, steps_max, &fewer)));
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
