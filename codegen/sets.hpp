// Tests of fields against sets, and the tables that the larger sets need.
#pragma once
#include "codegen/data.hpp"
#include "compiler/model/appliance.hpp"

#include <map>
#include <optional>
#include <utility>

namespace codegen {

class Sets {
public:
    Sets(const model::Appliance& appliance, Data& data);

    /// `field::tcp_dport(packet) == 80u`; notes the set when it needs a table.
    std::string test(const model::Test& test);
    /// The same of any values, in the form that suits them: an operand of &&.
    std::string fitting_test(model::Field field, const model::IntervalSet& values);
    /// The tables of all sets that tests have asked for.
    void write_tables(Writer& out) const;

private:
    /// A set in generated code, in one form or several.
    struct Table {
        std::string name;
        model::Field field{}; ///< says how its values are written
        model::IntervalSet values;
        const model::Set* set = nullptr; ///< of the policy; none for what was computed
        bool intervals = false, bitmap = false;
        std::optional<std::string> ranks{}; ///< the definition
    };

    std::string literal_of(model::Field field, model::Value value) const;
    std::string within(model::Field field, const std::string& read, const model::Interval& interval) const;
    /// What one comparison says.
    std::optional<std::string> compared(model::Field field, const std::string& read,
                                        const std::vector<model::Interval>& intervals) const;
    std::optional<std::string> masked(model::Field field, const model::IntervalSet& values) const;
    Table& table(model::SetId set, model::Field field);
    Table& table(const model::IntervalSet& values, model::Field field);
    std::string by_table(Table& table, const std::string& read);
    void write_intervals(Writer& out, const Table& table) const;

    const model::Appliance& appliance_;
    Data& data_;
    std::vector<Table> tables_;
    std::map<model::SetId, std::size_t> by_id_;
    using Likeness = std::pair<std::size_t, model::Value>; ///< how many intervals, and the lowest value
    std::map<Likeness, std::vector<std::size_t>> tables_like_;
    std::map<Likeness, std::vector<model::SetId>> sets_like_;
};

} // namespace codegen
