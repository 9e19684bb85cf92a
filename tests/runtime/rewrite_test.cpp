// Checksums are exact after every rewrite: all 65,536 values of every word that a rewrite writes, and of the
// checksum.
#include "runtime/rewrite.hpp"

#include "runtime/checksum.hpp"
#include "runtime/fields.hpp"
#include "runtime/transport.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace runtime;

constexpr Ipv4Address source = 0x0a000002, destination = 0xc6336407;

/// A packet whose checksums are right, without any help of what is tested.
void make(Packet& packet, std::uint8_t protocol, std::size_t payload_bytes) {
    static_cast<PacketInfo&>(packet) = {};
    packet.ip_header_bytes = 20;
    packet.ip_bytes = static_cast<std::uint16_t>(20 + payload_bytes);
    const MutableBytes ip = packet.ip();
    for (auto& byte : ip) byte = 0;
    put16(ip, 0, 0x4500);
    put16(ip, 2, packet.ip_bytes);
    put16(ip, 8, static_cast<std::uint16_t>(64 << 8 | protocol));
    put32(ip, 12, source);
    put32(ip, 16, destination);
    put16(ip, 10, checksum(ip.first(20)));
    const MutableBytes payload = packet.payload();
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::uint8_t>(3 * i + 1);
    if (protocol == tcp_protocol) put16(payload, 12, 0x5010);
    if (protocol == udp_protocol) put16(payload, 4, static_cast<std::uint16_t>(payload_bytes));
    if (protocol == icmp_protocol) put16(payload, 0, 0x0800);
    packet.transport_complete = true;
    const std::size_t at = protocol == tcp_protocol ? 16 : protocol == udp_protocol ? 6 : 2;
    put16(payload, at, 0);
    const std::uint32_t pseudo =
        protocol == icmp_protocol ? 0 : pseudo_header_sum(source, destination, protocol, payload_bytes);
    const std::uint16_t sum = checksum(payload, pseudo);
    put16(payload, at, protocol == udp_protocol && sum == 0 ? 0xffff : sum);
}

bool right(const Packet& packet) { return checksum(packet.ip().first(20)) == 0 && !transport_fault(packet); }

Packet packet;

} // namespace

TEST_CASE("checksums are exact after any port, identifier or half of an address was written") {
    for (const auto protocol : {tcp_protocol, udp_protocol, icmp_protocol}) {
        for (const auto end : {End::source, End::destination}) {
            CAPTURE(protocol, end == End::source);
            std::size_t wrong = 0;
            for (unsigned value = 0; value < 65536; ++value) {
                const auto word = static_cast<std::uint16_t>(value);
                make(packet, protocol, 37); // an odd number of bytes
                rewrite(packet, end, {0xcb007101, word});
                wrong += !right(packet);
                rewrite(packet, end, {std::uint32_t{word} << 16 | 0x1234, std::nullopt});
                wrong += !right(packet);
                rewrite(packet, end, {0xcb000000u | word, 7});
                wrong += !right(packet);
            }
            CHECK(wrong == 0);
        }
    }
}

TEST_CASE("a wrong checksum stays as wrong as it was, a missing one stays missing, and none is made that "
          "means missing") {
    std::size_t wrong = 0, zeros = 0;
    for (unsigned value = 0; value < 65536; ++value) {
        make(packet, udp_protocol, 8);
        const std::uint16_t good = get16(packet.payload(), 6);
        const auto off = static_cast<std::uint16_t>(value);
        put16(packet.payload(), 6, off);
        rewrite(packet, End::source, {0xcb007101, 40000});
        const std::uint16_t now = get16(packet.payload(), 6);
        if (off == 0) {
            wrong += now != 0;
            continue;
        }
        zeros += now == 0;
        make(packet, udp_protocol, 8);
        rewrite(packet, End::source, {0xcb007101, 40000});
        const std::uint16_t good_now = get16(packet.payload(), 6);
        // In one's complement both are off by the same.
        const auto distance = [](std::uint32_t a, std::uint32_t b) {
            return (a + 65535 - b % 65535) % 65535;
        };
        wrong += distance(off, good) != distance(now, good_now);
    }
    CHECK(wrong == 0);
    CHECK(zeros == 0);
}

TEST_CASE("what comes back after a rewrite is what came") {
    for (const auto protocol : {tcp_protocol, udp_protocol, icmp_protocol}) {
        make(packet, protocol, 40);
        put16(packet.payload(), protocol == tcp_protocol ? 16 : protocol == udp_protocol ? 6 : 2, 0xffff);
        const std::vector<std::uint8_t> before(packet.ip().begin(), packet.ip().end());
        rewrite(packet, End::source, {0xcb007101, 40000});
        rewrite(packet, End::destination, {0xcb007107, std::nullopt});
        restore(packet);
        put16(packet.ip(), 10, 0); // restore leaves the header's checksum to whoever goes on with it
        put16(packet.ip(), 10, checksum(packet.ip().first(20)));
        CHECK(std::vector<std::uint8_t>(packet.ip().begin(), packet.ip().end()) == before);
    }
}
