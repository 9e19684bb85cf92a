// What Nats and masquerading do to a packet on its way: docs/internals/path.md, "Translation".
#pragma once
#include "runtime/appliance.hpp"

#include <optional>

namespace runtime {

/// Which of dnat and snat has an effect on a chain.
enum class Translates : std::uint8_t { nothing, destination, source };

/// What snat statements say of a source; a later one replaces what it names.
struct Said {
    std::optional<Ipv4Address> address{};
    std::optional<std::uint16_t> port{};
    std::uint16_t pool = 0; ///< of the address
};

/// Nats see these only.
inline bool opens_flow(const Packet& packet) {
    return packet.state == State::fresh && packet.flow == nullptr;
}

/// Before the first function of a chain that translates destinations.
void begin_destination(Appliance& appliance, Packet& packet);

/// The Nat that is the `place`-th one of its chain decides about a first packet; for later ones it has
/// decided.
void run_nat(Appliance& appliance, Packet& packet, const Function& nat, std::size_t place, Translates what,
             Said& said);

/// After the last function: what is left to do for packets of known flows, or about them.
void finish_destination(Appliance& appliance, Packet& packet);
/// The same, and a source for first packets. May drop the packet.
void finish_source(Appliance& appliance, Packet& packet, const Said& said, Time now);

/// A packet of a known flow, or an error about one, gets the destination with which its flow leaves.
void send_to_peer(Packet& packet);

/// A first packet has been let through, and its flow made: what was decided about it is kept.
void keep_decisions(Appliance& appliance, const Packet& packet, Flow& flow);

/// The tuple with which a packet came in.
Ipv4Tuple original_tuple(const Packet& packet);

} // namespace runtime
