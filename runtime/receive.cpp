// Stage receive: is the frame for us, is it ARP or IPv4.
#include "runtime/transmit.hpp"

namespace runtime {

namespace {

constexpr std::uint16_t ethertype_vlan = 0x8100;  // IEEE 802.1Q
constexpr std::uint16_t ethertype_qinq = 0x88a8; // IEEE 802.1ad

/// The Iface that owns the NIC. Without VLANs it is the one and only.
IfaceId iface_of(const Policy& policy, NicId nic) {
    for (std::size_t i = 0; i < policy.ifaces.size(); ++i)
        if (policy.ifaces[i].nic == nic) return static_cast<IfaceId>(i);
    check(false, "a NIC of the policy has an Iface");
    return 0;
}

void receive_one(Appliance& appliance, Packet& packet, Time now) {
    if (packet.frame_bytes > frame_max_bytes) return drop(appliance, packet, Reason::too_big);
    if (packet.frame_bytes < ethernet_header_bytes) return drop(appliance, packet, Reason::not_ipv4);
    const Bytes frame{packet.frame.data(), packet.frame_bytes};
    packet.group_mac = (frame[0] & 1) != 0;
    if (!packet.group_mac && get_mac(frame, 0) != appliance.nic_macs[packet.nic])
        return drop(appliance, packet, Reason::not_for_us);

    switch (get16(frame, 12)) {
    case ethertype_ipv4: packet.at = At::validate; break;
    case ethertype_arp:
        arp::handle(appliance, packet, now);
        ++appliance.counters.delivered;
        packet.at = At::settled;
        break;
    case ethertype_vlan:
    case ethertype_qinq: return drop(appliance, packet, Reason::unknown_vlan);
    default: return drop(appliance, packet, Reason::not_ipv4);
    }
}

} // namespace

void stage::receive(Appliance& appliance, Burst& burst) {
    for_each_at(At::receive, burst, [&](Packet& packet) {
        ++appliance.counters.received;
        packet.ingress = iface_of(appliance.policy, packet.nic);
        receive_one(appliance, packet, burst.now);
    });
}

} // namespace runtime
