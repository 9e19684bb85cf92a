// Answers from a SAT solver (CaDiCaL), which alone knows what facts mean, and which sees through lists whose
// rules overlap in many fields. What it finds is one packet; the rules round that make a box of it.
#include "compiler/symbolic/encoding.hpp"
#include "compiler/symbolic/values.hpp"

#include <cadical.hpp>

#include <algorithm>
#include <limits>

namespace symbolic {

namespace {

using model::Interval;
using Point = std::map<Variable, Value>;

constexpr int satisfiable = 10, unsatisfiable = 20; ///< what the solver returns

// In steps of the search. A clause takes about a microsecond to be made.
constexpr std::size_t steps_of_a_clause = 50;

/// The solver asks now and then whether it may go on, in between it looks at a part of the clauses.
class Patience : public CaDiCaL::Terminator {
public:
    Patience(std::size_t steps_max, std::size_t clauses)
        : steps_max_(steps_max), steps_a_time_(1'000 + clauses / 16) {}

    bool terminate() override { return (steps_ += steps_a_time_) > steps_max_; }
    std::size_t spent() const { return steps_; }

private:
    std::size_t steps_max_, steps_a_time_;
    std::size_t steps_ = 0;
};

bool holds(const Space& space, const Box& box, const Point& point) {
    return std::ranges::all_of(
        box, [&](const Side& side) { return space.sets[side.values].contains(point.at(side.variable)); });
}

/// The values round one of them that are not in the set.
Interval gap_at(const IntervalSet& set, Value value) {
    const auto& intervals = set.intervals();
    const auto next = std::ranges::lower_bound(intervals, value, {}, &Interval::high);
    return {next == intervals.begin() ? 0 : std::prev(next)->high + 1,
            next == intervals.end() ? std::numeric_limits<Value>::max() : next->low - 1};
}

/// The packets round one that meet the same rules: inside the guards of those that decide as wanted, outside
/// of one side of each guard before them.
class Neighbours {
public:
    Neighbours(Space& space, const Point& point) : space_(space), point_(point) {}

    Box of(const Question& question) {
        for (const auto& box : question.region)
            if (holds(space_, box, point_)) {
                box_ = box;
                break;
            }
        for (const auto& stage : question.stages) decide(stage);
        for (const auto& [variable, range] : ranges_)
            narrow(space_, box_, variable, space_.sets.add({range}));
        return std::move(box_);
    }

private:
    void decide(const Stage& stage) {
        for (const auto& rule : stage.rules->rules) {
            const bool wanted = stage.wanted(rule);
            if (wanted && holds(space_, rule.guard, point_)) {
                for (const auto& side : rule.guard) narrow(space_, box_, side.variable, side.values);
                return;
            }
            if (!wanted && rule.log == nullptr) stay_out(rule.guard);
        }
    }

    void stay_out(const Box& guard) {
        std::optional<std::pair<Variable, Interval>> best;
        double best_share = -1;
        for (const auto& [variable, values] : guard) {
            const auto value = point_.at(variable);
            if (space_.sets[values].contains(value)) continue;
            const auto range = range_of(variable);
            const auto gap = gap_at(space_.sets[values], value);
            const Interval left = {std::max(range.low, gap.low), std::min(range.high, gap.high)};
            if (left == range) return;
            const auto share = width(left) / width(range);
            if (share <= best_share) continue;
            best_share = share;
            best = {variable, left};
        }
        if (best) ranges_[best->first] = best->second;
    }

    Interval range_of(Variable variable) const {
        const auto known = ranges_.find(variable);
        if (known != ranges_.end()) return known->second;
        return {0, space_.sets[space_.domain(variable)].intervals().back().high};
    }

    static double width(const Interval& range) { return static_cast<double>(range.high - range.low) + 1; }

    Space& space_;
    const Point& point_;
    Box box_;
    std::map<Variable, Interval> ranges_; ///< of what is left
};

/// Fixes what the facts of a box are about.
class Pinning {
public:
    Pinning(Space& space, const Point& point, Box box) : space_(space), point_(point), box_(std::move(box)) {}

    /// Nothing where no fact means anything.
    std::optional<Box> run() {
        const auto sides = box_;
        for (const auto& side : sides) pin_meaning_of(side.variable);
        return is_pinned_ ? std::optional(std::move(box_)) : std::nullopt;
    }

private:
    void pin(Variable variable) {
        narrow(space_, box_, variable, space_.one(point_.at(variable)));
        pin_meaning_of(variable);
    }

    void pin_meaning_of(Variable variable) {
        const auto* fact = space_.fact(variable);
        if (fact == nullptr || !fact->has_meaning()) return;
        is_pinned_ = true;
        if (const auto* comparison = std::get_if<Comparison>(&fact->meaning)) {
            pin(comparison->left);
            pin(comparison->right);
        } else if (const auto* room = std::get_if<Room>(&fact->meaning)) {
            for (const auto& part : room->parts) pin(part.variable);
            pin(room->within);
        } else {
            pin(std::get<Formula>(fact->meaning));
        }
    }

    void pin(const Formula& formula) {
        for (const auto& operand : formula.operands) pin(operand);
        for (const auto& box : formula.boxes)
            for (const auto& side : box) pin(side.variable);
    }

