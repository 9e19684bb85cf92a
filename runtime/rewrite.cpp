#include "runtime/rewrite.hpp"

#include "runtime/checksum.hpp"
#include "runtime/datagram.hpp"
#include "runtime/fields.hpp"

namespace runtime {

namespace {

/// What a checksum is told of words that changed under it: RFC 1624, equation 3, for many words at once.
class Change {
public:
    void word(std::uint16_t was, std::uint16_t is) {
        if (was == is) return;
        sum_ += std::uint32_t{static_cast<std::uint16_t>(~was)} + is;
        any_ = true;
    }
    void address(Ipv4Address was, Ipv4Address is) {
        word(static_cast<std::uint16_t>(was >> 16), static_cast<std::uint16_t>(is >> 16));
        word(static_cast<std::uint16_t>(was), static_cast<std::uint16_t>(is));
    }
    void all_of(const Change& other) {
        sum_ += other.sum_;
        any_ = any_ || other.any_;
    }
    std::uint16_t applied_to(std::uint16_t old) const {
        return any_ ? static_cast<std::uint16_t>(~fold(sum_ + static_cast<std::uint16_t>(~old))) : old;
    }

private:
    std::uint32_t sum_ = 0;
    bool any_ = false;
};

constexpr std::size_t address_at(End end) { return end == End::source ? 12 : 16; }

constexpr std::size_t port_at(std::uint8_t protocol, End end) {
    if (protocol == icmp_protocol) return 4; // the identifier
    return end == End::source ? 0 : 2;
}

constexpr std::optional<std::size_t> checksum_at(std::uint8_t protocol) {
    switch (protocol) {
    case tcp_protocol: return 16;
    case udp_protocol: return 6;
    case icmp_protocol: return 2;
    default: return std::nullopt;
    }
}

/// Writes one word of the payload, wherever it lies, and tells what that changes.
Change put_word(Packet& packet, std::size_t at, std::uint16_t value) {
    const MutableBytes word = payload_word(packet, at);
    Change change;
    change.word(get16(word, 0), value);
    put16(word, 0, value);
    return change;
}

/// Port or identifier of the transport header at that place of the payload, and its checksum as far as it is there.
/// `pseudo` is what has changed in the pseudo-header.
Change rewrite_transport(Packet& packet, std::size_t at, std::uint8_t protocol, End end,
                         std::optional<std::uint16_t> port, const Change& pseudo) {
    Change change;
    if (port) change = put_word(packet, at + port_at(protocol, end), *port);
    const auto offset = checksum_at(protocol);
    if (!offset) return change;
    const MutableBytes word = payload_word(packet, at + *offset);
    if (word.empty()) return change;
    const std::uint16_t old = get16(word, 0);
    if (protocol == udp_protocol && old == 0) return change; // RFC 768: the sender made none
    Change covered = change;
    if (protocol != icmp_protocol) covered.all_of(pseudo);
    std::uint16_t changed = covered.applied_to(old);
    if (protocol == udp_protocol && changed == 0) changed = 0xffff;
    change.all_of(put_word(packet, at + *offset, changed));
    return change;
}

/// What restore() needs.
void remember(Packet& packet) {
    if (packet.translated) return;
    packet.translated = true;
    packet.received_source = field::ip_saddr(packet);
    packet.received_destination = field::ip_daddr(packet);
    const auto protocol = static_cast<std::uint8_t>(field::ip_protocol(packet));
    packet.received_a = packet.received_b = 0;
    const auto offset = checksum_at(protocol);
    if (!offset) return;
    packet.received_a = get16(packet.payload(), port_at(protocol, End::source));
    packet.received_b = get16(packet.payload(), port_at(protocol, End::destination));
    packet.received_checksum = get16(packet.payload(), *offset);
}

} // namespace

void rewrite(Packet& packet, End end, const Endpoint& to) {
    remember(packet);
    Change address;
    address.address(get32(packet.ip(), address_at(end)), to.address);
    for_each_buffer(packet, [&](Packet& buffer) {
        const MutableBytes ip = buffer.ip();
        put32(ip, address_at(end), to.address);
        put16(ip, 10, address.applied_to(get16(ip, 10)));
    });
    const auto protocol = static_cast<std::uint8_t>(field::ip_protocol(packet));
    rewrite_transport(packet, 0, protocol, end, to.port, address);
}

void rewrite_quoted(Packet& packet, End end, const Endpoint& to) {
    constexpr std::size_t quoted = 8; // behind the error's own header
    const std::size_t header_bytes = std::size_t{4} * (payload_word(packet, quoted)[0] & 0xf);
    const std::uint8_t protocol = payload_word(packet, quoted + 8)[1];
    Change address = put_word(packet, quoted + address_at(end), static_cast<std::uint16_t>(to.address >> 16));
    address.all_of(put_word(packet, quoted + address_at(end) + 2, static_cast<std::uint16_t>(to.address)));
    const std::uint16_t header_checksum = get16(payload_word(packet, quoted + 10), 0);
    Change all = address;
    all.all_of(put_word(packet, quoted + 10, address.applied_to(header_checksum)));
    all.all_of(rewrite_transport(packet, quoted + header_bytes, protocol, end, to.port, address));
    put_word(packet, 2, all.applied_to(get16(payload_word(packet, 2), 0)));
}

void restore(Packet& packet) {
    if (!packet.translated) return;
    packet.translated = false;
    put32(packet.ip(), address_at(End::source), packet.received_source);
    put32(packet.ip(), address_at(End::destination), packet.received_destination);
    const auto protocol = static_cast<std::uint8_t>(field::ip_protocol(packet));
    const auto offset = checksum_at(protocol);
    if (!offset) return;
    put16(packet.payload(), port_at(protocol, End::source), packet.received_a);
    put16(packet.payload(), port_at(protocol, End::destination), packet.received_b);
    put16(packet.payload(), *offset, packet.received_checksum);
}

} // namespace runtime
