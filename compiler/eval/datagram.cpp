#include "compiler/eval/datagram.hpp"

namespace eval {

bool Datagram::transport_complete() const {
    if (is_fragment()) return false;
    switch (protocol()) {
    case tcp:
        return payload().size() >= 20;
    case udp:
    case icmp:
        return payload().size() >= 8;
    default:
        return true;
    }
}

bool Datagram::transport_sound() const {
    if (!transport_complete()) return false;
    if (protocol() == tcp) return tcp_header_bytes() >= 20 && tcp_header_bytes() <= payload().size();
    if (protocol() == udp) return get16(payload(), 4) >= 8 && get16(payload(), 4) <= payload().size();
    return true;
}

bool Datagram::tcp_opens() const {
    using namespace tcp_flag;
    return (tcp_flags() & (syn | ack | rst | fin)) == syn;
}

model::Value get_bits(View header, unsigned bit, unsigned bits) {
    model::Value value = 0;
    for (unsigned i = bit; i < bit + bits; ++i) value = value << 1 | (header[i / 8] >> (7 - i % 8) & 1);
    return value;
}

void put_bits(std::span<std::uint8_t> header, unsigned bit, unsigned bits, model::Value value) {
    for (unsigned i = bit + bits; i-- > bit; value >>= 1) {
        const auto mask = static_cast<std::uint8_t>(0x80 >> i % 8);
        header[i / 8] =
            static_cast<std::uint8_t>((value & 1) != 0 ? header[i / 8] | mask : header[i / 8] & ~mask);
    }
}

bool has(const Datagram& datagram, model::Field field) {
    const auto layer = model::info(field).layer;
    if (layer != model::Layer::tcp && layer != model::Layer::udp && layer != model::Layer::icmp) return true;
    return datagram.protocol() == model::protocol_number(layer) && datagram.transport_complete();
}

model::Value read(const Datagram& datagram, model::Field field) {
    const auto& info = model::info(field);
    if (field == model::Field::ip_options) return datagram.header_bytes() > ip_header_min_bytes;
    const View header = info.layer == model::Layer::ip ? datagram.bytes() : datagram.payload();
    return get_bits(header, info.bit, info.bits) * info.scale;
}

} // namespace eval