    Space& space_;
    const Point& point_;
    Box box_;
    bool is_pinned_ = false;
};

Point point_of(CaDiCaL::Solver& solver, const Encoding& encoding) {
    Point point;
    for (const auto& [variable, number] : encoding.numbers()) {
        Value value = 0;
        for (const auto bit : number) value = value << 1 | (solver.val(bit) > 0 ? 1U : 0U);
        point[variable] = value;
    }
    return point;
}

/// Rules of a stage that take packets away.
std::vector<RuleIndex> taking(const Stage& stage) {
    std::vector<RuleIndex> rules;
    for (RuleIndex rule = 0; rule < stage.rules->rules.size(); ++rule) {
        const auto& one = stage.rules->rules[rule];
        if (one.log == nullptr && !stage.wanted(one)) rules.push_back(rule);
    }
    return rules;
}

/// Whether no other fact in a box is about what there must be room for, or in.
bool is_alone(const Space& space, const Box& box, const Room& room) {
    const auto needs = [&](Variable variable) {
        const auto is = [&](const Room::Part& part) { return part.variable == variable; };
        return variable == room.within || std::ranges::any_of(room.parts, is);
    };
    return std::ranges::none_of(box, [&](const Side& side) {
        const auto* fact = space.fact(side.variable);
        if (fact == nullptr) return false;
        if (const auto* comparison = std::get_if<Comparison>(&fact->meaning))
            return needs(comparison->left) || needs(comparison->right);
        const auto* other = std::get_if<Room>(&fact->meaning);
        return other != nullptr && *other != room;
    });
}

} // namespace

Answer Satisfiability::find(const Question& question, const Budget& budget,
                            const std::vector<RuleIndex>* only) {
    if (!std::ranges::all_of(question.stages, [](const Stage& stage) { return stage.rules->whole; }))
        return GaveUp{};
    CaDiCaL::Solver solver;
    solver.set("quiet", 1); // else it writes remarks to the standard output
    Circuit circuit(solver, budget.steps / steps_of_a_clause, budget.bytes);
    Encoding encoding(space_, circuit);
    Encoding::Counting counting;
    if (only != nullptr)
        for (const auto rule : *only) counting[rule] = circuit.input();
    circuit.require(encoding.of(question, only == nullptr ? nullptr : &counting));
    steps_ += circuit.clauses() * steps_of_a_clause;
    if (!circuit.fits()) return GaveUp{};
    for (const auto& [rule, counts] : counting) solver.assume(counts);
    Patience patience(budget.steps, circuit.clauses());
    solver.connect_terminator(&patience);
    const auto result = solver.solve();
    solver.disconnect_terminator();
    steps_ += patience.spent();
    if (result == unsatisfiable) {
        if (only == nullptr && question.stages.empty()) return Proved{};
        if (only == nullptr) return Proved{taking(question.stages.back())};
        Proved proved;
        for (const auto& [rule, counts] : counting)
            if (solver.failed(counts)) proved.because.push_back(rule);
        return proved;
    }
    if (result != satisfiable) return GaveUp{};
    const auto point = point_of(solver, encoding);
    auto box = Neighbours(space_, point).of(question);
    auto meant = Pinning(space_, point, box).run();
    return Found{std::move(box), std::move(meant)};
}

bool may_contradict(const Space& space, const Box& box) {
    const auto facts = static_cast<std::size_t>(
        std::ranges::count_if(box, [&](const Side& side) { return space.fact(side.variable) != nullptr; }));
    const auto values = [&](Variable variable) -> const IntervalSet& {
        return space.sets[values_of(space, box, variable)];
    };
    return std::ranges::any_of(box, [&](const Side& side) {
        const auto* fact = space.fact(side.variable);
        if (fact == nullptr || !fact->has_meaning()) return false;
        if (const auto* room = std::get_if<Room>(&fact->meaning))
            return space.sets[side.values].contains(0) || !is_alone(space, box, *room) ||
                   !may_have_room(*room, values);
        const auto* comparison = std::get_if<Comparison>(&fact->meaning);
        const bool differ =
            comparison != nullptr && !comparison->less && !space.sets[side.values].contains(1);
        if (!differ) return true;
        const auto &left = values(comparison->left), &right = values(comparison->right);
        return std::max(left.size(), right.size()) <= facts && meet(values_in(left), values_in(right));
    });
}

Answer Engines::with_meaning(const Question& question, const Budget& budget) {
    // About ten seconds of the default: it is the last to be asked.
    constexpr std::size_t patience = 20;
    return sat.find(question, {budget.steps * patience, budget.bytes});
}

Answer Engines::confirmed(const Question& question, Answer answer, const Budget& budget,
                          const std::vector<RuleIndex>* only) {
    const auto* found = std::get_if<Found>(&answer);
    if (found == nullptr || found->meant || !may_contradict(space_, found->box)) return answer;
    // Whether the box holds a packet does not take the rules, and mostly it does.
    auto inside = sat.find({{found->box}, {}}, budget);
    return std::holds_alternative<Found>(inside) ? inside : sat.find(question, budget, only);
}

} // namespace symbolic
