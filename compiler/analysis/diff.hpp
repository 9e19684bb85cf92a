// Two policies, chain by chain: which packets end otherwise than before.
#pragma once
#include "compiler/analysis/witness.hpp"

namespace analysis {

/// Of endings drop is the strictest, then reject, then accept.
enum class Change : std::uint8_t { equivalent, more_permissive, less_permissive, incomparable, not_decided };

inline constexpr std::string_view change_names[] = {"equivalent", "more-permissive", "less-permissive",
                                                    "incomparable", "not-decided"};

/// A packet that ends in two ways.
struct Difference {
    Witness before, after;
};

/// One chain of either policy. Where one has no such Iface, nothing is compared.
struct ChainDiff {
    std::string name; ///< "eth0.prerouting", "forward"
    Change change{};
    std::optional<Way> before, after; ///< in the old and in the new policy
    std::optional<Difference> more,
        less; ///< a packet that ends less strictly, and one that ends more strictly
};

struct PolicyDiff {
    std::vector<ChainDiff> chains;
    Change whole{}; ///< what the chains make together
};

PolicyDiff diff(const model::Appliance& before, const model::Appliance& after,
                const symbolic::Budget& budget = {});

} // namespace analysis
