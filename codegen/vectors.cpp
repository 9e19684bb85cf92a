#include "codegen/vectors.hpp"

#include "codegen/names.hpp"

#include <algorithm>
#include <unordered_map>

namespace codegen {

namespace {

using model::Value;
using Words = std::vector<std::uint64_t>;

constexpr std::size_t word_bits = 64;

std::size_t words_of(std::size_t bits) { return (bits + word_bits - 1) / word_bits; }

void flip(Words& words, std::size_t bit) { words[bit / word_bits] ^= std::uint64_t{1} << bit % word_bits; }

/// A bit for each word that is not zero.
Words summary_of(const Words& words) {
    Words summary(words_of(words.size()));
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] != 0) flip(summary, i);
    return summary;
}

/// Rows that are the same are stored once.
class Rows {
public:
    explicit Rows(std::vector<std::uint64_t>& words) : words_(words) {}

    std::uint32_t add(const Words& rules) {
        auto row = summary_of(rules);
        std::ranges::copy_if(rules, std::back_inserter(row), [](std::uint64_t word) { return word != 0; });
        std::uint64_t hash = row.size();
        for (const auto word : row) hash = (hash ^ word) * 0x9e37'79b9'7f4a'7c15 ^ hash >> 29;
        for (const auto known : known_[hash])
            // Equal summaries have equally many words behind them.
            if (std::ranges::equal(
                    row, std::span(words_).subspan(known, std::min(row.size(), words_.size() - known))))
                return known;
        const auto at = static_cast<std::uint32_t>(words_.size());
        known_[hash].push_back(at);
        words_.insert(words_.end(), row.begin(), row.end());
        return at;
    }

private:
    std::vector<std::uint64_t>& words_;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> known_;
};

/// Where a rule begins or ceases to fit.
struct Change {
    Value at = 0;
    std::uint32_t rule = 0;
};

class ColumnMaker {
public:
    ColumnMaker(const symbolic::Space& space, symbolic::Variable variable, unsigned bits,
                std::span<const symbolic::Rule> rules)
        : space_(space), bits_(bits), rules_(rules), fitting_(words_of(rules.size())) {
        column_.variable = variable;
    }

    std::optional<RuleColumn> make(std::size_t bytes_max) {
        read();
        Rows rows(column_.words);
        std::vector<Value> ends;
        const auto end_range = [&](Value end) {
            const auto row = rows.add(fitting_);
            if (!column_.rows.empty() && column_.rows.back() == row) {
                ends.back() = end;
                return;
            }
            ends.push_back(end);
            column_.rows.push_back(row);
        };
        for (std::size_t i = 0; i < changes_.size();) {
            const auto at = changes_[i].at;
            if (at > 0) end_range(at - 1);
            for (; i < changes_.size() && changes_[i].at == at; ++i) flip(fitting_, changes_[i].rule);
            if (column_.words.size() * sizeof(std::uint64_t) > bytes_max) return std::nullopt;
        }
        end_range((Value{1} << bits_) - 1);
        column_.ranks = ranks_of(std::move(ends), bits_);
        return std::move(column_);
    }

private:
    void read() {
        Words any(fitting_.size());
        for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
            const auto values = values_of(space_, rules_[rule].guard, column_.variable);
            if (values == space_.domain(column_.variable)) {
                flip(any, rule);
                continue;
            }
            for (const auto& [low, high] : space_.sets[values].intervals()) {
                changes_.push_back({low, rule});
                if (high < (Value{1} << bits_) - 1) changes_.push_back({high + 1, rule});
            }
        }
        std::ranges::stable_sort(changes_, {}, &Change::at);
        column_.any = summary_of(any);
        column_.any.insert(column_.any.end(), any.begin(), any.end());
    }

    const symbolic::Space& space_;
    unsigned bits_;
    std::span<const symbolic::Rule> rules_;
    Words fitting_; ///< in the range that is being made; without those that fit all values
    std::vector<Change> changes_;
    RuleColumn column_;
};

} // namespace

std::size_t RuleColumn::bytes() const {
    return ranks.bytes() + rows.size() * sizeof(std::uint32_t) +
           (words.size() + any.size()) * sizeof(std::uint64_t);
}

std::size_t Vectors::bytes() const {
    std::size_t sum = rules * sizeof(std::uint32_t); // the statements
    for (const auto& column : columns) sum += column.bytes();
    return sum;
}

std::size_t Vectors::steps() const {
    const auto words = words_of(rules);
    std::size_t sum = 0;
    // The index, the halvings, the row; the summaries; a word of the row and one of all.
    for (const auto& column : columns) sum += 2 + column.ranks.steps + 2 * words_of(words) + 2;
    return sum;
}

std::optional<Vectors> vectors_of(const symbolic::Space& space, const Guards& guards,
                                  std::span<const symbolic::Rule> rules, std::size_t bytes_max) {
    std::vector<symbolic::Variable> variables;
    for (const auto& rule : rules)
        for (const auto& side : rule.guard)
            if (std::ranges::find(variables, side.variable) == variables.end())
                variables.push_back(side.variable);
    std::ranges::sort(variables);
    Vectors result{.rules = rules.size(), .columns = {}};
    for (const auto variable : variables) {
        auto column = ColumnMaker(space, variable, guards.bits(variable), rules).make(bytes_max);
        if (!column) return std::nullopt;
        result.columns.push_back(std::move(*column));
        if (result.bytes() > bytes_max) return std::nullopt;
    }
    return result;
}

std::string column_name(symbolic::Variable variable) {
    if (variable < symbolic::header_complete) return accessor(static_cast<model::Field>(variable));
    return variable == symbolic::header_complete ? "header" : fmt::format("fact_{}", variable);
}

void write_columns(Writer& out, Data& data, const std::string& name, const Vectors& vectors) {
    for (const auto& column : vectors.columns) {
        const auto own = fmt::format("{}_{}", name, column_name(column.variable));
        const auto symbol = "nacl_" + own;
        const auto ranks = write_ranks(data, symbol, column.ranks);
        data.add(symbol + "_rows", column.rows);
        data.add(symbol + "_words", column.words);
        data.add(symbol + "_any", column.any);
        out.line("constexpr {0} {1} = {{{2}, {3}_rows, {3}_words, {3}_any}};",
                 is_wide(column.ranks.bits) ? "MacRuleColumn" : "RuleColumn", own, ranks, symbol);
    }
}

} // namespace codegen
