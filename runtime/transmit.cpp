// Stage transmit: the next hop's MAC, then the ring of the egress NIC, in bursts.
#include "runtime/transmit.hpp"

#include "runtime/datagram.hpp"

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
        const std::size_t taken = platform::transmit(nic_, all);
        appliance_.counters.sent += taken;
        for (Packet* const packet : all.subspan(taken)) {
            drop(appliance_, *packet, Reason::queue_full);
            release(appliance_, *packet);
        }
    }

private:
    Appliance& appliance_;
    std::array<Packet*, burst_packets> packets_;
    std::size_t count_ = 0;
    NicId nic_ = 0;
};

} // namespace

void write_ethernet(const Appliance& appliance, Packet& packet, const Mac& destination, std::uint16_t ethertype) {
    const MutableBytes frame{packet.frame.data(), packet.frame_bytes};
    put_mac(frame, 0, destination);
    put_mac(frame, 6, appliance.nic_macs[appliance.policy.ifaces[packet.egress].nic]);
    put16(frame, 12, ethertype);
}

void send_frame(Appliance& appliance, Packet& packet) {
    Packet* const frame = &packet;
    if (platform::transmit(appliance.policy.ifaces[packet.egress].nic, std::span{&frame, 1}) == 1) {
        ++appliance.counters.sent;
    } else {
        drop(appliance, packet, Reason::queue_full);
        release(appliance, packet);
    }
}

void stage::transmit(Appliance& appliance, Burst& burst) {
    Outbox outbox{appliance};
    for_each_place_at(At::transmit, burst, [&](Packet*& place) {
        Packet& packet = *place;
        const Mac* const mac = arp::resolve(appliance, packet, burst.now);
        if (packet.at != At::settled) place = nullptr;
        if (mac == nullptr) return;
        const IfaceId egress = packet.egress;
        Frames memory;
        for (Packet* const frame : take_apart(appliance, packet, memory)) {
            frame->egress = egress;
            write_ethernet(appliance, *frame, *mac, ethertype_ipv4);
            outbox.add(*frame, appliance.policy.ifaces[egress].nic);
        }
    });
    outbox.flush();
}

} // namespace runtime
