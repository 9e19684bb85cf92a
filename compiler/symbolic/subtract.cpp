// Search: of each wanted rule's box everything is subtracted that earlier rules decide. What a rule covers in
// all but one column shrinks the piece; only where several columns are open does the search branch. A piece
// that nothing is left to subtract from is an answer.
#include "compiler/symbolic/find.hpp"
#include "compiler/symbolic/overlaps.hpp"

#include <algorithm>
#include <functional>

namespace symbolic {

struct Subtraction::Indexes {
    Columns columns;
    std::map<const RuleList*, Overlaps> by_list;

    Overlaps& of(const Space& space, const RuleList& list) {
        return by_list.try_emplace(&list, space, list, columns).first->second;
    }
};

namespace {

constexpr std::size_t probed_rules_min = 16;  ///< fewer are subtracted at once
constexpr std::size_t intervals_a_step = 8;   ///< 128 bytes
constexpr std::size_t guessed_rules_min = 64; ///< with fewer before a rule boxes are found, not packets

using Rules = std::vector<RuleIndex>;

/// How a guard lies to a piece that it meets.
struct Reach {
    std::size_t open = 0;         ///< columns in which the piece reaches out of it
    const GuardSide* side = nullptr; ///< the last of them
    double share = 1;             ///< of the piece, that it may cover
};

double width(const Interval& interval) { return static_cast<double>(interval.high - interval.low) + 1; }

/// Nothing when they do not meet.
std::optional<Reach> reach(const Piece& piece, std::span<const GuardSide> guard) {
    Reach result;
    for (const auto& side : guard) {
        const auto& values = piece[side.column];
        if (!meet(values, side.values)) return std::nullopt;
        if (covers(side.values, values)) continue;
        ++result.open;
        result.side = &side;
        const Interval common = {std::max(values.hull.low, side.values.hull.low),
                                 std::min(values.hull.high, side.values.hull.high)};
        result.share *= width(common) / width(values.hull);
    }
    return result;
}

/// No rule of the list is wanted. A statement's rules are few, and looked up.
bool is_hopeless(const Stage& stage) {
    return !stage.wanted.statement && std::ranges::none_of(stage.rules->rules, stage.wanted);
}

class Search {
public:
    using IndexOf = std::function<Overlaps&(const RuleList&)>;

    Search(const Question& question, std::size_t steps_max, const Rules* only, IndexOf index_of)
        : question_(question), steps_max_(steps_max), only_(only), index_of_(std::move(index_of)) {}

    std::size_t spent() const { return steps_; }
    const std::optional<Piece>& found() const { return found_; }
    /// Sorted.
    std::vector<RuleIndex> used() && {
        std::ranges::sort(used_);
        used_.erase(std::ranges::unique(used_).begin(), used_.end());
        return std::move(used_);
    }

    // What searches returns true when the search is over: something is found, or the budget is spent.

    bool at_stage(std::size_t number, const Piece& piece) {
        if (number == question_.stages.size()) {
            found_ = piece;
            return true;
        }
        const auto& [list, wanted] = question_.stages[number];
        auto& index = index_of_(*list);
        const auto candidates = wanted.statement ? index.of(*wanted.statement)
                                                 : overlapping(index, piece, list->rules.size());
        for (const auto rule : candidates) {
            if (!spend(1)) return true;
            if (!wanted(list->rules[rule])) continue;
            const auto mark = scratch_.mark();
            auto inside = piece;
            if (!narrow(inside, index.guard(rule))) continue;
            if (only_ == nullptr && rule >= guessed_rules_min && guess(number, inside, rule)) return true;
            auto rules = earlier(number, inside, rule);
            if (is_covered(number, inside, rules)) continue;
            if (rules.size() >= probed_rules_min && probe(number, inside, rules)) return true;
            if (subtract(number, std::move(inside), std::move(rules))) return true;
            scratch_.release(mark);
        }
        return false;
    }

private:
    Overlaps& index(std::size_t number) { return index_of_(*question_.stages[number].rules); }

    Rules overlapping(Overlaps& index, const Piece& piece, std::size_t end) {
        const auto before = index.work();
        auto rules = index.with(piece, end);
        steps_ += index.work() - before;
        return rules;
    }

    /// The rules before `end` that take packets away. Wanted ones take none.
    Rules earlier(std::size_t number, const Piece& piece, RuleIndex end) {
        const auto& [list, wanted] = question_.stages[number];
        const bool restricted = only_ != nullptr && number + 1 == question_.stages.size();
        auto rules = restricted ? *only_ : overlapping(index(number), piece, end);
        std::erase_if(rules, [&](RuleIndex rule) { return rule >= end || wanted(list->rules[rule]); });
        return rules;
    }

