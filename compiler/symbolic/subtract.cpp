// Search: of each wanted rule's box everything is subtracted that earlier rules decide. What a rule covers in
// all but one variable shrinks the box; only where several variables are open does the search branch. A piece
// that nothing is left to subtract from is an answer.
#include "compiler/symbolic/find.hpp"
#include "compiler/symbolic/overlaps.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>

namespace symbolic {

struct Subtraction::Indexes {
    std::map<const RuleList*, Overlaps> by_list;

    Overlaps& of(const Space& space, const RuleList& list) {
        return by_list.try_emplace(&list, space, list).first->second;
    }
    std::size_t bytes() const {
        std::size_t sum = 0;
        for (const auto& [list, index] : by_list) sum += index.bytes();
        return sum;
    }
};

namespace {

constexpr std::size_t probed_rules_min = 16; ///< fewer are subtracted at once

/// The lowest value of a set and some others, the same each time.
std::vector<Value> samples(const IntervalSet& set) {
    constexpr std::size_t others = 8;
    std::vector<Value> values = {set.intervals().front().low};
    const auto size = set.size();
    std::uint64_t state = size;
    for (std::size_t i = 0; i < others; ++i) {
        state = state * 6364136223846793005 + 1442695040888963407; // Knuth's MMIX
        auto rank = (state >> 16) % size;
        for (const auto& [low, high] : set.intervals()) {
            if (rank <= high - low) {
                values.push_back(low + rank);
                break;
            }
            rank -= high - low + 1;
        }
    }
    return values;
}

class Search {
public:
    using IndexOf = std::function<Overlaps&(const RuleList&)>;

    Search(Space& space, const Question& question, const Budget& budget, const std::vector<RuleIndex>* only,
           IndexOf index_of, std::function<std::size_t()> bytes)
        : space_(space), question_(question), budget_(budget), only_(only), index_of_(std::move(index_of)),
          bytes_(std::move(bytes)) {}

    std::size_t spent() const { return steps_; }

    Answer run() {
        const bool over =
            std::ranges::any_of(question_.region, [&](const Box& box) { return at_stage(0, box); });
        if (over && found_) return Found{std::move(*found_)};
        if (over) return GaveUp{};
        return Proved{{used_.begin(), used_.end()}};
    }

private:
    // What searches returns true when the search is over: something is found, or the budget is spent.

    bool at_stage(std::size_t number, const Box& box) {
        if (number == question_.stages.size()) {
            found_ = box;
            return true;
        }
        const auto& [list, wanted] = question_.stages[number];
        const auto candidates = wanted.statement ? index_of_(*list).of(*wanted.statement)
                                                 : overlapping(*list, box, list->rules.size());
        for (const auto index : candidates) {
            if (!spend(1)) return true;
            if (!wanted(list->rules[index])) continue;
            const auto piece = both(space_, box, list->rules[index].guard);
            if (!piece) continue;
            auto rules = earlier(number, *piece, index);
            if (rules.size() >= probed_rules_min && probe(number, *piece, rules)) return true;
            if (subtract(number, *piece, std::move(rules))) return true;
        }
        return false;
    }

    std::vector<RuleIndex> overlapping(const RuleList& list, const Box& box, std::size_t end) {
        auto& index = index_of_(list);
        const auto before = index.work();
        auto rules = index.with(box, end);
        constexpr std::size_t sets_a_step = 8; // to look at a set is little work
        steps_ += (index.work() - before) / sets_a_step;
        return rules;
    }

    /// The rules before `end` that take packets away. Wanted ones take none.
    std::vector<RuleIndex> earlier(std::size_t number, const Box& box, RuleIndex end) {
        const auto& [list, wanted] = question_.stages[number];
        const bool restricted = only_ != nullptr && number + 1 == question_.stages.size();
        auto rules = restricted ? *only_ : overlapping(*list, box, end);
        std::erase_if(rules, [&](RuleIndex rule) {
            return rule >= end || wanted(list->rules[rule]) || !meets(box, list->rules[rule].guard);
        });
        return rules;
    }

