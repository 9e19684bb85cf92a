// Random packets and short histories of them, drawn round the constants of a policy: what no constant of the
// policy can tell apart from its neighbours is seldom worth trying.
#pragma once
#include "harness/outcome.hpp"

#include <map>
#include <optional>
#include <variant>

namespace harness {

struct FrameIn {
    model::IfaceId iface = 0;
    Bytes bytes;
};
struct Pause {
    Time ns = 0;
};
/// Of an Iface with DHCP.
struct NewLease {
    model::IfaceId iface = 0;
    std::optional<model::Ipv4Config> ipv4; ///< nothing: it has run out
};
using Event = std::variant<FrameIn, Pause, NewLease>;
using History = std::vector<Event>;

/// Values of each field at which some decision of the appliance changes, with those beside them.
using Boundaries = std::map<model::Field, std::vector<model::Value>>;
Boundaries boundaries_of(const model::Appliance& appliance);

/// What an Iface with DHCP may be given: its fallback, networks of every kind, or nothing.
std::vector<std::optional<model::Ipv4Config>> possible_leases(const model::Appliance& appliance, model::IfaceId iface);

/// The same history for the same seed. Seldom, it repeats one packet until the allowance of answers is spent.
History random_history(const model::Appliance& appliance, const Boundaries& boundaries, std::uint64_t seed,
                       std::size_t packets_max);

/// A line for each event.
std::string describe(const model::Appliance& appliance, const History& history);

} // namespace harness