    /// By one rule, which is all that a proof needs then.
    bool is_covered(std::size_t number, const Piece& piece, const Rules& rules) {
        const auto& index = this->index(number);
        const auto found = std::ranges::find_if(rules, [&](RuleIndex rule) {
            const auto sides = index.guard(rule);
            return std::ranges::all_of(sides, [&](const auto& side) { return covers(side.values, piece[side.column]); });
        });
        spend(static_cast<std::size_t>(found - rules.begin()));
        if (found == rules.end()) return false;
        use(number, *found);
        return true;
    }

    bool narrow(Piece& piece, std::span<const GuardSide> guard) {
        for (const auto& side : guard) {
            const auto left = scratch_.both(piece[side.column], side.values);
            if (!left) return false;
            piece[side.column] = *left;
        }
        return true;
    }

    /// Looks at some packets, the same each time. Most rules decide about most of theirs. What no rule looks
    /// at stays open.
    bool guess(std::size_t number, const Piece& piece, RuleIndex end) {
        constexpr int guesses = 6;
        std::uint64_t state = end;
        for (int i = 0; i < guesses; ++i) {
            const auto packet = packet_in(piece, index(number).columns(), state);
            if (earlier(number, packet, end).empty() && at_stage(number + 1, packet)) return true;
        }
        return false;
    }

    /// Goes to where few rules are, one column after the other. Most pieces have a packet that is left, and
    /// then there is no need to search.
    bool probe(std::size_t number, Piece piece, Rules rules) {
        auto& index = this->index(number);
        for (std::uint32_t column = 0; column < piece.size() && !rules.empty(); ++column) {
            const auto value = least_covered(index, piece[column], column, rules);
            if (!value) continue;
            piece[column] = {{*value, *value}};
            if (!spend(rules.size())) return false;
            std::erase_if(rules, [&](RuleIndex rule) { return !reach(piece, index.guard(rule)); });
        }
        return rules.empty() && at_stage(number + 1, piece);
    }

    /// The value of a column for which the fewest rules hold; nothing where no rule says anything of it.
    std::optional<Value> least_covered(const Overlaps& index, const Values& values, std::uint32_t column,
                                       const Rules& rules) {
        changes_.clear();
        for (const auto rule : rules)
            for (const auto& side : index.guard(rule)) {
                if (side.column != column) continue;
                for (const auto& [low, high] : side.values.intervals()) {
                    changes_.emplace_back(low, 1);
                    changes_.emplace_back(high + 1, -1);
                }
            }
        if (changes_.empty() || !spend(changes_.size() + values.count)) return std::nullopt;
        for (const auto& [low, high] : values.intervals()) changes_.emplace_back(low, 0);
        std::ranges::sort(changes_);
        std::optional<Value> best;
        int holding = 0, least = 0;
        auto inside = values.intervals().begin();
        for (auto change = changes_.begin(); change != changes_.end();) {
            const auto value = change->first;
            for (; change != changes_.end() && change->first == value; ++change) holding += change->second;
            while (inside != values.intervals().end() && inside->high < value) ++inside;
            if (inside == values.intervals().end()) break;
            if (inside->low > value || (best && holding >= least)) continue;
            best = value;
            least = holding;
        }
        return best;
    }

    bool subtract(std::size_t number, Piece piece, Rules rules) {
        auto& index = this->index(number);
        while (true) {
            if (!spend(rules.size() + 1)) return true;
            gone_.clear();
            const auto used = used_.size();
            double best_share = -1;
            std::size_t best = 0, kept = 0;
            for (const auto rule : rules) {
                const auto found = reach(piece, index.guard(rule));
                if (!found) continue;
                if (found->open == 0) { // it needs no other
                    used_.resize(used);
                    use(number, rule);
                    return false;
                }
                if (found->open == 1) {
                    use(number, rule);
                    gone_.push_back(found->side);
                    continue;
                }
                if (found->share > best_share) {
                    best_share = found->share;
                    best = kept;
                }
                rules[kept++] = rule;
            }
            rules.resize(kept);
            if (!gone_.empty()) {
                if (!shrink(piece)) return false;
                continue;
            }
            if (rules.empty()) return at_stage(number + 1, piece);
            use(number, rules[best]);
            const auto guard = index.guard(rules[best]);
            rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(best));
            return branch(number, std::move(piece), guard, rules);
        }
    }

