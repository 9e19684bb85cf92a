// The packets that can come to a chain, or take a path (path.md: validate, track, local, route), as boxes.
// Never fewer than can; where a relation between fields is no box (a length that has no room for a header),
// more.
#pragma once
#include "compiler/analysis/chain.hpp"

namespace analysis {

/// `invalid`: those of that state too.
std::vector<symbolic::Box> packets_at(symbolic::Space& space, const model::Appliance& appliance,
                                      const Way& way, bool invalid);

/// Those that take a way that comes in if they are sent there: their destinations are not looked at.
std::vector<symbolic::Box> packets_wherever_to(symbolic::Space& space, const model::Appliance& appliance,
                                               const Way& way, bool invalid);

/// Packets of known flows that get another destination where prerouting ends though no Nat decides so: what comes to an
/// address that hides a source goes to that; errors go to where a dnat's flows are sent.
struct SentBack {
    model::State from{}, to_state{}; ///< of packets
    model::IntervalSet peers; ///< their sources; who answers is led out where these are hidden, an error may be anybody's
    model::IntervalSet came; ///< their destinations as they come
    model::IntervalSet to;   ///< and behind prerouting
    bool keeps_address = false; ///< it is a port alone that was hidden
};
std::vector<SentBack> sent_back(symbolic::Space& space, const model::Appliance& appliance);

/// The addresses that an Iface with DHCP can have.
model::IntervalSet leasable(const model::Appliance& appliance);

/// Whether a box holds some of a region for sure, whatever facts mean.
bool can_come(symbolic::Space& space, const std::vector<symbolic::Box>& region, const symbolic::Box& box);

/// The packets of new flows among them: those that a Nat sees.
std::vector<symbolic::Box> first_packets(symbolic::Space& space, std::vector<symbolic::Box> region);

/// Those that come to a function of a chain, as it reads them whatever functions before it have decided: what a
/// dnat has changed may be anything.
std::vector<symbolic::Box> packets_at_function(symbolic::Space& space, const model::Appliance& appliance,
                                               const Way& chain, std::size_t place);

/// For where packets are where prerouting ends, if they take that way, which comes in.
model::IntervalSet destinations_on(symbolic::Space& space, const model::Appliance& appliance, const Way& way);

/// Whether a comparison in the block tells `invalid` from the other states by name: it holds for that alone,
/// for all but that, or for it and one other.
bool names_invalid(const model::Appliance& appliance, const model::Block& block);

} // namespace analysis
