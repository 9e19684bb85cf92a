// Reads the packet fields of the registry. The generated chains are written in these.
#pragma once
#include "runtime/bytes.hpp"
#include "runtime/ethernet.hpp"

namespace runtime {

inline constexpr std::uint8_t icmp_protocol = 1;
inline constexpr std::uint8_t tcp_protocol = 6;
inline constexpr std::uint8_t udp_protocol = 17;

namespace tcp_flag {
inline constexpr unsigned fin = 1, syn = 2, rst = 4, psh = 8, ack = 16, urg = 32;
}

/// `bits` bits, the first of them bit number `bit` of the header.
template <unsigned bit, unsigned bits> std::uint32_t bits_of(Bytes header) {
    constexpr unsigned first = bit / 8;
    constexpr unsigned last = (bit + bits - 1) / 8;
    std::uint64_t value = 0;
    for (unsigned i = first; i <= last; ++i) value = value << 8 | get8(header, i);
    return static_cast<std::uint32_t>(value >> (8 * (last + 1) - bit - bits) & ((std::uint64_t{1} << bits) - 1));
}

namespace field {

namespace header {
inline Bytes ip(const Packet& packet) { return packet.ip(); }
inline Bytes tcp(const Packet& packet) { return packet.payload(); }
inline Bytes udp(const Packet& packet) { return packet.payload(); }
inline Bytes icmp(const Packet& packet) { return packet.payload(); }
} // namespace header

// The fields of a header come straight from the registry; those of no header (layer meta) follow below.
#define READ_ip(id, layer, bit, bits, scale) \
    inline std::uint32_t id(const Packet& packet) { return bits_of<bit, bits>(header::layer(packet)) * scale; }
#define READ_tcp READ_ip
#define READ_udp READ_ip
#define READ_icmp READ_ip
#define READ_eth(id, layer, bit, bits, scale) \
    inline std::uint64_t id(const Packet& packet) { return packet.made_here ? 0 : get48(packet.frame, bit / 8); }
#define READ_meta(id, layer, bit, bits, scale)
#define FIELD(id, name, layer, bit, bits, scale, kind, text) READ_##layer(id, layer, bit, bits, scale)
#include "runtime/fields.def"
#undef READ_ip
#undef READ_tcp
#undef READ_udp
#undef READ_icmp
#undef READ_eth
#undef READ_meta

inline std::uint32_t ip_options(const Packet& packet) { return packet.ip_header_bytes > 20; }
inline std::uint32_t vlan_id(const Packet& packet) {
    const bool tagged = packet.tag_bytes != 0 && !packet.made_here;
    return tagged ? get16(packet.frame, ethernet_header_bytes) & vlan_id_mask : 0;
}
inline std::uint32_t iface_in(const Packet& packet) { return packet.made_here ? no_iface : packet.ingress; }
inline std::uint32_t iface_out(const Packet& packet) { return packet.egress; }
inline std::uint32_t ct_state(const Packet& packet) { return static_cast<std::uint32_t>(packet.state); }

} // namespace field

/// Whether a body for that protocol is for this packet: its header can be read.
inline bool is_tcp(const Packet& p) { return p.transport_complete && field::ip_protocol(p) == tcp_protocol; }
inline bool is_udp(const Packet& p) { return p.transport_complete && field::ip_protocol(p) == udp_protocol; }
inline bool is_icmp(const Packet& p) { return p.transport_complete && field::ip_protocol(p) == icmp_protocol; }

inline constexpr std::uint16_t more_fragments_bit = 0x2000; ///< in the word of the fragment offset

inline bool more_fragments(const Packet& packet) { return (get16(packet.ip(), 6) & more_fragments_bit) != 0; }
/// More-fragments set, or an offset. A reassembled datagram is none.
inline bool is_fragment(const Packet& packet) { return more_fragments(packet) || field::ip_frag_off(packet) != 0; }

} // namespace runtime
