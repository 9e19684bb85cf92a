#include "runtime/neighbours.hpp"

#include "runtime/answers.hpp"
#include "runtime/datagram.hpp"
#include "runtime/mix.hpp"
#include "runtime/text.hpp"
#include "runtime/transmit.hpp"
#include "runtime/transport.hpp"

namespace runtime::arp {

namespace {

constexpr std::uint16_t op_request = 1;
constexpr std::uint16_t op_reply = 2;
constexpr std::size_t arp_bytes = 28;
constexpr std::size_t ways = 4;             ///< places an address may stand in
constexpr std::size_t asking_in_set = 2;    ///< of them for questions

/// The few places where an address may stand.
std::span<Neighbour> set_of(const Appliance& appliance, IfaceId iface, Ipv4Address address) {
    const std::span<Neighbour> all = appliance.policy.neighbours;
    const std::size_t sets = all.size() / ways;
    const std::uint64_t key = std::uint64_t{iface} << 32 | address;
    const std::size_t index = mixed(key ^ appliance.neighbour_seed[0], appliance.neighbour_seed[1]) & (sets - 1);
    return all.subspan(index * ways, ways);
}

Neighbour* find(const Appliance& appliance, IfaceId iface, Ipv4Address address) {
    for (auto& entry : set_of(appliance, iface, address))
        if (entry.is != Neighbour::Is::free && entry.iface == iface && entry.address == address) return &entry;
    return nullptr;
}

Neighbour* free_place(const Appliance& appliance, IfaceId iface, Ipv4Address address) {
    for (auto& entry : set_of(appliance, iface, address))
        if (entry.is == Neighbour::Is::free) return &entry;
    return nullptr;
}

/// Where a question may stand: a free place, else that of the oldest question when there are enough of them, else
/// that of the neighbour that was asked about longest ago.
Neighbour& place_for_question(const Appliance& appliance, IfaceId iface, Ipv4Address address) {
    Neighbour* oldest_question = nullptr;
    Neighbour* oldest_known = nullptr;
    std::size_t questions = 0;
    for (auto& entry : set_of(appliance, iface, address)) {
        const bool asking = entry.is == Neighbour::Is::asking;
        questions += asking;
        Neighbour*& oldest = asking ? oldest_question : oldest_known;
        if (entry.is != Neighbour::Is::free && (oldest == nullptr || entry.deadline < oldest->deadline))
            oldest = &entry;
    }
    if (questions >= asking_in_set) return *oldest_question;
    if (Neighbour* const free = free_place(appliance, iface, address)) return *free;
    return *oldest_known; // fewer than asking_in_set of the four are questions, and none is free
}

void begin(Neighbour& entry, IfaceId iface, Ipv4Address address) {
    entry = {};
    entry.is = Neighbour::Is::asking;
    entry.iface = iface;
    entry.address = address;
}

struct Message {
    std::uint16_t op = op_request;
    Ipv4Address sender = 0;
    Ipv4Address target = 0;
    Mac target_mac = broadcast_mac;
};

/// Writes an ARP message for Ethernet and IPv4 into a packet.
void write_message(const Appliance& appliance, Packet& packet, const Message& message) {
    const Iface& iface = appliance.policy.ifaces[packet.egress];
    packet.frame_bytes = ethernet_header_bytes + arp_bytes;
    const MutableBytes arp{packet.carried(), arp_bytes};
    put16(arp, 0, 1);
    put16(arp, 2, 0x0800);
    put16(arp, 4, 0x0604);
    put16(arp, 6, message.op);
    put_mac(arp, 8, appliance.nic_macs[iface.nic]);
    put32(arp, 14, message.sender);
    put_mac(arp, 18, message.op == op_request ? Mac{} : message.target_mac);
    put32(arp, 24, message.target);
    write_ethernet(appliance, packet, message.target_mac, ethertype::arp);
}

/// Sends one ARP message; false when there is no buffer for it, or no room in the ring. That only delays it: requests are
/// repeated, and so are theirs.
bool send(Appliance& appliance, IfaceId iface, const Message& message) {
    Packet* const packet = acquire(appliance);
    if (packet == nullptr) return false;
    ++appliance.counters.made;
    packet->made_here = true;
    packet->egress = iface;
    write_message(appliance, *packet, message);
    return send_frame(appliance, *packet);
}

void ask(Appliance& appliance, Neighbour& entry, Time now) {
    ++entry.tries;
    entry.deadline = now + retry_ns;
    send(appliance, entry.iface, {.sender = appliance.ipv4[entry.iface].address, .target = entry.address});
}

/// Takes the packet off that has waited longest; its `next` still leads to the one behind it.
Packet& take_oldest(Appliance& appliance, Neighbour& entry) {
    Packet& packet = *entry.first_waiting;
    entry.first_waiting = packet.next;
    --entry.waiting;
    appliance.buffers_waiting -= buffer_count(packet);
    appliance.counters.waiting -= frame_count(packet);
    return packet;
}

/// Runs `work(packet)` on each packet that waits for the neighbour, and then lets it go on. The queue is taken off
/// first, since what happens to a packet may need the entry's place for another neighbour.
template <typename Work> void let_go(Appliance& appliance, Neighbour& entry, Time now, Work work) {
    Packet* next = entry.first_waiting;
    while (entry.first_waiting != nullptr) take_oldest(appliance, entry);
    while (next != nullptr) {
        Packet* const packet = next;
        next = packet->next;
        work(*packet);
        run(appliance, std::span{&packet, 1}, now);
    }
}

void learn(Appliance& appliance, Neighbour& entry, const Mac& mac, Time now) {
    entry.is = Neighbour::Is::known;
    entry.mac = mac;
    entry.tries = 0;
    entry.deadline = now + fresh_ns;
    let_go(appliance, entry, now, [](Packet&) {});
}

void give_up(Appliance& appliance, Neighbour& entry, Time now) {
    constexpr std::uint8_t host_unreachable = 1;
    entry.is = Neighbour::Is::free;
    let_go(appliance, entry, now, [&](Packet& packet) {
        if (packet.made_here)
            drop(appliance, packet, Reason::arp_failed);
        else
            drop_with_error(appliance, packet, Reason::arp_failed, {icmp::unreachable, host_unreachable}, now);
    });
}

/// Another neighbour takes the place: what still waits here is dropped.
void evict(Appliance& appliance, Neighbour& entry, Time now) {
    let_go(appliance, entry, now, [&](Packet& packet) { drop(appliance, packet, Reason::arp_full); });
}

/// Buffers that wait for other neighbours.
std::size_t buffers_elsewhere(const Appliance& appliance, const Neighbour& entry) {
    std::size_t own = 0;
    for (const Packet* packet = entry.first_waiting; packet != nullptr; packet = packet->next)
        own += buffer_count(*packet);
    return appliance.buffers_waiting - own;
}

/// A datagram waits as a whole: as one packet for its neighbour, with all its buffers for the memory of all. The latest
/// wait (RFC 1122 2.3.2.2): of those for the same neighbour the oldest gives way, for another neighbour none does.
void wait(Appliance& appliance, Neighbour& entry, Packet& packet) {
    const std::size_t buffers = buffer_count(packet);
    if (buffers_elsewhere(appliance, entry) + buffers > waiting_buffers)
        return drop(appliance, packet, Reason::arp_full);
    while (entry.waiting == waiting_per_neighbour || appliance.buffers_waiting + buffers > waiting_buffers) {
        Packet& oldest = take_oldest(appliance, entry);
        drop(appliance, oldest, Reason::arp_full);
        release_all(appliance, oldest);
    }
    packet.next = nullptr;
    (entry.first_waiting == nullptr ? entry.first_waiting : entry.last_waiting->next) = &packet;
    entry.last_waiting = &packet;
    ++entry.waiting;
    appliance.buffers_waiting += buffers;
    appliance.counters.waiting += frame_count(packet);
}

/// Somebody else says that our address is his. It stays ours, as RFC 5227 2.4 (c) has it for routers: who could take it by
/// two messages could stop the appliance. All who believed him are told otherwise, at a limited rate.
void defend(Appliance& appliance, IfaceId iface, const Mac& other, Time now) {
    Time& quiet_until = appliance.defended_until[iface];
    if (now < quiet_until) return;
    if (!announce(appliance, iface)) return; // the next claim is answered
    quiet_until = now + defend_interval_ns;
    Text line;
    line << "arp " << appliance.policy.ifaces[iface].name << ": " << other << " claims our address "
         << Dotted{appliance.ipv4[iface].address} << "\n";
    platform::console(line.view());
}

} // namespace

const Mac* resolve(Appliance& appliance, Packet& packet, Time now) {
    Neighbour* entry = find(appliance, packet.egress, packet.nexthop);
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
        entry = &place_for_question(appliance, packet.egress, packet.nexthop);
        evict(appliance, *entry, now);
        begin(*entry, packet.egress, packet.nexthop);
        wait(appliance, *entry, packet);
        ask(appliance, *entry, now);
        return nullptr;
    }
    wait(appliance, *entry, packet);
    return nullptr;
}

