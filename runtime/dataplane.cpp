// The one appliance of the program: boots it, takes bursts through its stages, and owns its packets.
#include "runtime/datagram.hpp"
#include "runtime/judge.hpp"
#include "runtime/lease.hpp"
#include "runtime/report.hpp"

#include <algorithm>

namespace runtime {

namespace {
constinit Appliance the_appliance{linked_policy};
}

Packet* acquire(Appliance& appliance) {
    Packet* const packet = appliance.free_packets;
    if (packet == nullptr) return nullptr;
    appliance.free_packets = packet->next;
    static_cast<PacketInfo&>(*packet) = {};
    return packet;
}

void release(Appliance& appliance, Packet& packet) {
    packet.next = appliance.free_packets;
    appliance.free_packets = &packet;
}

void run(Appliance& appliance, std::span<Packet* const> packets, Time now) {
    check(packets.size() <= burst_packets, "a burst has its limit");
    std::array<Packet*, burst_packets> memory;
    const std::span<Packet*> places = std::span{memory}.first(packets.size());
    for (std::size_t i = 0; i < packets.size(); ++i) places[i] = packets[i];
    // A stage may end the burst early, where a later packet depends on what becomes of an earlier one.
    for (auto rest = places; !rest.empty();) {
        Burst burst{rest.first(std::min(rest.size(), appliance.policy.together)), now};
        for (const Stage stage : appliance.policy.stages) stage(appliance, burst);
        if (const SyslogSending* const syslog = appliance.policy.parts.syslog) syslog->flush(appliance, now);
        check(!burst.places.empty(), "a burst gets on by at least one packet");
        rest = rest.subspan(burst.places.size());
    }
    for (Packet* const packet : places) {
        if (packet == nullptr) continue;
        check(packet->at == At::settled, "the last stage leaves nothing undone");
        release_all(appliance, *packet);
    }
}

std::span<const NicSelector> nics() { return linked_policy.nics; }
Packet* acquire() { return acquire(the_appliance); }
void release(Packet& packet) { release(the_appliance, packet); }
const Counters& counters() { return the_appliance.counters; }
void print_statistics() { report_statistics(the_appliance, tell_console); }

void boot(std::span<const Mac> macs, Time now, std::uint64_t port_seed) {
    Appliance& appliance = the_appliance;
    check(macs.size() == linked_policy.nics.size(), "a MAC for each NIC");
    for (std::size_t i = 0; i < macs.size(); ++i) appliance.nic_macs[i] = macs[i];
    appliance.attachments.reset(linked_policy.ifaces);
    for (std::size_t i = 0; i < linked_policy.ifaces.size(); ++i)
        appliance.ipv4[i] = linked_policy.ifaces[i].ipv4;
    appliance.port_seed = port_seed;
    appliance.neighbour_seed = {platform::random(), platform::random()};
    for (auto& neighbour : linked_policy.neighbours) neighbour = {};
    for (auto& hits : linked_policy.hits) hits = 0;
    appliance.counters = {};
    appliance.buffers_waiting = 0;
    appliance.defended_until = {};
    appliance.logs_lost = {.count = 0, .told_at = now};
    appliance.syslog = {};
    appliance.told_full = {};
    appliance.answers.reset(now);
    appliance.logs.reset(now);
    appliance.now = now;
    appliance.booted = now;
    appliance.free_packets = nullptr;
    for (auto& packet : linked_policy.packets) release(appliance, packet);
    linked_policy.parts.each(&Part::boot, appliance, now);
}

void receive(NicId nic, std::span<Packet* const> frames, Time now) {
    the_appliance.now = now;
    const Reassembly* const reassembly = linked_policy.parts.reassembly;
    if (reassembly != nullptr) reassembly->expire(the_appliance, now);
    for (Packet* const packet : frames) packet->nic = nic;
    run(the_appliance, frames, now);
}

void hold_lease(IfaceId iface, const Lease& lease) {
    dhcp::hold(the_appliance, iface);
    set_lease(the_appliance, iface, lease);
}

void judge(const Question& question, Packet& packet, Time now) {
    the_appliance.now = now;
    judge(the_appliance, question, packet);
}

void tick(Time now) {
    the_appliance.now = now;
    arp::tick(the_appliance, now);
    report_full_tables(the_appliance, now);
    linked_policy.parts.each(&Part::tick, the_appliance, now);
}

void print_banner() {
    Text text = identity(linked_policy);
    for (const auto& iface : linked_policy.ifaces) {
        text << "Iface " << iface.name << " on NIC " << std::uint32_t{iface.nic} << ", ";
        if (iface.vlan != 0) text << "VLAN " << std::uint32_t{iface.vlan} << ", ";
        if (iface.leases) text << "leased by DHCP" << (iface.ipv4.configured ? ", else " : "");
        if (iface.ipv4.configured)
            text << Dotted{iface.ipv4.address} << "/" << Dotted{iface.ipv4.netmask};
        else if (!iface.leases)
            text << "no address";
        text << "\n";
        platform::console(text.view());
        text = {};
    }
    text << "limits: " << std::uint64_t{linked_policy.flows.size()} << " flows, "
         << std::uint64_t{linked_policy.datagrams.size()} << " datagrams in fragments, "
         << std::uint64_t{linked_policy.neighbours.size()} << " neighbours, " << std::uint64_t{linked_policy.packets.size()}
         << " packets, " << answers_per_second << " answers/s, " << log_texts_per_second << " log texts/s\n";
    platform::console(text.view());
}

} // namespace runtime
