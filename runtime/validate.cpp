// Stage validate: the checks of RFC 1812 5.2.2 and 5.3.7, before anything believes the header.
#include "runtime/addresses.hpp"
#include "runtime/appliance.hpp"
#include "runtime/checksum.hpp"
#include "runtime/fields.hpp"
#include "runtime/routes.hpp"
#include "runtime/transport.hpp"

#include <optional>

namespace runtime {

namespace {

/// Lengths, version and checksum; sets how long header and datagram are.
std::optional<Reason> bad_header(Packet& packet) {
    const Bytes bytes{packet.carried(), packet.frame_bytes - ethernet_header_bytes};
    if (bytes.size() < 20) return Reason::bad_length;
    if (bytes[0] >> 4 != 4) return Reason::bad_version;
    const std::size_t header = std::size_t{4} * (bytes[0] & 0xf);
    if (header < 20 || header > bytes.size()) return Reason::bad_header;
    const std::uint16_t total = get16(bytes, 2);
    if (total < header || total > bytes.size()) return Reason::bad_length;
    if (checksum(bytes.first(header)) != 0) return Reason::bad_checksum;
    packet.received_ttl = bytes[8];
    packet.ip_header_bytes = static_cast<std::uint8_t>(header);
    packet.ip_bytes = total; // what lies beyond is padding of a short frame
    packet.frame_bytes = static_cast<std::uint16_t>(ethernet_header_bytes + total);
    return std::nullopt;
}

/// Source routes and record route are refused (RFC 7126 4.3 to 4.5), and so is what cannot be parsed.
bool options_allowed(Bytes options) {
    constexpr std::uint8_t end_of_list = 0, no_operation = 1, record_route = 7, loose = 131, strict = 137;
    for (std::size_t at = 0; at < options.size();) {
        const std::uint8_t type = options[at];
        if (type == end_of_list) return true;
        if (type == no_operation) {
            ++at;
            continue;
        }
        if (type == record_route || type == loose || type == strict) return false;
        if (at + 1 >= options.size() || options[at + 1] < 2 || at + options[at + 1] > options.size())
            return false;
        at += options[at + 1];
    }
    return true;
}

/// RFC 3704 2.2: what we would send to its source would leave where the packet came in.
bool leads_back(const Appliance& appliance, const Packet& packet) {
    const auto hop = next_hop(appliance, appliance.policy.own_routes, field::ip_saddr(packet));
    return hop && hop->iface == packet.ingress && appliance.ipv4[hop->iface].configured;
}

std::optional<Reason> bad_addresses(const Appliance& appliance, const Packet& packet) {
    const Ipv4Address source = field::ip_saddr(packet);
    const Ipv4Address destination = field::ip_daddr(packet);
    if (source == destination) return Reason::land;
    if (this_network(source) || loopback(source) || is_multicast(source) || reserved(source))
        return Reason::martian;
    const auto ifaces = appliance.policy.ifaces;
    for (const Ipv4Config& ipv4 : std::span{appliance.ipv4}.first(ifaces.size()))
        if (ipv4.has_address(source) || ipv4.has_broadcast(source) || ipv4.has_network_number(source) ||
            ipv4.has_network_number(destination))
            return Reason::martian;
    if (this_network(destination) || loopback(destination) ||
        (reserved(destination) && destination != limited_broadcast))
        return Reason::martian;
    if (packet.group_mac && !broadcast_on(appliance.ipv4[packet.ingress], destination) && !is_multicast(destination))
        return Reason::not_for_us; // RFC 1812 5.3.4
    if (ifaces[packet.ingress].strict_rpf && !leads_back(appliance, packet)) return Reason::martian;
    return std::nullopt;
}

/// Combinations that no TCP sends: they only serve to scan or to slip through.
bool impossible_flags(const Packet& packet) {
    using namespace tcp_flag;
    if (field::ip_protocol(packet) != tcp_protocol || field::ip_frag_off(packet) != 0 || packet.payload().size() < 20) return false;
    const unsigned flags = field::tcp_flags(packet) & (fin | syn | rst | psh | ack | urg);
    return flags == 0 || (flags & (syn | fin)) == (syn | fin) || flags == (fin | psh | urg);
}

void validate_header(Appliance& appliance, Packet& packet) {
    if (const auto reason = bad_header(packet)) return drop(appliance, packet, *reason);
    if (!options_allowed(packet.ip().subspan(20, packet.ip_header_bytes - 20u)))
        return drop(appliance, packet, Reason::ip_options);
    packet.transport_complete = has_transport_header(packet);
}

void validate_rest(Appliance& appliance, Packet& packet) {
    if (const auto reason = bad_addresses(appliance, packet)) return drop(appliance, packet, *reason);
    if (impossible_flags(packet)) return drop(appliance, packet, Reason::tcp_flags);
    packet.at = At::reassemble;
}

} // namespace

void stage::validate(Appliance& appliance, Burst& burst) {
    const Leasing* const leasing = appliance.policy.parts.leasing;
    for (std::size_t i = 0; i < burst.places.size(); ++i) {
        if (burst.places[i] == nullptr || burst.places[i]->at > At::validate) continue;
        Packet& packet = *burst.places[i];
        validate_header(appliance, packet);
        if (packet.at == At::settled) continue;
        if (leasing == nullptr || !leasing->is_for_client(appliance, packet)) {
            validate_rest(appliance, packet);
            continue;
        }
        if (i > 0) { // it may change our addresses: the earlier ones go all their way before
            burst.places = burst.places.first(i);
            return;
        }
        leasing->hear(appliance, packet, burst.now);
    }
}

} // namespace runtime
