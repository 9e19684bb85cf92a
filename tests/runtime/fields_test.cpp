#include "runtime/fields.hpp"

#include "tests/runtime/platform.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <utility>

namespace {

/// A TCP segment in which every field has a value of its own.
std::unique_ptr<runtime::Packet> segment() {
    auto packet = std::make_unique<runtime::Packet>();
    constexpr std::uint8_t bytes[] = {
        0x46, 0xb9, 0x00, 0x2c, 0x12, 0x34, 0x5f, 0xff, 0x40, 0x06, 0xab, 0xcd, 0x0a, 0x00, 0x00, 0x01, 0xc0, 0xa8,
        0x00, 0x02, 0x01, 0x01, 0x01, 0x00,                                     // IP with options
        0x1f, 0x90, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, // ports, sequence, ack
        0x5b, 0x92, 0x72, 0x10, 0xbe, 0xef, 0x00, 0x07};                        // doff 5, reserved 5, flags 0x192
    std::copy(std::begin(bytes), std::end(bytes), packet->frame.begin() + 14);
    packet->ip_bytes = sizeof bytes;
    packet->ip_header_bytes = 24;
    packet->transport_complete = true;
    return packet;
}

} // namespace

TEST_CASE("every field is read from its place") {
    namespace field = runtime::field;
    const auto p = segment();
    CHECK(field::ip_version(*p) == 4);
    CHECK(field::ip_hdrlength(*p) == 24);
    CHECK(field::ip_dscp(*p) == 46);
    CHECK(field::ip_ecn(*p) == 1);
    CHECK(field::ip_length(*p) == 44);
    CHECK(field::ip_id(*p) == 0x1234);
    CHECK(field::ip_frag_off(*p) == 0x1fff);
    CHECK(field::ip_ttl(*p) == 64);
    CHECK(field::ip_protocol(*p) == 6);
    CHECK(field::ip_checksum(*p) == 0xabcd);
    CHECK(field::ip_saddr(*p) == 0x0a000001);
    CHECK(field::ip_daddr(*p) == 0xc0a80002);
    CHECK(field::ip_options(*p) == 1);
    CHECK(field::tcp_sport(*p) == 8080);
    CHECK(field::tcp_dport(*p) == 80);
    CHECK(field::tcp_sequence(*p) == 0x01020304);
    CHECK(field::tcp_ackseq(*p) == 0x05060708);
    CHECK(field::tcp_doff(*p) == 5);
    CHECK(field::tcp_reserved(*p) == 5);
    CHECK(field::tcp_flags(*p) == 0x192);
    CHECK(field::tcp_window(*p) == 0x7210);
    CHECK(field::tcp_checksum(*p) == 0xbeef);
    CHECK(field::tcp_urgptr(*p) == 7);
    CHECK(runtime::is_tcp(*p));
    CHECK(runtime::is_fragment(*p));
}

TEST_CASE("a field beyond the packet halts instead of being read") {
    auto p = segment();
    p->ip_bytes = 24 + 18;
    CHECK(runtime::field::tcp_checksum(*p) == 0xbeef);
    CHECK_THROWS_AS(runtime::field::tcp_urgptr(*p), test_platform::Halted);
}
