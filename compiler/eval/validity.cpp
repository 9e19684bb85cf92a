#include "compiler/eval/validity.hpp"

#include "compiler/eval/checksum.hpp"
#include "compiler/eval/routing.hpp"
#include "compiler/model/reason.hpp"

#include <algorithm>

namespace eval {

using model::Reason;

model::Mac destination_mac(View frame) {
    model::Mac mac;
    std::copy_n(frame.begin(), mac.size(), mac.begin());
    return mac;
}

namespace {

/// The Iface that has the VLAN on the NIC; for 0 the one that has none.
std::optional<model::IfaceId> iface_at(const model::Appliance& appliance, model::NicId nic,
                                       std::uint16_t vlan) {
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
        if (appliance.ifaces[id].vlan.value_or(0) == vlan && model::nic_of(appliance, id) == nic) return id;
    return std::nullopt;
}

} // namespace

std::variant<Arrival, Reason> classify(const model::Appliance& appliance, model::NicId nic,
                                       const model::Mac& mac, View frame) {
    if (frame.size() > (has_tag(frame) ? tagged_header_bytes : ethernet_header_bytes) + mtu_bytes)
        return Reason::too_big;
    const auto link = link_of(frame);
    if (!link) return Reason::not_ipv4;
    const auto destination = destination_mac(frame);
    if (destination != mac && !is_group(destination)) return Reason::not_for_us;
    const auto ingress = iface_at(appliance, nic, link->vlan);
    if (!ingress) return Reason::unknown_vlan;
    switch (link->type) {
    case ether_type::ipv4:
        return Arrival{EtherKind::ipv4, *ingress};
    case ether_type::arp:
        return Arrival{EtherKind::arp, *ingress};
    case ether_type::vlan: // a second tag
    case ether_type::provider_vlan:
        return Reason::unknown_vlan;
    default:
        return Reason::not_ipv4;
    }
}

namespace {

/// Walks the options (RFC 791 3.1); source routes and record route are dropped as RFC 7126 4 advises.
bool options_are_fine(View options) {
    constexpr std::uint8_t end_of_list = 0, no_operation = 1, record_route = 7, loose_route = 131,
                           strict_route = 137;
    for (std::size_t at = 0; at < options.size();) {
        const std::uint8_t kind = options[at];
        if (kind == end_of_list) return true;
        if (kind == no_operation) {
            ++at;
            continue;
        }
        if (kind == record_route || kind == loose_route || kind == strict_route) return false;
        if (at + 1 >= options.size()) return false;
        const std::size_t bytes = options[at + 1];
        if (bytes < 2 || at + bytes > options.size()) return false;
        at += bytes;
    }
    return true;
}

constexpr bool in_first_octet(model::Ipv4Address address, unsigned octet) { return address >> 24 == octet; }
/// A network's own number, which was once its broadcast address (RFC 1812 4.2.3.1).
bool is_number_of(const model::Iface& iface, model::Ipv4Address address) {
    return iface.ipv4 && iface.ipv4->network.broadcast() && iface.ipv4->network.address == address;
}

constexpr bool is_reserved(model::Ipv4Address address) { return address >> 28 == 0xf; }

} // namespace

std::optional<Reason> header_fault(View packet) {
    if (packet.size() < ip_header_min_bytes) return Reason::bad_length;
    if (packet[0] >> 4 != 4) return Reason::bad_version;
    const std::size_t header_bytes = (packet[0] & 0xf) * std::size_t{4};
    if (header_bytes < ip_header_min_bytes || header_bytes > packet.size()) return Reason::bad_header;
    const std::size_t total_bytes = get16(packet, 2);
    if (total_bytes < header_bytes || total_bytes > packet.size()) return Reason::bad_length;
    if (checksum(packet.first(header_bytes)) != 0) return Reason::bad_checksum;
    const View options = packet.subspan(ip_header_min_bytes, header_bytes - ip_header_min_bytes);
    if (!options_are_fine(options)) return Reason::ip_options;
    return std::nullopt;
}

bool is_dhcp_reply(const Datagram& datagram, const model::Mac& nic) {
    if (datagram.protocol() != udp || datagram.is_fragment() || !datagram.transport_sound()) return false;
    const View payload = datagram.payload();
    if (get16(payload, 0) != 67 || get16(payload, 2) != 68) return false;
    const View message = payload.first(get16(payload, 4)).subspan(8);
    constexpr std::uint8_t boot_reply_over_ethernet[] = {2, 1, 6};
    return message.size() >= 240 && std::ranges::equal(message.first(3), boot_reply_over_ethernet) &&
           std::ranges::equal(message.subspan(28, nic.size()), nic);
}

bool is_broadcast_of(const model::Iface& iface, model::Ipv4Address address) {
    return iface.ipv4 && iface.ipv4->network.broadcast() == address;
}

bool is_address_of(const model::Iface& iface, model::Ipv4Address address) {
    return iface.ipv4 && iface.ipv4->address == address;
}

std::optional<model::IfaceId> iface_with(const model::Appliance& appliance, model::Ipv4Address address) {
    for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
        if (is_address_of(appliance.ifaces[id], address)) return id;
    return std::nullopt;
}

std::optional<Reason> address_fault(const model::Appliance& appliance, model::IfaceId ingress,
                                    const Datagram& datagram, bool group_mac) {
    const auto source = datagram.source();
    const auto destination = datagram.destination();
    if (source == destination) return Reason::land;

    const auto is_ours = [&](const model::Iface& iface) {
        return is_address_of(iface, source) || is_broadcast_of(iface, source) || is_number_of(iface, source);
    };
    const auto is_to_network = [&](const model::Iface& iface) { return is_number_of(iface, destination); };
    if (in_first_octet(source, 0) || in_first_octet(source, 127) || is_multicast(source) ||
        is_reserved(source) || std::ranges::any_of(appliance.ifaces, is_ours))
        return Reason::martian;
    if (in_first_octet(destination, 0) || in_first_octet(destination, 127) ||
        (is_reserved(destination) && destination != limited_broadcast) ||
        std::ranges::any_of(appliance.ifaces, is_to_network))
        return Reason::martian;

    // RFC 1812 5.3.4: what goes to one station does not come in a frame to many.
    if (group_mac && !is_multicast(destination) && destination != limited_broadcast &&
        !is_broadcast_of(appliance.ifaces[ingress], destination))
        return Reason::not_for_us;
    return std::nullopt;
}

std::optional<model::IfaceId> way_back(const model::Appliance& appliance, const Datagram& datagram) {
    const auto back = route_from_here(appliance, datagram.source());
    const auto* hop = std::get_if<Hop>(&back);
    return hop == nullptr ? std::nullopt : std::optional(hop->egress);
}

std::optional<Reason> tcp_flags_fault(const Datagram& datagram) {
    using namespace tcp_flag;
    if (datagram.protocol() != tcp || datagram.fragment_offset() != 0 || datagram.payload().size() < 20)
        return std::nullopt;
    const unsigned flags = datagram.tcp_flags() & (fin | syn | rst | psh | ack | urg);
    const bool syn_fin = (flags & (syn | fin)) == (syn | fin);
    const bool null = flags == 0;
    const bool xmas = flags == (fin | psh | urg);
    if (syn_fin || null || xmas) return Reason::tcp_flags;
    return std::nullopt;
}

std::optional<Reason> transport_fault(const Datagram& datagram) {
    if (datagram.is_fragment()) return std::nullopt;
    if (!datagram.transport_sound()) return Reason::bad_length;
    const View payload = datagram.payload();
    const auto sum = [&](View covered) {
        return transport_checksum(datagram.source(), datagram.destination(), datagram.protocol(), covered);
    };
    switch (datagram.protocol()) {
    case tcp:
        if (sum(payload) != 0) return Reason::bad_checksum;
        break;
    case udp: // RFC 768: over what its own length says; 0 means that there is none
        if (get16(payload, 6) != 0 && sum(payload.first(get16(payload, 4))) != 0) return Reason::bad_checksum;
        break;
    case icmp:
        if (checksum(payload) != 0) return Reason::bad_checksum;
        break;
    default:
        break;
    }
    return std::nullopt;
}

} // namespace eval
