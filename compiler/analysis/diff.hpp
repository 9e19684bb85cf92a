// Two policies, chain by chain and as a whole: which packets end otherwise than before.
#pragma once
#include "compiler/analysis/asks.hpp"
#include "compiler/analysis/log_changes.hpp"
#include "compiler/analysis/witness.hpp"

namespace analysis {

/// Of endings drop is the strictest, then reject, then accept.
enum class Change : std::uint8_t { equivalent, more_permissive, less_permissive, incomparable, not_decided };

inline constexpr std::string_view change_names[] = {"equivalent", "more-permissive", "less-permissive",
                                                    "incomparable", "not-decided"};

/// A packet that ends in two ways, or that two statements translate.
struct Difference {
    Witness before, after;
};

/// What packets of a kind came to, and come to.
struct Region {
    std::string packets;          ///< "tcp to 10.0.0.0/24 port 80"
    Ending from{}, to{};
    bool all = false; ///< all of them change so; else some do
};

/// One chain of either policy. Where one has no such Iface, nothing is compared.
struct ChainDiff {
    std::string name; ///< "eth0.prerouting", "forward"
    Change change{};
    std::optional<Way> before, after; ///< in the old and in the new policy
    std::optional<Difference> more,
        less; ///< a packet that ends less strictly, and one that ends more strictly
    std::vector<Difference> translated{};   ///< packets that are translated otherwise, one for each change, of a few
    std::vector<Region> regions{};          ///< what has changed, as far as a few of them say it
    bool may_have_more_regions = false;
    LogChanges logs{}; ///< whatever the verdicts are
    Asks asks{};
    bool nats_do_the_same = false; ///< they are known to, whatever the Filters do
    bool swaps_rejects = true;     ///< unless it is known that no packet was rejected that is accepted now, or the other way round
};

/// A packet that ends otherwise where its way through the appliance does.
struct WayDifference {
    Way way;
    Difference ends;
};

/// A packet that ends otherwise at a chain, and no more or less strictly where its way does.
struct Unseen {
    std::string chain;
    bool is_more = false; ///< less strictly than before
    Way way;
    Difference ends; ///< of the way
};

struct PolicyDiff {
    std::vector<ChainDiff> chains;
    Change of_chains{}; ///< what the chains make together, each by itself
    /// How packets end that go their whole way, if it is known; else what the chains make together. Settings aside.
    Change whole{};
    bool is_of_ways = false; ///< the whole is known
    std::string why_of_chains{}; ///< why it is not, where chains differ
    /// It is known of flows each of whose directions comes by one Iface; else a Nat of one Iface may have begun what comes
    /// by another.
    bool is_of_steady_flows = false;
    /// Chains whose Limits other packets may ask than before, by their names: what is said takes a Limit to find the same of a packet.
    std::vector<std::string> asked_by_others{};
    std::optional<WayDifference> more{}, less{}; ///< shown of the whole
    std::vector<Unseen> unseen{};
};

/// The Iface of that name in another policy; else, if it has been renamed, the one on its NIC with its VLAN.
std::optional<model::IfaceId> same_iface(const model::Appliance& from, model::IfaceId id, const model::Appliance& to);

inline constexpr std::size_t regions_shown = 4;

/// `regions_max`: of each chain and kind of change that are told.
PolicyDiff diff(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget = {},
                std::size_t regions_max = regions_shown);

} // namespace analysis
