// Conditions as nftables can say them: alternatives, each a list of matches that must all hold.
#pragma once
#include "compiler/model/appliance.hpp"

namespace codegen::nft {

/// Something the policy says that nftables cannot.
struct Problem {
    model::Place place;
    std::string what; ///< "nftables cannot …"
    std::string cure;
};

/// (field & mask) is in `values`.
struct Match {
    model::Field field{};
    model::Value mask = 0; ///< the field's maximum but for `flag in tcp.flags`
    model::IntervalSet values{};
    std::optional<model::SetId> set{}; ///< where the values stand under a name
    bool negated = false;              ///< they are what that set has not
    bool whole_header = false;         ///< of ip.protocol: the fixed part of that header must be there
};

using Term = std::vector<Match>;        ///< all of them; an empty one holds always
using Alternatives = std::vector<Term>; ///< any of them; none holds never

/// What is known of a packet where the condition stands.
struct Known {
    std::optional<model::Value> egress{}; ///< iface.out where nftables could not tell
    bool has_ethernet = true;
    bool may_reject = true;
    bool translates_destination = false;
    bool translates_source = false;
};

/// The alternatives of a condition, or of its opposite; what cannot be said is added to `problems`.
Alternatives alternatives(const model::Appliance& appliance, const Known& known,
                          const model::Condition& condition, std::vector<Problem>& problems);

/// Whether a function, or one that it calls, tests the field.
bool tests(const model::Appliance& appliance, model::FunctionId function, model::Field field);

/// Both terms; nothing when they contradict each other.
std::optional<Term> both(const Term& a, const Term& b);

} // namespace codegen::nft
