#include "runtime/neighbours.hpp"

#include "runtime/answers.hpp"
#include "runtime/datagram.hpp"
#include "runtime/transmit.hpp"
#include "runtime/transport.hpp"

namespace runtime::arp {

namespace {

constexpr std::uint16_t op_request = 1;
constexpr std::uint16_t op_reply = 2;
constexpr std::size_t arp_bytes = 28;
constexpr std::size_t ways = 4;             ///< places an address may stand in
constexpr std::size_t waiting_buffers = 64; ///< all neighbours together
constexpr Mac broadcast_mac{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// The few places where an address may stand.
std::span<Neighbour> set_of(const Policy& policy, IfaceId iface, Ipv4Address address) {
    const std::size_t sets = policy.neighbours.size() / ways;
    const std::size_t index = ((address ^ iface) * 0x9e3779b1u >> 16) & (sets - 1);
    return policy.neighbours.subspan(index * ways, ways);
}

Neighbour* find(const Policy& policy, IfaceId iface, Ipv4Address address) {
    for (auto& entry : set_of(policy, iface, address))
        if (entry.is != Neighbour::Is::free && entry.iface == iface && entry.address == address) return &entry;
    return nullptr;
}

/// A free place, or the known neighbour that was asked about longest ago when `evict` allows.
Neighbour* place_for(const Policy& policy, IfaceId iface, Ipv4Address address, bool evict) {
    Neighbour* oldest = nullptr;
    for (auto& entry : set_of(policy, iface, address)) {
        if (entry.is == Neighbour::Is::free) return &entry;
        if (entry.is == Neighbour::Is::known && (oldest == nullptr || entry.deadline < oldest->deadline))
            oldest = &entry;
    }
    return evict ? oldest : nullptr;
}

void begin(Neighbour& entry, IfaceId iface, Ipv4Address address) {
    entry = {};
    entry.is = Neighbour::Is::asking;
    entry.iface = iface;
    entry.address = address;
}

/// Writes an ARP message for Ethernet and IPv4 into a packet.
void write_message(const Appliance& appliance, Packet& packet, std::uint16_t op, const Mac& target_mac,
                   Ipv4Address target) {
    const Iface& iface = appliance.policy.ifaces[packet.egress];
    packet.frame_bytes = ethernet_header_bytes + arp_bytes;
    const MutableBytes arp{packet.frame.data() + ethernet_header_bytes, arp_bytes};
    put16(arp, 0, 1);
    put16(arp, 2, 0x0800);
    put16(arp, 4, 0x0604);
    put16(arp, 6, op);
    put_mac(arp, 8, appliance.nic_macs[iface.nic]);
    put32(arp, 14, iface.address);
    put_mac(arp, 18, op == op_request ? Mac{} : target_mac);
    put32(arp, 24, target);
    write_ethernet(appliance, packet, target_mac, 0x0806);
}

/// Sends one ARP message. A full pool or ring only delays it: requests are repeated, and so are theirs.
void send(Appliance& appliance, IfaceId iface, std::uint16_t op, const Mac& target_mac, Ipv4Address target) {
    Packet* const packet = acquire(appliance);
    if (packet == nullptr) return;
    ++appliance.counters.made;
    packet->egress = iface;
    write_message(appliance, *packet, op, target_mac, target);
    if (platform::transmit(appliance.policy.ifaces[iface].nic, std::span{&packet, 1}) == 1) {
        ++appliance.counters.sent;
    } else {
        drop(appliance, *packet, Reason::queue_full);
        release(appliance, *packet);
    }
}

void ask(Appliance& appliance, Neighbour& entry, Time now) {
    ++entry.tries;
    entry.deadline = now + retry_ns;
    send(appliance, entry.iface, op_request, broadcast_mac, entry.address);
}

Packet* next_waiting(Appliance& appliance, Neighbour& entry) {
    Packet* const packet = entry.first_waiting;
    if (packet == nullptr) return nullptr;
    entry.first_waiting = packet->next;
    --entry.waiting;
    appliance.buffers_waiting -= buffer_count(*packet);
    appliance.counters.waiting -= frame_count(*packet);
    return packet;
}

void learn(Appliance& appliance, Neighbour& entry, const Mac& mac, Time now) {
    entry.is = Neighbour::Is::known;
    entry.mac = mac;
    entry.tries = 0;
    entry.deadline = now + fresh_ns;
    while (Packet* const packet = next_waiting(appliance, entry)) {
        run(appliance, std::span{&packet, 1}, now);
    }
}

void give_up(Appliance& appliance, Neighbour& entry, Time now) {
    constexpr std::uint8_t host_unreachable = 1;
    entry.is = Neighbour::Is::free;
    while (Packet* const packet = next_waiting(appliance, entry)) {
        if (packet->made_here)
            drop(appliance, *packet, Reason::arp_failed);
        else
            drop_with_error(appliance, *packet, Reason::arp_failed, {icmp::unreachable, host_unreachable}, now);
        run(appliance, std::span{&packet, 1}, now);
    }
}

/// A datagram waits as a whole: as one packet for its neighbour, with all its buffers for the memory of all.
void wait(Appliance& appliance, Neighbour& entry, Packet& packet) {
    const std::size_t buffers = buffer_count(packet);
    if (entry.waiting == waiting_per_neighbour || appliance.buffers_waiting + buffers > waiting_buffers)
        return drop(appliance, packet, Reason::arp_full);
    packet.next = nullptr;
    (entry.first_waiting == nullptr ? entry.first_waiting : entry.last_waiting->next) = &packet;
    entry.last_waiting = &packet;
    ++entry.waiting;
    appliance.buffers_waiting += buffers;
    appliance.counters.waiting += frame_count(packet);
}

} // namespace

const Mac* resolve(Appliance& appliance, Packet& packet, Time now) {
    Neighbour* entry = find(appliance.policy, packet.egress, packet.nexthop);
    if (entry != nullptr && entry->is == Neighbour::Is::known) {
        if (now < entry->deadline) return &entry->mac;
        if (entry->tries < tries) { // stale: still good while we ask again
            ask(appliance, *entry, now);
            return &entry->mac;
        }
        entry->is = Neighbour::Is::free;
        entry = nullptr;
    }
    if (entry == nullptr) {
        entry = place_for(appliance.policy, packet.egress, packet.nexthop, true);
        if (entry == nullptr) {
            drop(appliance, packet, Reason::arp_full);
            return nullptr;
        }
        begin(*entry, packet.egress, packet.nexthop);
        wait(appliance, *entry, packet);
        ask(appliance, *entry, now);
        return nullptr;
    }
    wait(appliance, *entry, packet);
    return nullptr;
}

void handle(Appliance& appliance, Packet& packet, Time now) {
    const Bytes arp{packet.frame.data() + ethernet_header_bytes, packet.frame_bytes - ethernet_header_bytes};
    if (arp.size() < arp_bytes || get16(arp, 0) != 1 || get16(arp, 2) != 0x0800 || get16(arp, 4) != 0x0604) return;
    const Policy& policy = appliance.policy;
    const Iface& iface = policy.ifaces[packet.ingress];
    const std::uint16_t op = get16(arp, 6);
    const Mac mac = get_mac(arp, 8);
    const Ipv4Address sender = get32(arp, 14);
    const bool for_us = iface.configured && get32(arp, 24) == iface.address;
    // A sender that cannot be a neighbour is not believed.
    if ((mac[0] & 1) != 0 || !iface.on_network(sender) || sender == iface.address || !for_us) return;

    Neighbour* entry = find(policy, packet.ingress, sender);
    if (entry == nullptr && op == op_request) {
        entry = place_for(policy, packet.ingress, sender, false);
        if (entry != nullptr) begin(*entry, packet.ingress, sender);
    }
    const bool asked_for =
        entry != nullptr && (entry->is == Neighbour::Is::asking || entry->tries > 0 || entry->mac == mac);
    if (asked_for) learn(appliance, *entry, mac, now);
    if (op == op_request) send(appliance, packet.ingress, op_reply, mac, sender);
}

void tick(Appliance& appliance, Time now) {
    for (auto& entry : appliance.policy.neighbours) {
        if (entry.is != Neighbour::Is::asking || now < entry.deadline) continue;
        if (entry.tries < tries)
            ask(appliance, entry, now);
        else
            give_up(appliance, entry, now);
    }
}

} // namespace runtime::arp
