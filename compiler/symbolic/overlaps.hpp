// Which rules of a list share a packet with a box: for each variable and set, a bit for each rule.
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

private:
    using Bits = std::vector<std::uint64_t>;

    /// The rules whose guards have each set in one variable.
    struct Column {
        Bits unguarded; ///< rules that allow all values
        std::map<SetRef, Bits> guarded;
        std::map<SetRef, Bits> meeting; ///< answers: all rules that share a value with a set
    };

    const Bits& meeting(Column& column, SetRef values);

    const Space& space_;
    std::size_t rules_;
    Bits decide_; ///< rules that are no logs
    std::map<Variable, Column> columns_;
    std::map<model::StatementId, std::vector<std::uint32_t>> by_statement_;
    std::size_t bytes_ = 0;
};

} // namespace symbolic
