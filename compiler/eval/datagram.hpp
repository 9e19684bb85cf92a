// The headers of an IPv4 datagram, read where they stand.
#pragma once
#include "compiler/eval/bytes.hpp"
#include "compiler/model/appliance.hpp"

namespace eval {

inline constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17;

/// Types of ICMP messages (RFC 792).
namespace icmp_type {
inline constexpr std::uint8_t echo_reply = 0, unreachable = 3, source_quench = 4, redirect = 5, echo = 8,
                              time_exceeded = 11, parameter_problem = 12, timestamp = 13,
                              timestamp_reply = 14;
}

/// Bits of `tcp.flags`.
namespace tcp_flag {
inline constexpr unsigned fin = 1, syn = 2, rst = 4, psh = 8, ack = 16, urg = 32;
}

/// Bits of the word that holds the fragment offset too (RFC 791 3.1).
namespace fragment_flag {
inline constexpr std::uint16_t dont = 0x4000, more = 0x2000;
}

inline constexpr std::size_t ip_header_min_bytes = 20;

constexpr bool is_multicast(model::Ipv4Address address) { return address >> 28 == 0xe; }
inline constexpr model::Ipv4Address limited_broadcast = 0xffffffff;

/// A view of a datagram whose header length and total length have been found sane (see validity.hpp).
class Datagram {
public:
    explicit Datagram(View bytes) : bytes_(bytes) {}

    View bytes() const { return bytes_; }
    std::size_t header_bytes() const { return (get8(bytes_, 0) & 0xf) * std::size_t{4}; }
    View payload() const { return bytes_.subspan(header_bytes()); }

    std::uint8_t tos() const { return get8(bytes_, 1); }
    std::uint8_t ttl() const { return get8(bytes_, 8); }
    std::uint8_t protocol() const { return get8(bytes_, 9); }
    model::Ipv4Address source() const { return get32(bytes_, 12); }
    model::Ipv4Address destination() const { return get32(bytes_, 16); }

    unsigned fragment_offset() const { return get16(bytes_, 6) & 0x1fff; }
    bool dont_fragment() const { return (get16(bytes_, 6) & fragment_flag::dont) != 0; }
    bool more_fragments() const { return (get16(bytes_, 6) & fragment_flag::more) != 0; }
    bool is_fragment() const { return more_fragments() || fragment_offset() != 0; }

    /// The fixed part of a TCP, UDP or ICMP header is there. Of other protocols nothing is expected.
    bool transport_complete() const;
    /// Complete, and the lengths that TCP and UDP state lie inside the payload.
    bool transport_sound() const;

    // Of a complete TCP header.
    unsigned tcp_flags() const { return get16(payload(), 12) & 0x1ff; }
    std::size_t tcp_header_bytes() const { return (get8(payload(), 12) >> 4) * std::size_t{4}; }
    /// SYN, and neither ACK nor RST nor FIN.
    bool tcp_opens() const;

private:
    View bytes_;
};

/// `bits` bits of a header, the first of them bit number `bit`.
model::Value get_bits(View header, unsigned bit, unsigned bits);
/// Writes them.
void put_bits(std::span<std::uint8_t> header, unsigned bit, unsigned bits, model::Value value);

/// Whether a datagram has the header that a field stands in, if it stands in one of its own.
bool has(const Datagram& datagram, model::Field field);

/// A field of the registry, of a datagram that has the header it stands in. Not for ct.state, which no
/// datagram holds.
model::Value read(const Datagram& datagram, model::Field field);

} // namespace eval
