#include "compiler/eval/rewrite.hpp"

#include "compiler/eval/checksum.hpp"

#include <algorithm>

namespace eval {

namespace {

/// RFC 1624, equation 3, over all words in which two states of the same bytes differ.
class Change {
public:
    void of(View before, View after) {
        for (std::size_t at = 0; at + 1 < after.size(); at += 2) {
            const std::uint16_t was = get16(before, at), is = get16(after, at);
            if (was == is) continue;
            sum_ += static_cast<std::uint16_t>(~was);
            sum_ += is;
            any_ = true;
        }
    }
    std::uint16_t applied_to(std::uint16_t old_checksum) const {
        return any_ ? checksum(sum_ + static_cast<std::uint16_t>(~old_checksum)) : old_checksum;
    }

private:
    std::uint64_t sum_ = 0;
    bool any_ = false;
};

constexpr std::size_t address_at(End end) { return end == End::source ? 12 : 16; }

std::size_t port_at(std::uint8_t protocol, End end) {
    if (protocol == icmp) return 4; // the identifier
    return end == End::source ? 0 : 2;
}

std::optional<std::size_t> checksum_at(std::uint8_t protocol) {
    switch (protocol) {
    case tcp:
        return 16;
    case udp:
        return 6;
    case icmp:
        return 2;
    default:
        return std::nullopt;
    }
}

/// The transport checksum of the datagram that starts at `ip`, once its addresses and ports have changed.
void follow_transport(Bytes& bytes, const Bytes& before, std::size_t ip) {
    const Datagram datagram(View(bytes).subspan(ip));
    const std::uint8_t protocol = datagram.protocol();
    const std::size_t transport = ip + datagram.header_bytes();
    const auto offset = checksum_at(protocol);
    if (!offset || transport + *offset + 2 > bytes.size()) return;
    const std::uint16_t old = get16(bytes, transport + *offset);
    if (protocol == udp && old == 0) return; // RFC 768: there is none
    Change change;
    if (protocol != icmp) change.of(View(before).subspan(ip + 12, 8), View(bytes).subspan(ip + 12, 8));
    change.of(View(before).subspan(transport), View(bytes).subspan(transport));
    std::uint16_t changed = change.applied_to(old);
    if (protocol == udp && changed == 0) changed = 0xffff;
    put16(bytes, transport + *offset, changed);
}

void follow_header(Bytes& bytes, const Bytes& before, std::size_t ip) {
    const std::size_t header_bytes = Datagram(View(bytes).subspan(ip)).header_bytes();
    Change change;
    change.of(View(before).subspan(ip, header_bytes), View(bytes).subspan(ip, header_bytes));
    put16(bytes, ip + 10, change.applied_to(get16(bytes, ip + 10)));
}

void rewrite_at(Bytes& bytes, std::size_t ip, End end, const Endpoint& to) {
    const Bytes before = bytes;
    const Datagram datagram(View(bytes).subspan(ip));
    put32(bytes, ip + address_at(end), to.address);
    if (to.port) put16(bytes, ip + datagram.header_bytes() + port_at(datagram.protocol(), end), *to.port);
    follow_transport(bytes, before, ip);
    follow_header(bytes, before, ip);
}

} // namespace

Endpoint destination_said(const Datagram& datagram, const model::Statement& dnat) {
    const bool has_ports = datagram.protocol() == tcp || datagram.protocol() == udp;
    return {dnat.ipv4_address.value_or(datagram.destination()), has_ports ? dnat.port : std::nullopt};
}

void rewrite(Bytes& datagram, End end, const Endpoint& to) { rewrite_at(datagram, 0, end, to); }

void rewrite_quoted(Bytes& error, End end, const Endpoint& to) {
    const Bytes before = error;
    const std::size_t message = Datagram(error).header_bytes();
    rewrite_at(error, message + 8, end, to);
    Change change;
    change.of(View(before).subspan(message), View(error).subspan(message));
    put16(error, message + 2, change.applied_to(get16(error, message + 2)));
}

void rewrite_address(Bytes& fragment, End end, model::Ipv4Address address) {
    const Bytes before = fragment;
    put32(fragment, address_at(end), address);
    follow_header(fragment, before, 0);
}

} // namespace eval
