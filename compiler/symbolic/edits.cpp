// Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), over rules that have been numbered.
#include "compiler/symbolic/edits.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace symbolic {

namespace {

constexpr std::ptrdiff_t edits_max = 400;

struct Line {
    const Rule* rule = nullptr;
    std::size_t number = 0; ///< equal rules have equal ones
};

class Numbers {
public:
    std::vector<Line> of(const RulesInOrder& rules, const Meaning& meaning) {
        std::vector<Line> lines;
        for (const auto* rule : rules) lines.push_back({rule, number(*rule, meaning(*rule))});
        return lines;
    }

private:
    using Key = std::tuple<std::vector<std::pair<Variable, SetRef>>, model::Action, std::string>;

    std::size_t number(const Rule& rule, std::string meaning) {
        std::vector<std::pair<Variable, SetRef>> guard;
        for (const auto& side : rule.guard) guard.emplace_back(side.variable, side.values);
        return known_.try_emplace({std::move(guard), rule.action, std::move(meaning)}, known_.size())
            .first->second;
    }

    std::map<Key, std::size_t> known_;
};

/// How far each diagonal (`x - y`) is reached with some number of edits.
class Reached {
public:
    explicit Reached(std::ptrdiff_t edits) : edits_(edits), x_(static_cast<std::size_t>(2 * edits + 1)) {}

    std::ptrdiff_t& operator[](std::ptrdiff_t diagonal) {
        return x_[static_cast<std::size_t>(diagonal + edits_)];
    }

private:
    std::ptrdiff_t edits_;
    std::vector<std::ptrdiff_t> x_;
};

class Difference {
public:
    Difference(const std::vector<Line>& before, const std::vector<Line>& after)
        : before_(before), after_(after) {}

    std::optional<Edits> run() {
        const auto from = std::ssize(before_), to = std::ssize(after_);
        for (std::ptrdiff_t edits = 0; edits <= edits_max; ++edits) {
            auto& reached = steps_.emplace_back(edits);
            for (auto diagonal = -edits; diagonal <= edits; diagonal += 2) {
                auto x = edits == 0 ? 0 : came(edits, diagonal).second;
                while (x < from && x - diagonal < to && same(x, x - diagonal)) ++x;
                reached[diagonal] = x;
                if (x >= from && x - diagonal >= to) return back(edits, diagonal);
            }
        }
        return std::nullopt;
    }

private:
    bool same(std::ptrdiff_t x, std::ptrdiff_t y) const {
        return before_[static_cast<std::size_t>(x)].number == after_[static_cast<std::size_t>(y)].number;
    }

    /// From which diagonal the last edit comes, and where it ends.
    std::pair<std::ptrdiff_t, std::ptrdiff_t> came(std::ptrdiff_t edits, std::ptrdiff_t diagonal) {
        auto& earlier = steps_[static_cast<std::size_t>(edits - 1)];
        const bool is_added =
            diagonal == -edits || (diagonal != edits && earlier[diagonal - 1] < earlier[diagonal + 1]);
        if (is_added) return {diagonal + 1, earlier[diagonal + 1]};
        return {diagonal - 1, earlier[diagonal - 1] + 1};
    }

    Edits back(std::ptrdiff_t edits, std::ptrdiff_t diagonal) {
        Edits result;
        for (; edits > 0; --edits) {
            const auto [from, x] = came(edits, diagonal);
            const auto y = x - diagonal;
            if (from > diagonal)
                result.added.insert(after_[static_cast<std::size_t>(y - 1)].rule);
            else
                result.removed.insert(before_[static_cast<std::size_t>(x - 1)].rule);
            diagonal = from;
        }
        return result;
    }

    const std::vector<Line>& before_;
    const std::vector<Line>& after_;
    std::vector<Reached> steps_; ///< by the number of edits
};

} // namespace

std::optional<Edits> edits(const RulesInOrder& before, const Meaning& in_before, const RulesInOrder& after,
                           const Meaning& in_after) {
    Numbers numbers;
    const auto old_lines = numbers.of(before, in_before), new_lines = numbers.of(after, in_after);
    return Difference(old_lines, new_lines).run();
}

std::optional<Edits> edits(const RuleList& before, const Meaning& in_before, const RuleList& after,
                           const Meaning& in_after) {
    if (!before.whole || !after.whole) return std::nullopt;
    return edits(deciding(before), in_before, deciding(after), in_after);
}

} // namespace symbolic
