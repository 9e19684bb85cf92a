#include "runtime/answers.hpp"

#include "runtime/addresses.hpp"
#include "runtime/checksum.hpp"
#include "runtime/datagram.hpp"
#include "runtime/fields.hpp"
#include "runtime/routes.hpp"
#include "runtime/transport.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace runtime {

namespace {

constexpr std::size_t own_header_bytes = 20;
constexpr std::size_t icmp_header_bytes = 8;
constexpr std::size_t quoted_bytes_max = 576 - own_header_bytes - icmp_header_bytes; // RFC 1812 4.3.2.3
constexpr std::uint8_t internetwork_control = 0xc0;                                  // RFC 1812 4.3.2.5
constexpr std::uint8_t administratively_prohibited = 13;                             // RFC 1812 5.2.7.1

/// RFC 1812 4.3.2.7: what is never answered, so that answers cannot multiply.
bool may_answer(const Appliance& appliance, const Packet& packet) {
    const Ipv4Address destination = field::ip_daddr(packet);
    if (packet.made_here || packet.group_mac || is_multicast(destination)) return false;
    if (destination == limited_broadcast || iface_with_broadcast(appliance, destination)) return false;
    if (field::ip_frag_off(packet) != 0) return false;
    if (field::ip_protocol(packet) == icmp_protocol && !packet.payload().empty()) {
        switch (packet.payload()[0]) {
        case icmp::unreachable:
        case icmp::source_quench:
        case icmp::redirect:
        case icmp::time_exceeded:
        case icmp::parameter_problem: return false;
        default: break;
        }
    }
    return true;
}

/// Where an answer to the packet's source goes, if it may be made at all. Uses up allowance. The packet becomes
/// what its sender knows of it.
std::optional<NextHop> way_back(Appliance& appliance, Packet& packet, Time now) {
    if (packet.translated) appliance.policy.parts.translation->restore(packet);
    if (!may_answer(appliance, packet)) return std::nullopt;
    const auto hop = next_hop(appliance, appliance.policy.own_routes, field::ip_saddr(packet));
    if (!hop || !appliance.ipv4[hop->iface].configured) return std::nullopt;
    if (!appliance.answers.take(now)) return std::nullopt;
    return hop;
}

void send_answer(Packet& packet, const NextHop& hop) {
    packet.egress = hop.iface;
    packet.nexthop = hop.address;
    packet.at = At::transmit;
}

/// From the address that a packet went to which was `delivered`, else from that of the Iface it leaves by.
void answer_with_error(Appliance& appliance, Packet& packet, IcmpError error, bool delivered, Time now) {
    packet.at = At::settled;
    const auto hop = way_back(appliance, packet, now);
    if (!hop) return;
    const Ipv4Address source = delivered ? field::ip_daddr(packet) : appliance.ipv4[hop->iface].address;
    reduce_to_first(appliance, packet); // what the sender reads is what it sent
    const Ipv4Address destination = field::ip_saddr(packet);
    const std::size_t quoted = std::min<std::size_t>(packet.ip_bytes, quoted_bytes_max);
    std::uint8_t* const ip = packet.carried();
    std::memmove(ip + own_header_bytes + icmp_header_bytes, ip, quoted);
    make_own(appliance, packet,
             {internetwork_control, icmp_protocol, source, destination, icmp_header_bytes + quoted});
    const MutableBytes icmp = packet.payload();
    put8(icmp, 0, error.type);
    put8(icmp, 1, error.code);
    put16(icmp, 2, 0);
    put32(icmp, 4, 0);
    put16(icmp, 2, checksum(icmp));
    send_answer(packet, *hop);
}

/// RFC 9293 3.10.7.1.
void answer_with_reset(Appliance& appliance, Packet& packet, Time now) {
    using namespace tcp_flag;
    packet.at = At::settled;
    if (!transport_sound(packet) || (field::tcp_flags(packet) & rst) != 0) return;
    const auto hop = way_back(appliance, packet, now);
    if (!hop) return;
    const std::uint32_t flags = field::tcp_flags(packet);
    const std::uint32_t sequence = field::tcp_sequence(packet);
    const std::uint32_t acknowledged = field::tcp_ackseq(packet);
    const auto sent = static_cast<std::uint32_t>(payload_bytes(packet) - 4 * field::tcp_doff(packet)) +
                      ((flags & syn) != 0) + ((flags & fin) != 0);
    const std::uint16_t from = static_cast<std::uint16_t>(field::tcp_dport(packet));
    const std::uint16_t to = static_cast<std::uint16_t>(field::tcp_sport(packet));
    constexpr std::size_t tcp_header_bytes = 20;
    reduce_to_first(appliance, packet);
    make_own(appliance, packet,
             {0, tcp_protocol, field::ip_daddr(packet), field::ip_saddr(packet), tcp_header_bytes});
    const MutableBytes tcp = packet.payload();
    put16(tcp, 0, from);
    put16(tcp, 2, to);
    const bool acked = (flags & ack) != 0;
    put32(tcp, 4, acked ? acknowledged : 0);
    put32(tcp, 8, acked ? 0 : sequence + sent);
    put16(tcp, 12, static_cast<std::uint16_t>(5 << 12 | rst | (acked ? 0 : ack)));
    put16(tcp, 14, 0);
    put32(tcp, 16, 0);
    put16(tcp, 16, checksum(tcp, pseudo_header_sum(field::ip_saddr(packet), field::ip_daddr(packet),
                                                   tcp_protocol, tcp_header_bytes)));
    send_answer(packet, *hop);
}

} // namespace

