// Runs a Filter or Nat function of the policy on a packet: walks its blocks as they are written.
#pragma once
#include "compiler/eval/datagram.hpp"

#include <optional>
#include <string>
#include <vector>

namespace eval {

/// The statement that decided, or none when the packet fell through. Appends what the function logs.
std::optional<model::StatementId> run_function(const model::Appliance& appliance, model::FunctionId function,
                                               const Datagram& datagram, model::State state,
                                               std::vector<std::string>& logs);

/// A field's value as a log statement prints it.
std::string show(model::Field field, model::Value value);

} // namespace eval
