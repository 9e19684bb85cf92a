// Which rules of a list share a packet with a piece: for each column the guards by their lowest values, and a
// bit for each rule.
#pragma once
#include "compiler/symbolic/find.hpp"
#include "compiler/symbolic/values.hpp"

#include <map>

namespace symbolic {

/// The variables that matter to a search, numbered as they are met.
class Columns {
public:
    std::uint32_t of(Variable variable);
    std::uint32_t at(Variable variable) const { return known_.at(variable); }
    const std::vector<Variable>& variables() const { return variables_; }

private:
    std::vector<Variable> variables_;
    std::map<Variable, std::uint32_t> known_;
};

/// A product of sets, one for each column.
using Piece = std::vector<Values>;

/// `columns` has all variables of the box. The Space keeps the values.
Piece piece_of(const Space& space, const Columns& columns, const Box& box);

/// Some packet of the piece, the same for the same state, which goes on to another one. Other columns stay open.
Piece packet_in(Piece piece, const std::vector<std::uint32_t>& columns, std::uint64_t& state);

struct GuardSide {
    std::uint32_t column = 0;
    Values values;
};

class Overlaps {
public:
    /// The Space keeps the values.
    Overlaps(const Space& space, const RuleList& list, Columns& columns);

    std::span<const GuardSide> guard(RuleIndex rule) const {
        return std::span(sides_).subspan(first_side_[rule], first_side_[rule + 1] - first_side_[rule]);
    }
    /// Those that some guard narrows.
    const std::vector<std::uint32_t>& columns() const { return numbers_; }
    /// In order, before `end`. Logs are left out.
    std::vector<RuleIndex> with(const Piece& piece, std::size_t end);
    /// The rules of one statement, in order.
    const std::vector<RuleIndex>& of(model::StatementId statement) const;

    /// How much has been looked at, in steps of a search.
    std::size_t work() const { return work_; }

private:
    using Bits = std::vector<std::uint64_t>;

    /// The rules that have one set in a column.
    struct Group {
        Values values;
        std::vector<RuleIndex> rules;
    };
    struct Column {
        std::uint32_t number = 0;
        Interval hull;             ///< of all groups
        Bits unguarded;            ///< rules that allow all values
        std::vector<Group> groups; ///< by their lowest values
        std::vector<Value> highs;  ///< the highest value of each block of groups
    };

    static bool is_in_all(const Column& column, const Values& values);
    void add_meeting(const Column& column, const Values& values, Bits& bits);

    std::vector<GuardSide> sides_;
    std::vector<std::size_t> first_side_; ///< of each rule, and behind the last
    Bits decide_;                         ///< rules that are no logs
    std::vector<Column> columns_;
    std::vector<std::uint32_t> numbers_; ///< theirs
    RulesByStatement by_statement_;
    std::size_t work_ = 0;
};

} // namespace symbolic
