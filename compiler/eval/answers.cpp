#include "compiler/eval/answers.hpp"

#include "compiler/eval/checksum.hpp"

#include <algorithm>

namespace eval {

AnswerKind reject_answer(const Datagram& about) {
    return about.protocol() == tcp ? AnswerKind::reset : AnswerKind::prohibited;
}

bool may_be_answered(AnswerKind kind, const Datagram& about) {
    if (about.fragment_offset() != 0) return false;
    if (kind == AnswerKind::reset) return about.transport_sound() && (about.tcp_flags() & tcp_flag::rst) == 0;
    if (about.protocol() != icmp || about.payload().empty()) return true;
    constexpr std::uint8_t silent[] = {icmp_type::unreachable, icmp_type::source_quench, icmp_type::redirect,
                                       icmp_type::time_exceeded, icmp_type::parameter_problem};
    return std::ranges::find(silent, get8(about.payload(), 0)) == std::end(silent);
}

namespace {

constexpr std::uint8_t internetwork_control = 0xc0; // RFC 1812 4.3.2.5

/// TTL 64, don't fragment, identification 0, no options: everything made here has these.
Bytes make_datagram(std::uint8_t tos, std::uint8_t protocol, model::Ipv4Address source,
                    model::Ipv4Address destination, View payload) {
    Bytes bytes(ip_header_min_bytes);
    bytes[0] = 0x45;
    bytes[1] = tos;
    put16(bytes, 2, static_cast<std::uint16_t>(ip_header_min_bytes + payload.size()));
    put16(bytes, 6, fragment_flag::dont);
    bytes[8] = 64;
    bytes[9] = protocol;
    put32(bytes, 12, source);
    put32(bytes, 16, destination);
    put16(bytes, 10, checksum(bytes));
    append(bytes, payload);
    return bytes;
}

struct TypeAndCode {
    std::uint8_t type, code;
};

TypeAndCode type_and_code(AnswerKind kind) {
    switch (kind) {
    case AnswerKind::time_exceeded:
        return {icmp_type::time_exceeded, 0};
    case AnswerKind::protocol_unreachable:
        return {icmp_type::unreachable, 2};
    case AnswerKind::port_unreachable:
        return {icmp_type::unreachable, 3};
    case AnswerKind::prohibited:
        return {icmp_type::unreachable, 13};
    default:
        return {icmp_type::unreachable, 0};
    }
}

} // namespace

Bytes make_reset(const Datagram& about) {
    using namespace tcp_flag;
    const View segment = about.payload();
    const unsigned flags = about.tcp_flags();
    Bytes header(20);
    put16(header, 0, get16(segment, 2));
    put16(header, 2, get16(segment, 0));
    if ((flags & ack) != 0) {
        put32(header, 4, get32(segment, 8));
        header[13] = rst;
    } else {
        const std::size_t text_bytes = segment.size() - about.tcp_header_bytes();
        const std::size_t length = text_bytes + ((flags & syn) != 0) + ((flags & fin) != 0);
        put32(header, 8, get32(segment, 4) + static_cast<std::uint32_t>(length));
        header[13] = rst | ack;
    }
    header[12] = 5 << 4;
    put16(header, 16, transport_checksum(about.destination(), about.source(), tcp, header));
    return make_datagram(0, tcp, about.destination(), about.source(), header);
}

Bytes make_udp(model::Ipv4Address source, std::uint16_t source_port, model::Ipv4Address destination,
               std::uint16_t destination_port, View data) {
    Bytes datagram(8);
    put16(datagram, 0, source_port);
    put16(datagram, 2, destination_port);
    put16(datagram, 4, static_cast<std::uint16_t>(datagram.size() + data.size()));
    append(datagram, data);
    const std::uint16_t sum = transport_checksum(source, destination, udp, datagram);
    put16(datagram, 6, sum == 0 ? 0xffff : sum); // RFC 768
    return make_datagram(0, udp, source, destination, datagram);
}

Bytes make_icmp_error(AnswerKind kind, model::Ipv4Address source, const Datagram& received) {
    constexpr std::size_t quoted_max_bytes = 548; // RFC 1812 4.3.2.3: 576 with both headers
    const auto [type, code] = type_and_code(kind);
    Bytes message = {type, code, 0, 0, 0, 0, 0, 0};
    append(message, received.bytes().first(std::min(received.bytes().size(), quoted_max_bytes)));
    put16(message, 2, checksum(message));
    return make_datagram(internetwork_control, icmp, source, received.source(), message);
}

namespace {

void set_identification(Bytes& datagram, std::uint16_t identification, std::uint16_t flags_and_offset) {
    put16(datagram, 4, identification);
    put16(datagram, 6, flags_and_offset);
    put16(datagram, 10, 0);
    put16(datagram, 10, checksum(View(datagram).first(ip_header_min_bytes)));
}

} // namespace

Bytes make_echo_reply(const Datagram& request, std::size_t mtu_bytes) {
    const View asked = request.payload();
    Bytes message(asked.begin(), asked.end());
    message[0] = icmp_type::echo_reply;
    message[1] = 0;
    put16(message, 2, 0);
    put16(message, 2, checksum(message));
    Bytes reply = make_datagram(request.tos(), icmp, request.destination(), request.source(), message);
    if (reply.size() > mtu_bytes) set_identification(reply, get16(request.bytes(), 4), 0);
    return reply;
}

std::vector<Bytes> split(const Bytes& datagram, std::size_t mtu_bytes) {
    if (datagram.size() <= mtu_bytes) return {datagram};
    const Datagram whole(datagram);
    const std::size_t most = (mtu_bytes - ip_header_min_bytes) / 8 * 8;
    std::vector<Bytes> fragments;
    for (View rest = whole.payload(); !rest.empty();) {
        const View part = rest.first(std::min(most, rest.size()));
        const auto offset = static_cast<std::uint16_t>((whole.payload().size() - rest.size()) / 8);
        rest = rest.subspan(part.size());
        Bytes fragment =
            make_datagram(whole.tos(), whole.protocol(), whole.source(), whole.destination(), part);
        set_identification(fragment, get16(datagram, 4),
                           static_cast<std::uint16_t>(offset | (rest.empty() ? 0 : fragment_flag::more)));
        fragments.push_back(std::move(fragment));
    }
    return fragments;
}

} // namespace eval
