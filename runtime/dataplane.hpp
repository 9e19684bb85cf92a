// The data plane as the platform drives it. One appliance a program, its policy linked in.
#pragma once
#include "runtime/counters.hpp"
#include "runtime/packet.hpp"

#include <span>
#include <string_view>

namespace runtime {

/// Which NIC the policy means: the n-th one of the machine, or the one with that MAC.
struct NicSelector {
    std::string_view iface; ///< the first Iface that names it, for messages
    bool by_mac = false;
    std::uint32_t index = 0;
    Mac mac{};
    std::uint16_t send_max = ring_packets;    ///< packets that may wait in its transmit queue
    std::uint16_t receive_max = ring_packets; ///< buffers that it is given to receive into
};

/// The NICs that the policy needs, by NicId. One that the machine lacks must stop the boot.
std::span<const NicSelector> nics();

/// Starts from nothing: empty tables, counters at zero. `macs[i]` is the address of NIC i. `port_seed` says where the
/// search for a free port starts: peers must not be able to guess it.
void boot(std::span<const Mac> macs, Time now, std::uint64_t port_seed);

/// Name, policy hash, compiler version, Ifaces and limits, for the console.
void print_banner();

/// A free packet, or nullptr when all are in use. Of its fields only frame_bytes and nic are for the caller.
Packet* acquire();
/// Gives a packet back that acquire() or transmit() handed out.
void release(Packet& packet);

/// Takes up to burst_packets frames that came in on one NIC, in order, and owns them from then on.
void receive(NicId nic, std::span<Packet* const> frames, Time now);

/// What DHCP gives an Iface; all zero: nothing.
struct Lease {
    Ipv4Address address = 0;
    Ipv4Address netmask = 0;
    Ipv4Address gateway = 0; ///< 0: none
    Ipv4Address dns = 0;     ///< 0: none
};

/// For Tests: the Iface, one with DHCP, has that lease from now on, whatever its client hears.
void hold_lease(IfaceId iface, const Lease& lease);

/// For Tests that are about one chain or one function: which, and what is told of the packet besides its
/// bytes.
struct Question {
    std::span<const std::uint16_t> functions; ///< numbers in Policy::judged, in order
    bool guarded = false;                     ///< they are a chain, which may have to drop invalid packets
    bool translates = false;                  ///< and one on which a dnat changes what later functions see
    State state{};
    IfaceId ingress{}; ///< or no_iface
    IfaceId egress{};  ///< or no_iface
};

/// Only that: the packet, which holds an IPv4 datagram that is no fragment, is dropped or counts as
/// delivered, and is not answered. Only where the policy was built for Tests.
void judge(const Question& question, Packet& packet, Time now);

/// Lets time pass: ARP retries, DHCP, fragments whose datagram never came, log accounting, Timers. To be called at
/// least every 100 ms, with or without frames.
void tick(Time now);

/// What became of every packet so far.
const Counters& counters();

/// Every counter, for the console: hits by statement with its source line, drops by reason, how full each
/// Limit is.
void print_statistics();

} // namespace runtime
