// Which rules of a list share a packet with a box: for each variable and set of values, a bit for each rule.
#pragma once
#include "compiler/symbolic/rules.hpp"

namespace symbolic {

class Overlaps {
public:
    Overlaps(const Space& space, const RuleList& list);

    /// In order, before `end`. Logs are left out.
    std::vector<std::uint32_t> with(const Box& box, std::size_t end);
    /// The rules of one statement, in order.
    const std::vector<std::uint32_t>& of(model::StatementId statement) const;

    std::size_t bytes() const { return bytes_; }
    /// How many sets have been looked at, which is what takes time.
    std::size_t work() const { return work_; }

private:
    using Bits = std::vector<std::uint64_t>;

    /// The rules that have one set in a variable, and between which values it lies.
    struct Group {
        SetRef set = 0;
        Value low = 0, high = 0;
        std::vector<std::uint32_t> rules{};
    };
    struct Column {
        Bits unguarded;               ///< rules that allow all values
        std::vector<Group> groups;    ///< by their lowest values
        std::map<SetRef, Bits> known; ///< answers: all rules that share a value with a set
    };

    void group(Column& column, const std::map<SetRef, std::vector<std::uint32_t>>& rules);
    const Bits& meeting(Column& column, SetRef values);

    const Space& space_;
    Bits decide_; ///< rules that are no logs
    std::map<Variable, Column> columns_;
    std::map<model::StatementId, std::vector<std::uint32_t>> by_statement_;
    std::size_t bytes_ = 0;
    std::size_t work_ = 0;
};

} // namespace symbolic