    /// Goes to where few rules are, one variable after the other. Most boxes have a packet that is left, and
    /// then there is no need to search.
    bool probe(std::size_t number, Box box, std::vector<RuleIndex> rules) {
        const auto& list = *question_.stages[number].rules;
        std::set<Variable> variables;
        for (const auto rule : rules)
            for (const auto& side : list.rules[rule].guard) variables.insert(side.variable);
        for (const auto variable : variables) {
            const auto values = samples(space_.sets[values_of(space_, box, variable)]);
            if (rules.empty() || !spend(values.size() * rules.size())) break;
            const auto touching = [&](Value value) {
                return std::ranges::count_if(rules, [&](RuleIndex rule) {
                    return space_.sets[values_of(space_, list.rules[rule].guard, variable)].contains(value);
                });
            };
            narrow(space_, box, variable, space_.one(std::ranges::min(values, {}, touching)));
            keep_meeting(rules, list, box);
        }
        return rules.empty() && at_stage(number + 1, box);
    }

    bool meets(const Box& box, const Box& guard) const {
        return std::ranges::all_of(guard, [&](const Side& side) {
            return space_.sets.meet(values_of(space_, box, side.variable), side.values);
        });
    }

    /// The variables in which a box reaches out of a guard.
    std::size_t open(const Box& box, const Box& guard) const {
        return static_cast<std::size_t>(std::ranges::count_if(guard, [&](const Side& side) {
            return !space_.sets.covers(side.values, values_of(space_, box, side.variable));
        }));
    }

    bool subtract(std::size_t number, Box box, std::vector<RuleIndex> rules) {
        const auto& list = *question_.stages[number].rules;
        while (!rules.empty()) {
            if (!spend(2 * rules.size())) return true;
            auto best = rules.begin();
            auto best_open = std::numeric_limits<std::size_t>::max();
            for (auto rule = rules.begin(); rule != rules.end() && best_open > 1; ++rule)
                if (const auto count = open(box, list.rules[*rule].guard); count < best_open) {
                    best = rule;
                    best_open = count;
                }
            if (number + 1 == question_.stages.size()) used_.insert(*best);
            const auto& guard = list.rules[*best].guard;
            rules.erase(best);
            if (best_open == 0) return false;
            if (best_open > 1) return branch(number, std::move(box), guard, rules);
            for (const auto& side : guard) {
                const auto all = values_of(space_, box, side.variable);
                if (const auto outside = space_.sets.without(all, side.values);
                    outside != all && outside != Sets::none)
                    narrow(space_, box, side.variable, outside);
            }
            keep_meeting(rules, list, box);
        }
        return at_stage(number + 1, box);
    }

    /// Each piece of the box that lies outside of the guard, in turn.
    bool branch(std::size_t number, Box box, const Box& guard, const std::vector<RuleIndex>& rules) {
        const auto& list = *question_.stages[number].rules;
        for (const auto& piece : without(space_, std::move(box), guard)) {
            auto left = rules;
            keep_meeting(left, list, piece);
            if (subtract(number, piece, std::move(left))) return true;
        }
        return false;
    }

    void keep_meeting(std::vector<RuleIndex>& rules, const RuleList& list, const Box& box) {
        std::erase_if(rules, [&](RuleIndex rule) { return !meets(box, list.rules[rule].guard); });
    }

    bool spend(std::size_t steps) {
        steps_ += steps;
        constexpr std::size_t between_looks = 4096;
        if (steps_ > budget_.steps) return false;
        if (steps_ - looked_at_ < between_looks) return true;
        looked_at_ = steps_;
        return bytes_() <= budget_.bytes;
    }

    Space& space_;
    const Question& question_;
    const Budget& budget_;
    const std::vector<RuleIndex>* only_;
    IndexOf index_of_;
    std::function<std::size_t()> bytes_;
    std::optional<Box> found_;
    std::set<RuleIndex> used_; ///< of the last stage
    std::size_t steps_ = 0, looked_at_ = 0;
};

} // namespace

Subtraction::Subtraction(Space& space) : space_(space), indexes_(std::make_unique<Indexes>()) {}
Subtraction::~Subtraction() = default;

Answer Subtraction::find(const Question& question, const Budget& budget, const std::vector<RuleIndex>* only) {
    if (!std::ranges::all_of(question.stages, [](const Stage& stage) { return stage.rules->whole; }))
        return GaveUp{};
    Search search(
        space_, question, budget, only,
        [&](const RuleList& list) -> Overlaps& { return indexes_->of(space_, list); },
        [&] { return space_.sets.bytes() + indexes_->bytes(); });
    auto answer = search.run();
    steps_ += search.spent();
    return answer;
}

} // namespace symbolic