void handle(Appliance& appliance, Packet& packet, Time now) {
    const Bytes arp{packet.carried(), packet.frame_bytes - ethernet_header_bytes};
    if (arp.size() < arp_bytes || get16(arp, 0) != 1 || get16(arp, 2) != 0x0800 || get16(arp, 4) != 0x0604) return;
    const Ipv4Config& ipv4 = appliance.ipv4[packet.ingress];
    const std::uint16_t op = get16(arp, 6);
    const Mac mac = get_mac(arp, 8);
    const Ipv4Address sender = get32(arp, 14);
    const Ipv4Address target = get32(arp, 24);
    const bool for_us = ipv4.has_address(target);
    if ((mac[0] & 1) != 0) return;
    if (const Leasing* const leasing = appliance.policy.parts.leasing)
        leasing->hear_claim(appliance, packet.ingress, sender == 0 && op == op_request ? target : sender, mac, now);
    if (ipv4.has_address(sender) && mac != appliance.nic_macs[packet.nic]) defend(appliance, packet.ingress, mac, now);
    if (sender == ipv4.address || !for_us) return;

    // News about an address outside the network is believed only when it was asked for (a next hop may lie there);
    // a probe (RFC 5227) has no address to learn yet.
    Neighbour* entry = find(appliance, packet.ingress, sender);
    if (entry == nullptr && op == op_request && ipv4.on_network(sender)) {
        entry = free_place(appliance, packet.ingress, sender);
        if (entry != nullptr) begin(*entry, packet.ingress, sender);
    }
    const bool asked_for =
        entry != nullptr && (entry->is == Neighbour::Is::asking || entry->tries > 0);
    if (asked_for) learn(appliance, *entry, mac, now);
    if (op == op_request)
        send(appliance, packet.ingress,
             {.op = op_reply, .sender = ipv4.address, .target = sender, .target_mac = mac});
}

bool probe(Appliance& appliance, IfaceId iface, Ipv4Address address) {
    return send(appliance, iface, {.target = address});
}

bool announce(Appliance& appliance, IfaceId iface) {
    const Ipv4Address address = appliance.ipv4[iface].address;
    return send(appliance, iface, {.sender = address, .target = address});
}

void forget(Appliance& appliance, IfaceId iface) {
    for (auto& entry : appliance.policy.neighbours) {
        if (entry.is == Neighbour::Is::free || entry.iface != iface) continue;
        entry.is = Neighbour::Is::free;
        let_go(appliance, entry, appliance.now,
               [&](Packet& packet) { drop(appliance, packet, Reason::no_address); });
    }
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
