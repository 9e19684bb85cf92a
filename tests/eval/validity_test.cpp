// What is dropped before any function sees it, and why.
#include "tests/eval/frames.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace frames;
using model::Reason;

struct Case {
    const char* what;
    Reason reason;
    void (*change)(Bytes& frame);
    bool header_checksum_fits = true;
};

const Case cases[] = {
    {"longer than the MTU", Reason::too_big, [](Bytes& f) { f.resize(1515); }},
    {"half an Ethernet header", Reason::not_ipv4, [](Bytes& f) { f.resize(13); }, false},
    {"another station's", Reason::not_for_us, [](Bytes& f) { f[5] ^= 1; }},
    {"VLAN tag", Reason::unknown_vlan, [](Bytes& f) { put16(f, 12, 0x8100); }},
    {"service VLAN tag", Reason::unknown_vlan, [](Bytes& f) { put16(f, 12, 0x88a8); }},
    {"IPv6", Reason::not_ipv4, [](Bytes& f) { put16(f, 12, 0x86dd); }},
    {"19 bytes", Reason::bad_length, [](Bytes& f) { f.resize(14 + 19); }, false},
    {"version 6", Reason::bad_version, [](Bytes& f) { f[14] = 0x65; }},
    {"header of 16 bytes", Reason::bad_header, [](Bytes& f) { f[14] = 0x44; }},
    {"header beyond the frame", Reason::bad_header, [](Bytes& f) { f[14] = 0x4f; }, false},
    {"total length below the header's", Reason::bad_length, [](Bytes& f) { put16(f, 16, 19); }},
    {"total length beyond the frame", Reason::bad_length, [](Bytes& f) { put16(f, 16, 41); }},
    {"header checksum", Reason::bad_checksum, [](Bytes& f) { f[24] ^= 1; }, false},
    {"source is destination", Reason::land, [](Bytes& f) { put32(f, 26, sample::server); }},
    {"source 0/8", Reason::martian, [](Bytes& f) { put32(f, 26, sample::ip(0, 1, 2, 3)); }},
    {"source 127/8", Reason::martian, [](Bytes& f) { put32(f, 26, sample::ip(127, 0, 0, 1)); }},
    {"source multicast", Reason::martian, [](Bytes& f) { put32(f, 26, sample::ip(239, 255, 255, 255)); }},
    {"source 240/4", Reason::martian, [](Bytes& f) { put32(f, 26, sample::ip(255, 255, 255, 255)); }},
    {"our own source", Reason::martian, [](Bytes& f) { put32(f, 26, sample::inside_address); }},
    {"source our broadcast", Reason::martian, [](Bytes& f) { put32(f, 26, sample::ip(192, 168, 0, 255)); }},
    {"destination 0/8", Reason::martian, [](Bytes& f) { put32(f, 30, sample::ip(0, 0, 0, 0)); }},
    {"destination 127/8", Reason::martian, [](Bytes& f) { put32(f, 30, sample::ip(127, 9, 9, 9)); }},
    {"destination 240/4", Reason::martian, [](Bytes& f) { put32(f, 30, sample::ip(255, 255, 255, 254)); }},
    {"one station by a group frame", Reason::not_for_us, [](Bytes& f) { std::fill_n(f.begin(), 6, 0xff); }},
    {"SYN and FIN", Reason::tcp_flags, [](Bytes& f) { f[47] = 0x03; }},
    {"no flag", Reason::tcp_flags, [](Bytes& f) { f[47] = 0xc0; }},
    {"xmas", Reason::tcp_flags, [](Bytes& f) { f[47] = 0x29; }},
    {"multicast", Reason::multicast, [](Bytes& f) { put32(f, 30, sample::ip(224, 0, 0, 5)); }},
    {"another network's broadcast", Reason::directed_broadcast,
     [](Bytes& f) { put32(f, 30, sample::ip(192, 168, 0, 255)); }},
};

/// A SYN to the server, 40 bytes of IP in a frame without padding.
Bytes good() { return ipv4({}, eval::tcp, tcp({}, 40000, 80, eval::tcp_flag::syn), outside_mac); }

/// The good frame with these options.
Bytes with_options(Bytes options) {
    Bytes frame = good();
    frame.insert(frame.begin() + 34, options.begin(), options.end());
    frame[14] = static_cast<std::uint8_t>(0x45 + options.size() / 4);
    put16(frame, 16, static_cast<std::uint16_t>(40 + options.size()));
    fix(frame);
    return frame;
}

} // namespace

