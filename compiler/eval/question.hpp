// What one chain or one function says of a packet, without the stages before and after it (path.md, "Tests of one
// chain or function").
#pragma once
#include "compiler/eval/chains.hpp"
#include "compiler/model/scenario.hpp"

namespace eval {

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

/// By which Iface a step's packet comes in: what it says, else what its chain says; neither: by none.
std::optional<model::IfaceId> ingress_of(const model::Scenario& test, const model::SendStep& step);

/// What a step of a Test that is about a chain or a function asks.
Question question_of(const model::Appliance& appliance, const model::Scenario& test, const model::SendStep& step,
                     const Datagram& datagram);

struct Judged {
    std::vector<model::StatementId> decided;
    std::optional<model::Reason> dropped; ///< nothing: it is let through
    Bytes datagram;                       ///< as the functions leave it
};

/// Of a frame with an IPv4 datagram in it that is no fragment.
Judged judge(const model::Appliance& appliance, const Question& question, View frame, const Datagram& datagram,
                const Effects& effects);

} // namespace eval