    /// Takes out what is gone, column by column. False when nothing is left.
    bool shrink(Piece& piece) {
        std::ranges::sort(gone_, {}, &GuardSide::column);
        bool is_left = true;
        for (auto side = gone_.begin(); side != gone_.end() && is_left;) {
            const auto column = (*side)->column;
            intervals_.clear();
            for (; side != gone_.end() && (*side)->column == column; ++side)
                for (const auto& interval : (*side)->values.intervals()) intervals_.push_back(interval);
            // What is written stays until the search returns: steps bound that, too.
            steps_ += (intervals_.size() + piece[column].count) / intervals_a_step;
            const auto left = scratch_.without(piece[column], intervals_);
            is_left = left.has_value();
            if (is_left) piece[column] = *left;
        }
        return is_left;
    }

    void use(std::size_t number, RuleIndex rule) {
        if (number + 1 == question_.stages.size()) used_.push_back(rule);
    }

    /// Each part of the piece that lies outside of the guard, in turn.
    bool branch(std::size_t number, Piece piece, std::span<const GuardSide> guard, const Rules& rules) {
        for (const auto& side : guard) {
            const auto mark = scratch_.mark();
            if (const auto outside = scratch_.without(piece[side.column], side.values)) {
                auto part = piece;
                part[side.column] = *outside;
                if (subtract(number, std::move(part), rules)) return true;
            }
            scratch_.release(mark);
            piece[side.column] = *scratch_.both(piece[side.column], side.values);
        }
        return false;
    }

    bool spend(std::size_t steps) {
        steps_ += steps;
        return steps_ <= steps_max_;
    }

    const Question& question_;
    std::size_t steps_max_;
    const Rules* only_;
    IndexOf index_of_;
    Scratch scratch_;
    std::vector<std::pair<Value, int>> changes_; ///< of how many rules hold, by value
    std::optional<Piece> found_;
    std::vector<const GuardSide*> gone_;         ///< what is to be taken out of a piece
    std::vector<Interval> intervals_;            ///< of one of its columns
    std::vector<RuleIndex> used_;                ///< of the last stage, some more than once
    std::size_t steps_ = 0;
};

/// Of many boxes few may hold what one statement is about.
void keep_about(const Space& space, const RuleList& list, const std::vector<RuleIndex>& rules, std::vector<const Box*>& region) {
    std::erase_if(region, [&](const Box* box) {
        return std::ranges::none_of(rules, [&](RuleIndex rule) { return meet(space, *box, list.rules[rule].guard); });
    });
}

} // namespace

Subtraction::Subtraction(Space& space) : space_(space), indexes_(std::make_unique<Indexes>()) {}
Subtraction::~Subtraction() = default;

Answer Subtraction::find(const Question& question, std::size_t steps_max, const std::vector<RuleIndex>* only) {
    if (!std::ranges::all_of(question.stages, [](const Stage& stage) { return stage.rules->whole; }))
        return GaveUp{};
    if (std::ranges::any_of(question.stages, is_hopeless)) return Proved{};
    auto& columns = indexes_->columns;
    for (const auto& stage : question.stages) indexes_->of(space_, *stage.rules);
    std::vector<const Box*> region;
    for (const auto& box : question.region) region.push_back(&box);
    if (region.size() > 1 && !question.stages.empty()) {
        const auto& [list, wanted] = question.stages.back();
        if (wanted.statement) keep_about(space_, *list, indexes_->of(space_, *list).of(*wanted.statement), region);
    }
    for (const auto* box : region)
        for (const auto& side : *box) columns.of(side.variable);

    Search search(question, steps_max, only,
                  [&](const RuleList& list) -> Overlaps& { return indexes_->of(space_, list); });
    const bool over = std::ranges::any_of(region, [&](const Box* box) {
        return search.at_stage(0, piece_of(space_, columns, *box));
    });
    steps_ += search.spent();
    if (!over) return Proved{std::move(search).used()};
    if (!search.found()) return GaveUp{};
    Found found;
    for (std::uint32_t column = 0; column < columns.variables().size(); ++column) {
        const auto intervals = (*search.found())[column].intervals();
        const auto values = space_.sets.add(IntervalSet({intervals.begin(), intervals.end()}));
        symbolic::narrow(space_, found.box, columns.variables()[column], values);
    }
    return found;
}

} // namespace symbolic
