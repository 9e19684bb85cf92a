// A way told apart by what is translated on it, so that its functions can be asked what they say: of first
// packets for each thing that its Nats do to them, of packets of known flows for each thing that its Nats may have
// done to their first ones, and once as if nothing had been translated (path.md, Translation). One chain of two
// policies is told apart by what the Nats of both do.
#pragma once
#include "compiler/analysis/chain.hpp"

namespace analysis {

/// What Nats want of a packet; what they say nothing of they leave as it is. Ports are those of TCP and UDP.
struct Rewrite {
    std::optional<std::uint32_t> destination, source;
    std::optional<std::uint16_t> destination_port, source_port;

    friend auto operator<=>(const Rewrite&, const Rewrite&) = default;
};

/// A way in a policy.
struct WayIn {
    const model::Appliance& appliance;
    Way way;
    std::vector<model::IfaceId> iface_ids{}; ///< see rules_of
};

struct Case {
    std::vector<const ChainRules*> rules; ///< of each policy
    std::vector<symbolic::Box> region;    ///< packets that can come
    std::vector<symbolic::Stage> before;  ///< what the Nats decide
    std::vector<Rewrite> rewrites;        ///< by each policy's Nats
    /// The Nats have decided so about another packet, the first of the flow; else about the very packet, if at all.
    enum class About : std::uint8_t { first_packet, later_packet, untranslated } about = About::untranslated;
    /// Of a later packet two policies can be compared if both accept the first: what that takes, where it matters.
    std::vector<symbolic::Stage> begun{};
};

struct Cases {
    std::deque<Case> all;
    bool whole = true; ///< false: there are too many to tell apart; they have all packets of one policy, and some of two
    // At places that stay, what cases point at. Where functions read packets alike, they share their rules.
    std::deque<ChainRules> readings;
    std::deque<symbolic::RuleList> decisions;
    std::deque<symbolic::SomeRules> outcomes;
};

/// Whether packets of one direction of a flow are taken to come in by one Iface. Where nobody checks sources, a forged one
/// may come by any.
enum class FlowsComeBy : std::uint8_t { one_iface, any_iface };

/// All packets that can come are in some case; where there are more than packets can be, a proof holds, and one that
/// is found counts if the interpreter agrees. `invalid`: those of that state too.
Cases cases_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way, bool invalid,
               FlowsComeBy by = FlowsComeBy::one_iface);

/// Those that can come to a chain of the new policy. Packets of flows whose first ones the policies send elsewhere are
/// left out. Source translation is told apart as well.
Cases cases_of(symbolic::Space& space, const WayIn& before, const WayIn& after);

/// The first rule of a list that decides about one packet of a box.
const symbolic::Rule* deciding(const symbolic::Space& space, const symbolic::RuleList& list, const symbolic::Box& box);

} // namespace analysis
