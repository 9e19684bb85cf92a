// What one chain or one function says of a packet, by the interpreter: for Tests that are about less than the
// whole appliance.
#pragma once
#include "harness/outcome.hpp"

namespace harness {

/// One chain or function, and what it is told of the packet besides its bytes.
struct Question {
    std::variant<model::WholeAppliance, model::IfaceChain, model::ForwardChain, model::FunctionId> about;
    model::State state = model::State::fresh;
    std::optional<model::IfaceId> ingress;
};

/// `delivered` stands for a packet that is not dropped; a function without a verdict decides nothing.
Outcome judge(const model::Appliance& appliance, const Question& question, View frame, eval::Limits& limits,
              Time now);

} // namespace harness
