// Stage transmit: the next hop's MAC, then the ring of the egress NIC, in bursts.
#include "runtime/transmit.hpp"

namespace runtime {

namespace {

/// Collects packets for one NIC and hands them over together. They are its own from add() on.
class Outbox {
public:
    explicit Outbox(Appliance& appliance) : appliance_(appliance) {}

    void add(Packet& packet, NicId nic) {
        if (count_ == packets_.size() || (count_ > 0 && nic_ != nic)) flush();
        nic_ = nic;
        packets_[count_++] = &packet;
    }

    void flush() {
        const std::span<Packet* const> all{packets_.data(), count_};
        count_ = 0;
        if (all.empty()) return;
        hand_over(appliance_, nic_, all);
    }

private:
    Appliance& appliance_;
    std::array<Packet*, burst_packets> packets_;
    std::size_t count_ = 0;
    NicId nic_ = 0;
};

using Frames = std::array<Packet*, fragments_per_datagram>;

/// The packet as it goes onto the wire: only reassembly makes one of several buffers.
std::span<Packet* const> frames_of(Appliance& appliance, Packet& packet, Frames& memory) {
    memory[0] = &packet;
    if (packet.next_fragment == nullptr) return std::span{memory}.first(1);
    return appliance.policy.parts.reassembly->take_apart(appliance, packet, memory);
}

} // namespace

std::size_t hand_over(Appliance& appliance, NicId nic, std::span<Packet* const> packets) {
    const std::size_t taken = platform::transmit(nic, packets);
    NicCounters& counters = appliance.counters.nics[nic];
    appliance.counters.sent += taken;
    counters.sent += taken;
    counters.refused += packets.size() - taken;
    for (Packet* const packet : packets.subspan(taken)) {
        drop(appliance, *packet, Reason::queue_full);
        release(appliance, *packet);
    }
    return taken;
}

void write_ethernet(const Appliance& appliance, Packet& packet, const Mac& destination, std::uint16_t type) {
    check(packet.frame_bytes <= frame_max_bytes, "nothing that leaves is longer than the MTU allows");
    const Iface& egress = appliance.policy.ifaces[packet.egress];
    const std::size_t tag_bytes = egress.vlan == 0 ? 0 : vlan_tag_bytes;
    const std::size_t header_bytes = ethernet_header_bytes + tag_bytes;
    const MutableBytes header{packet.carried() - header_bytes, header_bytes};
    packet.begin = static_cast<std::int8_t>(header.data() - packet.frame.data());
    packet.frame_bytes = static_cast<std::uint16_t>(packet.frame_bytes + tag_bytes);
    put_mac(header, 0, destination);
    put_mac(header, 6, appliance.nic_macs[egress.nic]);
    if (tag_bytes != 0) {
        put16(header, 12, ethertype::vlan);
        put16(header, 14, egress.vlan); // PCP and DEI 0
    }
    put16(header, 12 + tag_bytes, type);
}

bool send_frame(Appliance& appliance, Packet& packet) {
    Packet* const frame = &packet;
    return hand_over(appliance, appliance.policy.ifaces[packet.egress].nic, std::span{&frame, 1}) == 1;
}

void stage::transmit(Appliance& appliance, Burst& burst) {
    Outbox outbox{appliance};
    Frames memory;
    for_each_place_at(At::transmit, burst, [&](Packet*& place) {
        Packet& packet = *place;
        const Mac* const mac = arp::resolve(appliance, packet, burst.now);
        if (packet.at != At::settled) place = nullptr;
        if (mac == nullptr) return;
        const IfaceId egress = packet.egress;
        for (Packet* const frame : frames_of(appliance, packet, memory)) {
            frame->egress = egress;
            write_ethernet(appliance, *frame, *mac, ethertype::ipv4);
            outbox.add(*frame, appliance.policy.ifaces[egress].nic);
        }
    });
    outbox.flush();
}

} // namespace runtime
