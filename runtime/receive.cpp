// Stage receive: is the frame for us, which Iface does it belong to, is it ARP or IPv4.
#include "runtime/appliance.hpp"
#include "runtime/ethernet.hpp"

#include <optional>

namespace runtime {

namespace {

/// What the Ethernet header says.
struct Link {
    VlanId vlan = 0;
    std::uint16_t type = 0; ///< of what the frame carries
};

/// The tag, if there is one, is counted among the frame's bytes no longer.
std::optional<Link> read_link(Packet& packet, Bytes frame) {
    const std::uint16_t type = get16(frame, 12);
    if (type != ethertype::vlan) return Link{0, type};
    if (frame.size() < ethernet_header_bytes + vlan_tag_bytes) return std::nullopt;
    packet.tag_bytes = vlan_tag_bytes;
    packet.frame_bytes = static_cast<std::uint16_t>(packet.frame_bytes - vlan_tag_bytes);
    return Link{static_cast<VlanId>(get16(frame, 14) & vlan_id_mask), get16(frame, 16)};
}

/// The Iface that a frame belongs to, and what it carries; or why it is dropped.
std::optional<Reason> refuse(Appliance& appliance, Packet& packet, std::uint16_t& type) {
    if (packet.frame_bytes < ethernet_header_bytes) return Reason::not_ipv4;
    const Bytes frame{packet.frame.data(), packet.frame_bytes};
    const auto link = read_link(packet, frame);
    if (packet.frame_bytes > frame_max_bytes) return Reason::too_big;
    if (!link) return Reason::not_ipv4;
    packet.group_mac = (frame[0] & 1) != 0;
    if (!packet.group_mac && get_mac(frame, 0) != appliance.nic_macs[packet.nic]) return Reason::not_for_us;
    const auto ingress = appliance.attachments.find(packet.nic, link->vlan);
    if (!ingress) return Reason::unknown_vlan;
    packet.ingress = *ingress;
    type = link->type;
    return std::nullopt;
}

void receive_one(Appliance& appliance, Packet& packet, Time now) {
    std::uint16_t type = 0;
    if (const auto reason = refuse(appliance, packet, type)) return drop(appliance, packet, *reason);
    switch (type) {
    case ethertype::ipv4:
        packet.at = At::validate;
        break;
    case ethertype::arp:
        arp::handle(appliance, packet, now);
        ++appliance.counters.delivered;
        packet.at = At::settled;
        break;
    case ethertype::vlan: // a second tag
    case ethertype::provider_vlan:
        return drop(appliance, packet, Reason::unknown_vlan);
    default: return drop(appliance, packet, Reason::not_ipv4);
    }
}

} // namespace

void stage::receive(Appliance& appliance, Burst& burst) {
    for_each_at(At::receive, burst, [&](Packet& packet) {
        ++appliance.counters.received;
        ++appliance.counters.nics[packet.nic].received;
        receive_one(appliance, packet, burst.now);
    });
}

} // namespace runtime
