// Filters and Nats as C++ functions: shaped like their source, or with runs of their steps as lists of rules.
#pragma once
#include "codegen/rule_lists.hpp"

#include <set>

namespace codegen {

/// The functions that stand on chains; those that a chain runs, called ones included; those that any chain runs.
std::set<model::FunctionId> functions_at_chains(const model::Appliance& appliance);
std::set<model::FunctionId> functions_on_chain(const model::Appliance& appliance,
                                               const std::vector<model::FunctionId>& chain);
std::set<model::FunctionId> functions_on_chains(const model::Appliance& appliance);

/// The functions that Tests are about, called ones included.
std::set<model::FunctionId> functions_in_tests(const model::Appliance& appliance);

/// Whether some `log` or `syslog` statement in the block, called functions left aside, is such a one.
bool has_log(const model::Block& block, bool (*is_such)(const model::Log&));

/// The C++ name of a function of the policy.
std::string function_name(const model::Appliance& appliance, model::FunctionId function);

/// What a verdict statement does, and where it stands: "accept: bastion.nacl:12"; and the line that decides so.
std::string verdict_comment(const model::Appliance& appliance, model::StatementId statement,
                            const model::Place& place);
std::string verdict_line(const model::Appliance& appliance, model::StatementId statement,
                         const model::Place& place);

/// One definition, its declaration, each verdict with its place. With `lists` it is optimised. Returns the
/// functions that the definition calls.
void write_declaration(Writer& out, const model::Appliance& appliance, model::FunctionId function);
std::set<model::FunctionId> write_function(Writer& out, Sets& sets, const model::Appliance& appliance,
                                           model::FunctionId function, RuleLists* lists);

} // namespace codegen
