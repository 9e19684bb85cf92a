// Tests of fields against sets, and the tables that the larger sets need.
#pragma once
#include "codegen/writer.hpp"
#include "compiler/model/appliance.hpp"

#include <map>

namespace codegen {

class Sets {
public:
    explicit Sets(const model::Appliance& appliance) : appliance_(appliance) {}

    /// `field::tcp_dport(packet) == 80u`; notes the set when it needs a table.
    std::string test(const model::Test& test);
    /// The tables of all sets that tests have asked for.
    void write_tables(Writer& out) const;

private:
    std::string table(model::SetId set, model::Field field);

    const model::Appliance& appliance_;
    std::map<model::SetId, model::Field> tables_; ///< and a field that says how its values are written
};

} // namespace codegen
