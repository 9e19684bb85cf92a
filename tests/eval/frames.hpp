// Frames made by hand, byte for byte, for tests of the interpreter.
#pragma once
#include "compiler/eval/checksum.hpp"
#include "compiler/eval/machine.hpp"
#include "tests/eval/sample.hpp"

namespace frames {

using eval::Bytes;
using eval::put16;
using eval::put32;

inline constexpr model::Mac outside_mac = {0x52, 0x54, 0, 0x6e, 0x61, 0},
                            inside_mac = {0x52, 0x54, 0, 0x6e, 0x61, 1};

inline std::vector<std::string> texts(const eval::Result& result) {
    std::vector<std::string> all;
    for (const auto& log : result.logs) all.push_back(log.text);
    return all;
}

struct Ends {
    model::Ipv4Address source = sample::ip(10, 55, 1, 1);
    model::Ipv4Address destination = sample::server;

    Ends back() const { return {destination, source}; }
};

/// `payload` in an IPv4 packet, in a frame to `to`.
inline Bytes ipv4(const Ends& ends, std::uint8_t protocol, const Bytes& payload, const model::Mac& to,
                  std::uint8_t ttl = 64) {
    Bytes ip(20);
    ip[0] = 0x45;
    put16(ip, 2, static_cast<std::uint16_t>(20 + payload.size()));
    put16(ip, 4, 0x1234);
    ip[8] = ttl;
    ip[9] = protocol;
    put32(ip, 12, ends.source);
    put32(ip, 16, ends.destination);
    put16(ip, 10, eval::checksum(ip));
    Bytes frame(to.begin(), to.end());
    eval::append(frame, eval::neighbour_mac(ends.source));
    eval::append(frame, Bytes{0x08, 0x00});
    eval::append(frame, ip);
    eval::append(frame, payload);
    return frame;
}

inline Bytes tcp(const Ends& ends, std::uint16_t sport, std::uint16_t dport, unsigned flags,
                 const Bytes& data = {}) {
    Bytes segment(20);
    put16(segment, 0, sport);
    put16(segment, 2, dport);
    put32(segment, 4, 1000);
    if ((flags & eval::tcp_flag::ack) != 0) put32(segment, 8, 7000);
    put16(segment, 12, static_cast<std::uint16_t>(5 << 12 | flags));
    eval::append(segment, data);
    put16(segment, 16, eval::transport_checksum(ends.source, ends.destination, eval::tcp, segment));
    return segment;
}

inline Bytes udp(const Ends& ends, std::uint16_t sport, std::uint16_t dport, const Bytes& data = {}) {
    Bytes datagram(8);
    put16(datagram, 0, sport);
    put16(datagram, 2, dport);
    put16(datagram, 4, static_cast<std::uint16_t>(8 + data.size()));
    eval::append(datagram, data);
    put16(datagram, 6, eval::transport_checksum(ends.source, ends.destination, eval::udp, datagram));
    return datagram;
}

inline Bytes icmp(std::uint8_t type, std::uint16_t id, const Bytes& data = {}, std::uint8_t code = 0) {
    Bytes message = {type, code, 0, 0, 0, 0, 0, 1};
    put16(message, 4, id);
    eval::append(message, data);
    put16(message, 2, eval::checksum(message));
    return message;
}

/// Makes the IP header's checksum right after something in it was changed.
inline void fix(Bytes& frame) {
    const auto ip = std::span(frame).subspan(14);
    put16(ip, 10, 0);
    put16(ip, 10, eval::checksum(ip.first((ip[0] & 0xf) * std::size_t{4})));
}

/// The datagram in a frame.
inline Bytes datagram(const Bytes& frame) { return {frame.begin() + 14, frame.end()}; }

/// A machine with two NICs, and a clock that tests move.
struct Bench {
    explicit Bench(model::Appliance policy) : appliance(std::move(policy)) {}

    eval::Result outside(const Bytes& frame) { return machine.receive(0, frame, now); }
    eval::Result inside(const Bytes& frame) { return machine.receive(1, frame, now); }

    model::Appliance appliance;
    eval::Machine machine{appliance, {outside_mac, inside_mac}};
    eval::Time now = 0;
};

inline bool dropped_by(const eval::Result& result, model::Reason reason) {
    return result.fate == eval::Fate::dropped && result.drops == std::vector{reason};
}
inline bool sent(const eval::Result& result) {
    return result.fate == eval::Fate::sent && result.out.size() == 1;
}

} // namespace frames
