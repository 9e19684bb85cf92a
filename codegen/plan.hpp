// Which form a run of rules takes in generated code, and what that costs. Whoever finds a better form for
// long lists adds it here, and to codegen/rule_lists.cpp, which chooses.
#pragma once
#include "compiler/model/appliance.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace codegen {

struct Plan {
    enum class Form : std::uint8_t {
        plain,    ///< as the source has it: what no list of rules can say
        branches, ///< nested ifs
        vectors,  ///< a bit for each rule, by the range that each field is in
    };

    Form form{};
    std::size_t rules = 0; ///< of `plain`: none
    std::size_t steps = 0; ///< of a lookup, nearly: tests of branches, loads of tables
    std::size_t bytes = 0; ///< of tables
};

/// The runs of each function, in order, and how many rules were left out since they never decide.
struct FunctionPlan {
    std::vector<Plan> runs;
    std::size_t left_out = 0;
};
using Plans = std::map<model::FunctionId, FunctionPlan>;

/// A line for each chain: what its functions became.
std::string plan_table(const model::Appliance& appliance, const Plans& plans);

} // namespace codegen
