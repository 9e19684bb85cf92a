#include "runtime/transport.hpp"

#include "runtime/checksum.hpp"
#include "runtime/datagram.hpp"
#include "runtime/fields.hpp"

namespace runtime {

namespace {

constexpr bool is_query(std::uint8_t type) {
    return type == icmp::echo_request || type == icmp::echo_reply || type == icmp::timestamp ||
           type == icmp::timestamp_reply;
}

/// The tuple of a datagram whose transport header starts with at least 8 bytes (none for other protocols).
std::optional<Ipv4Tuple> tuple_from(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                                    Bytes transport) {
    Ipv4Tuple tuple{source, destination, 0, 0, protocol};
    switch (protocol) {
    case tcp_protocol:
    case udp_protocol:
        if (transport.size() < 8) return std::nullopt;
        tuple.a = get16(transport, 0);
        tuple.b = get16(transport, 2);
        return tuple;
    case icmp_protocol:
        if (transport.size() < 8 || !is_query(get8(transport, 0))) return std::nullopt;
        tuple.a = get16(transport, 4);
        tuple.b = get8(transport, 0);
        return tuple;
    default: return tuple;
    }
}

} // namespace

std::size_t transport_header_bytes(std::uint8_t protocol) {
    switch (protocol) {
    case tcp_protocol: return 20;
    case udp_protocol:
    case icmp_protocol: return 8;
    default: return 0;
    }
}

bool has_transport_header(const Packet& packet) {
    const std::size_t needed = transport_header_bytes(static_cast<std::uint8_t>(field::ip_protocol(packet)));
    return needed != 0 && !is_fragment(packet) && packet.payload().size() >= needed;
}

bool transport_sound(const Packet& packet) {
    const std::size_t bytes = payload_bytes(packet);
    switch (field::ip_protocol(packet)) {
    case tcp_protocol: {
        if (!packet.transport_complete) return false;
        const std::size_t header = std::size_t{4} * field::tcp_doff(packet);
        return header >= 20 && header <= bytes;
    }
    case udp_protocol:
        return packet.transport_complete && field::udp_length(packet) >= 8 && field::udp_length(packet) <= bytes;
    case icmp_protocol: return packet.transport_complete;
    default: return true;
    }
}

std::optional<Reason> transport_fault(const Packet& packet) {
    if (!transport_sound(packet)) return Reason::bad_length;
    const auto protocol = static_cast<std::uint8_t>(field::ip_protocol(packet));
    std::size_t covered = payload_bytes(packet);
    if (protocol == udp_protocol) {
        if (field::udp_checksum(packet) == 0) return std::nullopt; // the sender made none (RFC 768)
        covered = field::udp_length(packet);
    }
    std::uint32_t sum = 0;
    if (protocol == tcp_protocol || protocol == udp_protocol)
        sum = pseudo_header_sum(field::ip_saddr(packet), field::ip_daddr(packet), protocol, covered);
    else if (protocol != icmp_protocol)
        return std::nullopt;
    if (fold(sum_payload(packet, covered, sum)) != 0xffff) return Reason::bad_checksum;
    return std::nullopt;
}

bool opens_connection(const Packet& packet) {
    using namespace tcp_flag;
    return is_tcp(packet) && (field::tcp_flags(packet) & (syn | ack | rst | fin)) == syn;
}

std::optional<Ipv4Tuple> tuple_of(const Packet& packet) {
    if (!transport_sound(packet)) return std::nullopt;
    return tuple_from(field::ip_saddr(packet), field::ip_daddr(packet),
                      static_cast<std::uint8_t>(field::ip_protocol(packet)), packet.payload());
}

bool may_open_flow(const Packet& packet) {
    if (!is_icmp(packet)) return transport_sound(packet);
    const auto type = field::icmp_type(packet);
    return type == icmp::echo_request || type == icmp::timestamp;
}

bool error_intact(const Packet& packet) {
    if (fold(sum_payload(packet, payload_bytes(packet))) != 0xffff) return false;
    std::array<std::uint8_t, 8 + 60> scratch;
    const Bytes inner = payload_start(packet, scratch).subspan(8);
    return checksum(inner.first(std::size_t{4} * (inner[0] & 0xf))) == 0;
}

std::optional<Quotation> quotation_in(const Packet& packet) {
    if (!is_icmp(packet)) return std::nullopt;
    const auto type = field::icmp_type(packet);
    if (type != icmp::unreachable && type != icmp::time_exceeded && type != icmp::parameter_problem)
        return std::nullopt;
    // In front of the inner header stand 8 bytes, and of what follows it 8 are looked at.
    std::array<std::uint8_t, 8 + 60 + 8> scratch;
    const Bytes inner = payload_start(packet, scratch).subspan(8);
    if (inner.size() < 20 || inner[0] >> 4 != 4) return std::nullopt;
    const std::size_t header = std::size_t{4} * (inner[0] & 0xf);
    if (header < 20 || header > inner.size() || (get16(inner, 6) & 0x1fff) != 0) return std::nullopt;
    const Ipv4Address source = get32(inner, 12);
    if (source != field::ip_daddr(packet)) return std::nullopt; // errors go to who sent the packet
    const Bytes transport = inner.subspan(header);
    const auto tuple = tuple_from(source, get32(inner, 16), get8(inner, 9), transport);
    if (!tuple) return std::nullopt;
    return Quotation{*tuple, tuple->protocol == tcp_protocol ? get32(transport, 4) : 0};
}

} // namespace runtime
