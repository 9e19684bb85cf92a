// ARP (RFC 826): which MAC a neighbour has, and the packets that wait to learn it. Bounded in every way.
//
// An entry is made only for an address we want to send to, or by a request addressed to us. A live entry is never
// overwritten by news we did not ask for. An address may stand in four places, chosen by a hash that peers do not know;
// at most two of them are questions that nobody has answered, so that questions about dead hosts cannot take the table
// from the live ones (RFC 6583), and there always is a place to ask anew.
#pragma once
#include "runtime/packet.hpp"

namespace runtime {

struct Appliance;

/// Trivial, so that a table is plain memory; all zero is a free place.
struct Neighbour {
    enum class Is : std::uint8_t { free, asking, known };

    Is is;
    IfaceId iface;
    std::uint8_t tries; ///< requests sent since the last answer
    std::uint8_t waiting;
    Ipv4Address address;
    Mac mac;
    Time deadline; ///< asking: when to ask again or give up; known: when to ask anew
    Packet* first_waiting;
    Packet* last_waiting;
};

namespace arp {

inline constexpr Time retry_ns = 1'000'000'000;
inline constexpr Time fresh_ns = 60'000'000'000; ///< RFC 1122 2.3.2.1: on the order of a minute
inline constexpr unsigned tries = 3;
inline constexpr unsigned waiting_per_neighbour = 4;
inline constexpr std::size_t waiting_buffers = 64; ///< all neighbours together
inline constexpr Time defend_interval_ns = 10'000'000'000; ///< RFC 5227 1.1, DEFEND_INTERVAL

/// An ARP frame for an Iface's NIC: answers requests for our address, learns what we asked for.
void handle(Appliance& appliance, Packet& packet, Time now);

/// The MAC of the packet's next hop when it is known. Otherwise the packet was dropped, or is the queue's, which will
/// run it again.
const Mac* resolve(Appliance& appliance, Packet& packet, Time now);

/// Asks who has an address that may become ours: without one of our own, so that nobody learns it (RFC 5227 2.1.1). False when
/// the question has not left: no buffer, or no room in the ring.
bool probe(Appliance& appliance, IfaceId iface, Ipv4Address address);
/// Says that the Iface's address is ours, to all who knew another owner (RFC 5227 2.3).
bool announce(Appliance& appliance, IfaceId iface);

/// The Iface has another address: what was known of its neighbours holds no more, and what waits for one was made for the
/// old address.
void forget(Appliance& appliance, IfaceId iface);

/// Retries and gives up.
void tick(Appliance& appliance, Time now);

} // namespace arp
} // namespace runtime
