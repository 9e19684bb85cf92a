// Tests that are about less than the whole appliance: what one chain or one function says of a packet.
#pragma once
#include "harness/outcome.hpp"

namespace harness {

/// What a Test is about.
using About = std::variant<model::WholeAppliance, model::IfaceChain, model::ForwardChain, model::FunctionId>;

/// The functions to run, and what they are told of the packet besides its bytes.
struct Question {
    About about{};
    std::vector<model::FunctionId> functions;
    bool guarded = false; ///< they are a chain: invalid packets are dropped before if the policy says so
    model::State state = model::State::fresh;
    std::optional<model::IfaceId> ingress; ///< without one, nothing is known of the frame either
    std::optional<model::IfaceId> egress;

    /// A dnat on the chain changes what its later functions see.
    bool translates() const;
};

/// Those of a chain that are run for a packet of such a flow: a Nat has decided for it when its first packet came.
std::vector<model::FunctionId> functions_asked(const model::Appliance& appliance,
                                               const std::vector<model::FunctionId>& chain, model::State state);

/// What a step of such a Test asks of its frame. Throws Error for a frame that no function ever sees.
Question question_of(const model::Appliance& appliance, const model::Scenario& test,
                     const model::SendStep& step, View frame);

/// The interpreter's answer. `delivered` stands for a packet that is not dropped; a function without a
/// verdict decides nothing. `trace`: where somebody wants to know how it came to that.
Outcome judge(const model::Appliance& appliance, const Question& question, View frame, eval::Limits& limits,
              eval::Allowance& texts, Time now, eval::Trace* trace = nullptr);

} // namespace harness
