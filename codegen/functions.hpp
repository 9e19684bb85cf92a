// Filters and Nats as C++ functions, shaped like their source.
#pragma once
#include "codegen/sets.hpp"

#include <set>

namespace codegen {

/// The functions that a chain runs, called ones included; those that any chain runs.
std::set<model::FunctionId> functions_on_chain(const model::Appliance& appliance,
                                               const std::vector<model::FunctionId>& chain);
std::set<model::FunctionId> functions_on_chains(const model::Appliance& appliance);

/// The functions that Tests are about, called ones included.
std::set<model::FunctionId> functions_in_tests(const model::Appliance& appliance);

/// Whether some `log` or `syslog` statement in the block, called functions left aside, is such a one.
bool has_log(const model::Block& block, bool (*is_such)(const model::Log&));

/// The C++ name of a function of the policy.
std::string function_name(const model::Appliance& appliance, model::FunctionId function);

/// One definition, its declaration, each verdict with its place.
void write_declaration(Writer& out, const model::Appliance& appliance, model::FunctionId function);
void write_function(Writer& out, Sets& sets, const model::Appliance& appliance, model::FunctionId function);

} // namespace codegen