void make_own(Appliance& appliance, Packet& packet, const OwnHeader& header) {
    const std::size_t whole_bytes = own_header_bytes + header.payload_bytes;
    const bool in_one = whole_bytes <= mtu_bytes;
    packet.ip_header_bytes = own_header_bytes;
    packet.ip_bytes = static_cast<std::uint16_t>(in_one ? whole_bytes : mtu_bytes);
    packet.frame_bytes = static_cast<std::uint16_t>(ethernet_header_bytes + packet.ip_bytes);
    packet.made_here = true;
    packet.fragments = 0;
    packet.transport_complete = true;
    packet.translated = false;
    packet.pool = 0;
    const MutableBytes ip = packet.ip();
    put8(ip, 0, 0x45);
    put8(ip, 1, header.tos);
    put16(ip, 2, static_cast<std::uint16_t>(whole_bytes));
    put16(ip, 4, in_one ? 0 : header.identification);
    put16(ip, 6, in_one ? 0x4000 : 0);
    put8(ip, 8, 64);
    put8(ip, 9, header.protocol);
    put16(ip, 10, 0);
    put32(ip, 12, header.source);
    put32(ip, 16, header.destination);
    put16(ip, 10, checksum(ip.first(own_header_bytes)));
    ++appliance.counters.made;
}

void write_udp_header(Packet& packet, std::uint16_t source_port, std::uint16_t destination_port) {
    const MutableBytes udp = packet.payload();
    put16(udp, 0, source_port);
    put16(udp, 2, destination_port);
    put16(udp, 4, static_cast<std::uint16_t>(udp.size()));
    put16(udp, 6, 0);
    const std::uint16_t sum = checksum(
        udp, pseudo_header_sum(field::ip_saddr(packet), field::ip_daddr(packet), udp_protocol, udp.size()));
    put16(udp, 6, sum == 0 ? 0xffff : sum); // RFC 768: zero would say that there is none
}

void drop_with_error(Appliance& appliance, Packet& packet, Reason reason, IcmpError error, Time now) {
    drop(appliance, packet, reason);
    answer_with_error(appliance, packet, error, false, now);
}

void drop_with_reset(Appliance& appliance, Packet& packet, Reason reason, Time now) {
    drop(appliance, packet, reason);
    answer_with_reset(appliance, packet, now);
}

void drop_with_rejection(Appliance& appliance, Packet& packet, Time now) {
    if (field::ip_protocol(packet) == tcp_protocol)
        drop_with_reset(appliance, packet, Reason::reject, now);
    else
        drop_with_error(appliance, packet, Reason::reject, {icmp::unreachable, administratively_prohibited}, now);
}

void drop_untranslatable(Appliance& appliance, Packet& packet, Time now) {
    drop_with_error(appliance, packet, Reason::nat_exhausted, {icmp::unreachable, administratively_prohibited}, now);
}

void answer_unserved(Appliance& appliance, Packet& packet, Time now) {
    constexpr std::uint8_t protocol_unreachable = 2, port_unreachable = 3;
    switch (field::ip_protocol(packet)) {
    case tcp_protocol: return answer_with_reset(appliance, packet, now);
    case icmp_protocol: packet.at = At::settled; return;
    case udp_protocol:
        return answer_with_error(appliance, packet, {icmp::unreachable, port_unreachable}, true, now);
    default:
        return answer_with_error(appliance, packet, {icmp::unreachable, protocol_unreachable}, true, now);
    }
}

} // namespace runtime