TEST_CASE("a good frame passes, and its padding does not") {
    Bench bench(sample::router().appliance);
    Bytes frame = good();
    frame.resize(60);
    const auto result = bench.outside(frame);
    REQUIRE(sent(result));
    CHECK(result.out[0].nic == 1);
    CHECK(result.out[0].bytes.size() == 54);
    CHECK(result.out[0].bytes[22] == 63);
    CHECK(eval::checksum(eval::View(result.out[0].bytes).subspan(14, 20)) == 0);
}

TEST_CASE("every row of validity has its reason") {
    for (const auto& [what, reason, change, header_checksum_fits] : cases) {
        INFO(what);
        Bench bench(sample::router().appliance);
        Bytes frame = good();
        change(frame);
        if (header_checksum_fits) fix(frame);
        CHECK(dropped_by(bench.outside(frame), reason));
        CHECK(bench.machine.counters().balanced());
    }
}

TEST_CASE("options that change the way of a packet, or lie, are dropped") {
    Bench bench(sample::router().appliance);
    for (const Bytes& fine :
         {Bytes{1, 1, 1, 0}, Bytes{0, 7, 131, 137}, Bytes{148, 4, 0, 0}, Bytes{1, 1, 148, 2}})
        CHECK(sent(bench.outside(with_options(fine))));
    for (const Bytes& bad : {Bytes{7, 3, 4, 0}, Bytes{131, 3, 4, 0}, Bytes{137, 3, 4, 0}, Bytes{148, 1, 0, 0},
                             Bytes{148, 5, 0, 0}, Bytes{1, 1, 1, 148}})
        CHECK(dropped_by(bench.outside(with_options(bad)), Reason::ip_options));
}

TEST_CASE("what is delivered here must have right lengths and checksums, what passes need not") {
    Bench bench(sample::router().appliance);
    const Ends here{sample::ip(10, 55, 1, 1), sample::outside_address};
    auto segment = tcp(here, 40000, 80, eval::tcp_flag::syn);
    segment[16] ^= 1;
    CHECK(dropped_by(bench.outside(ipv4(here, eval::tcp, segment, outside_mac)), Reason::bad_checksum));
    CHECK(sent(bench.outside(ipv4({}, eval::tcp, segment, outside_mac))));
    CHECK(dropped_by(bench.outside(ipv4(here, eval::udp, {0, 1, 0, 2, 0, 9, 0, 0}, outside_mac)),
                     Reason::bad_length));
    CHECK(dropped_by(bench.outside(ipv4(here, eval::udp, {0, 1, 0, 2}, outside_mac)), Reason::bad_length));

    auto without_checksum = udp(here, 1, 2, {1, 2, 3});
    put16(without_checksum, 6, 0);
    CHECK(bench.outside(ipv4(here, eval::udp, without_checksum, outside_mac)).fate == eval::Fate::delivered);
}

TEST_CASE("ARP is consumed") {
    Bench bench(sample::router().appliance);
    Bytes frame = good();
    put16(frame, 12, 0x0806);
    const auto result = bench.outside(frame);
    CHECK(result.fate == eval::Fate::delivered);
    CHECK(result.out.empty());
}

TEST_CASE("strict reverse paths let in only sources that are reached by that Iface") {
    auto policy = sample::router();
    policy.appliance.ifaces[sample::inside].strict_rpf = true;
    policy.appliance.ifaces[sample::outside].strict_rpf = true;
    Bench bench(policy.appliance);
    const auto from = [](model::Ipv4Address source, model::Ipv4Address destination, const model::Mac& mac) {
        const Ends ends{source, destination};
        return ipv4(ends, eval::udp, udp(ends, 1, 2), mac);
    };
    const auto far = sample::ip(8, 8, 8, 8), peer = sample::ip(192, 168, 0, 9);
    CHECK(sent(bench.inside(from(peer, far, inside_mac))));
    CHECK(
        dropped_by(bench.inside(from(sample::ip(192, 168, 1, 9), far, inside_mac)), model::Reason::martian));
    CHECK(sent(bench.outside(from(far, peer, outside_mac)))); // by the default route
    CHECK(dropped_by(bench.outside(from(peer, sample::server, outside_mac)), model::Reason::martian));
}
