// RFC 1812, Requirements for IP Version 4 Routers: what applies to a router with static routes, by section.
// Not done, and on purpose: options that a router would fill in (5.3.13.4, 5.3.13.5) are dropped or passed on
// as they are (RFC 7126), redirects (5.2.7.2), parameter problems (4.3.3.5), address masks (4.3.3.9, RFC
// 6918) and router discovery (4.3.3.10) are not sent, multicast is not routed (5.2.1.4), and fragments for
// the router itself are put together only where a policy has functions (4.2.2.8). What never becomes whole is not
// answered (RFC 1122 3.3.2): no function has said yet that its sender may be. ARP (3.3.2) and unreachable hosts (5.2.7.1,
// code 1) are in tests/runtime, since here everybody answers ARP.
#include "tests/conformance/scene.hpp"

#include <catch2/catch.hpp>

using namespace conformance;
using model::Reason;

namespace {

constexpr Ipv4Address lan_address = ip(10, 0, 0, 1), wan_address = ip(203, 0, 113, 1), host = ip(10, 0, 0, 9);
constexpr Ipv4Address branch_host = ip(10, 0, 7, 9), far = ip(198, 51, 100, 7);
constexpr Ipv4Address nowhere = ip(192, 0, 2, 1); // no route has it
constexpr model::Mac to_all{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, to_group{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
constexpr Way outward{host, 40000, far, 53};

/// Nothing answers it, and that is why it went no further.
bool is_silently_dropped(const Scene& scene, const std::string& iface, const Bytes& packet, Reason reason,
                         std::optional<model::Mac> to = {}) {
    const auto outcome = scene.send(iface, packet, to);
    return outcome.dropped_by(reason) && outcome.out.empty();
}

/// As it must leave: one hop further.
Bytes one_hop_on(const Bytes& packet) {
    return with_ip_byte(packet, 8, static_cast<std::uint8_t>(packet[8] - 1));
}

struct Error {
    unsigned type, code;

    friend bool operator==(const Error&, const Error&) = default;
};
std::ostream& operator<<(std::ostream& out, const Error& error) {
    return out << error.type << "/" << error.code;
}

Error error_in(const Bytes& packet) {
    const eval::Datagram datagram(packet);
    REQUIRE(datagram.protocol() == eval::icmp);
    return {datagram.payload()[0], datagram.payload()[1]};
}

Bytes with_ttl(const Bytes& packet, std::uint8_t ttl) { return with_ip_byte(packet, 8, ttl); }
Bytes from(Ipv4Address source) { return udp({source, 40000, far, 53}); }
Bytes to(Ipv4Address destination) { return udp({host, 40000, destination, 53}); }

} // namespace

TEST_CASE("RFC 1812 5.2.2: a header that fails validation is dropped silently, by name") {
    struct Row {
        const char* what;
        Reason reason;
        void (*damage)(Bytes& packet);
    };
    const Row rows[] = {
        {"(1) fewer than 20 bytes", Reason::bad_length, [](Bytes& p) { p.resize(19); }},
        {"(2) header checksum", Reason::bad_checksum, [](Bytes& p) { p[11] ^= 1; }},
        {"(3) version 5", Reason::bad_version, [](Bytes& p) { p = with_ip_byte(p, 0, 0x55); }},
        {"(4) header of 16 bytes", Reason::bad_header, [](Bytes& p) { p[0] = 0x44; }},
        {"(4) header longer than the packet", Reason::bad_header, [](Bytes& p) { p[0] = 0x4f; }},
        {"(5) total length shorter than the header", Reason::bad_length,
         [](Bytes& p) { p = with_ip_byte(p, 3, 19); }},
        {"(5) total length longer than the frame", Reason::bad_length,
         [](Bytes& p) { p = with_ip_byte(p, 3, 200); }},
    };
    on_each_backend("router", [&](const Scene& scene) {
        for (const auto& row : rows) {
            CAPTURE(row.what);
            Bytes packet = udp(outward, "some data");
            row.damage(packet);
            CHECK(is_silently_dropped(scene, "lan", packet, row.reason));
        }
    });
}

TEST_CASE("RFC 1812 5.2.2: what the link carries behind the total length goes no further") {
    on_each_backend("router", [](const Scene& scene) {
        const Bytes packet = udp(outward);
        Bytes padded = packet;
        padded.resize(46, 0xee);
        CHECK(scene.sent("lan", padded, "wan") == one_hop_on(packet));
    });
}

TEST_CASE("RFC 1812 4.2.2.3, 4.2.2.4, 5.3.2, 5.3.3: reserved bits and TOS neither stop a packet nor change") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto tos : Bytes{0x00, 0x01, 0x10, 0x1c, 0xa0, 0xc0, 0xe0, 0xff}) {
            const Bytes packet = with_ip_byte(udp(outward, "x"), 1, tos);
            CHECK(scene.sent("lan", packet, "wan") == one_hop_on(packet));
        }
        for (const auto flags : Bytes{0x80, 0xc0, 0x40}) {
            const Bytes packet = with_ip_byte(udp(outward, "x"), 6, flags);
            CHECK(scene.sent("lan", packet, "wan") == one_hop_on(packet));
        }
    });
}

TEST_CASE("RFC 1812 4.2.2.6, 5.3.13.1: options that mean nothing to the router pass unchanged") {
    on_each_backend("router", [](const Scene& scene) {
        for (const Bytes& options : {Bytes{0x9e, 4, 0xab, 0xcd}, Bytes{148, 4, 0, 0}, Bytes{1, 1, 1, 0},
                                     Bytes{136, 4, 0, 7}, Bytes{130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}) {
            const Bytes packet = with_options(udp(outward, "x"), options);
            CHECK(scene.sent("lan", packet, "wan") == one_hop_on(packet));
        }
        // RFC 7126 4.3 to 4.5 goes further than 5.2.4.1 and 5.3.13.4.
        for (const auto kind : Bytes{7, 131, 137}) {
            const Bytes packet = with_options(udp(outward), {kind, 7, 4, 10, 0, 0, 1, 0});
            CHECK(is_silently_dropped(scene, "lan", packet, Reason::ip_options));
        }
    });
}

TEST_CASE("RFC 1812 4.2.2.7, 5.2.5: what came in one piece leaves in one, and fragments as they are") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto flags : Bytes{0x00, 0x40}) // may, and may not be fragmented
            for (const auto& [in, out, way] :
                 {std::tuple{"lan", "wan", outward}, std::tuple{"wan", "lan", outward.back()},
                  std::tuple{"branch", "wan", Way{branch_host, 1, far, 53}},
                  std::tuple{"wan", "branch", Way{far, 53, branch_host, 1}}}) {
                const Bytes packet = with_ip_byte(udp(way, std::string(1472, 'x')), 6, flags);
                CHECK(packet.size() == 1500);
                CHECK(scene.sent(in, packet, out) == one_hop_on(packet));
            }
        for (const auto& piece : in_fragments(udp(outward, std::string(3000, 'x')), 1480))
            CHECK(scene.sent("lan", piece, "wan") == one_hop_on(piece));
        CHECK(is_silently_dropped(scene, "lan", udp(outward, std::string(1473, 'x')), Reason::too_big));
        CHECK(is_silently_dropped(scene, "branch", udp(outward, std::string(1473, 'x')), Reason::too_big));
    });
}

TEST_CASE("RFC 1812 5.3.1: the TTL becomes one less; when nothing would be left, the sender is told") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto ttl : Bytes{255, 64, 2})
            CHECK(scene.sent("lan", with_ttl(udp(outward), ttl), "wan")[8] == ttl - 1);
        for (const auto ttl : Bytes{1, 0}) {
            const auto outcome = scene.send("lan", with_ttl(udp(outward), ttl));
            CHECK(outcome.dropped_by(Reason::ttl));
            REQUIRE(outcome.out.size() == 1);
            CHECK(error_in(packet_in(outcome.out[0])) == Error{11, 0}); // 4.3.3.4, 5.2.7.3
        }
    });
}

TEST_CASE("RFC 1812 4.2.2.9: the TTL of what is for the router does not matter, and what it sends has one") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto ttl : Bytes{1, 0}) {
            const Way ping{host, 7, lan_address, 7};
            CHECK(scene.sent("lan", with_ttl(query(ping), ttl), "lan")[8] == 64);
        }
    });
}

TEST_CASE("RFC 1812 5.2.3: every address of the router is its own, whichever Iface asks") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto address : {lan_address, wan_address, ip(10, 0, 7, 1)}) {
            const Way ping{host, 7, address, 7};
            CHECK(way_of(scene.sent("lan", query(ping), "lan")) == ping.back());
        }
    });
}

TEST_CASE("RFC 1812 5.2.4: the longest prefix leads to the next hop, then the lowest cost; its own network straight") {
    on_each_backend("router", [](const Scene& scene) {
        const auto handed_to = [&](Ipv4Address destination) {
            const auto outcome = scene.send("lan", to(destination));
            REQUIRE(outcome.out.size() == 1);
            CHECK(packet_in(outcome.out[0]) == one_hop_on(to(destination)));
            return model::Mac{outcome.out[0].bytes[0], outcome.out[0].bytes[1], outcome.out[0].bytes[2],
                              outcome.out[0].bytes[3], outcome.out[0].bytes[4], outcome.out[0].bytes[5]};
        };
        CHECK(handed_to(ip(203, 0, 113, 200)) == eval::neighbour_mac(ip(203, 0, 113, 200)));
        CHECK(handed_to(far) == eval::neighbour_mac(ip(203, 0, 113, 254)));
        CHECK(handed_to(ip(198, 19, 255, 255)) == eval::neighbour_mac(ip(203, 0, 113, 11)));
        CHECK(handed_to(ip(198, 18, 5, 76)) == eval::neighbour_mac(ip(203, 0, 113, 12)));
        CHECK(handed_to(ip(198, 18, 5, 77)) == eval::neighbour_mac(ip(203, 0, 113, 13)));
        CHECK(handed_to(ip(198, 18, 6, 0)) == eval::neighbour_mac(ip(203, 0, 113, 11)));
        // Nothing is handed to ourselves, nor to the less exact route instead.
        CHECK(error_in(scene.sent("lan", to(ip(198, 19, 5, 1)), "lan")) == Error{3, 0});
    });
}

TEST_CASE("RFC 1812 5.3.4: what comes in a frame to many is not forwarded to one") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto& group : {to_all, to_group}) {
            CHECK(is_silently_dropped(scene, "lan", udp(outward), Reason::not_for_us, group));
            CHECK(is_silently_dropped(scene, "lan", query({host, 7, lan_address, 7}), Reason::not_for_us,
                                      group));
        }
    });
}

TEST_CASE("RFC 1812 4.2.3.1, 5.3.5: no broadcast is forwarded, of whatever form, and none is answered") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto& frame : {std::optional<model::Mac>{}, std::optional{to_all}}) {
            // 5.3.5.1: 255.255.255.255 and the broadcast of the own network are for us.
            for (const auto address : {ip(255, 255, 255, 255), ip(10, 0, 0, 255)}) {
                const auto outcome = scene.send("lan", to(address), frame);
                CHECK(outcome.fate == harness::Fate::delivered);
                CHECK(outcome.out.empty());
            }
            CHECK(is_silently_dropped(scene, "lan", to(ip(0, 0, 0, 0)), Reason::martian, frame));
            CHECK(is_silently_dropped(scene, "lan", to(ip(10, 0, 0, 0)), Reason::martian, frame));
        }
        // 5.3.5.2, which RFC 2644 turns off.
        CHECK(is_silently_dropped(scene, "lan", to(ip(203, 0, 113, 255)), Reason::directed_broadcast));
        CHECK(is_silently_dropped(scene, "lan", to(ip(203, 0, 113, 0)), Reason::martian));
    });
}

TEST_CASE("RFC 1812 4.2.2.11, 5.3.7: addresses that no host has are neither sources nor destinations") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto source :
             {ip(0, 0, 0, 0), ip(0, 1, 2, 3), ip(127, 0, 0, 1), ip(127, 255, 255, 255), ip(224, 0, 0, 1),
              ip(239, 255, 255, 255), ip(240, 0, 0, 1), ip(255, 255, 255, 255), ip(10, 0, 0, 255),
              ip(203, 0, 113, 255), ip(10, 0, 0, 0), lan_address, wan_address}) {
            CAPTURE(source);
            CHECK(is_silently_dropped(scene, "lan", from(source), Reason::martian));
        }
        for (const auto destination :
             {ip(0, 0, 0, 1), ip(127, 0, 0, 1), ip(240, 0, 0, 1), ip(255, 255, 255, 254)})
            CHECK(is_silently_dropped(scene, "lan", to(destination), Reason::martian));
    });
}

TEST_CASE("RFC 1812 5.3.8: where it is asked for, a source must be reached by the Iface it comes from") {
    on_each_backend("router", [](const Scene& scene) {
        CHECK(scene.send("branch", from(branch_host)).out.size() == 1);
        CHECK(is_silently_dropped(scene, "branch", from(host), Reason::martian));
        CHECK(is_silently_dropped(scene, "branch", from(nowhere), Reason::martian));
        CHECK(scene.send("lan", from(branch_host)).out.size() == 1); // not asked for there
    });
}

TEST_CASE("RFC 1812 5.2.1.4: multicast is not routed, and not answered") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto group : {ip(224, 0, 0, 1), ip(224, 0, 0, 5), ip(239, 1, 2, 3)}) {
            CHECK(is_silently_dropped(scene, "lan", to(group), Reason::multicast));
            CHECK(is_silently_dropped(scene, "lan", with_ttl(to(group), 1), Reason::multicast, to_group));
        }
    });
}

TEST_CASE("RFC 1812 4.3.3.1, 5.2.7.1: what cannot be delivered is answered with the code that says why") {
    on_each_backend("router", [](const Scene& scene) {
        CHECK(error_in(scene.sent("lan", to(nowhere), "lan")) == Error{3, 0});
        CHECK(error_in(scene.sent("lan", to(lan_address), "lan")) == Error{3, 3});
        CHECK(error_in(scene.sent("lan", other({host, 0, lan_address, 0}, 132), "lan")) == Error{3, 2});
        CHECK(scene.send("lan", to(nowhere)).dropped_by(Reason::no_route));
    });
}

TEST_CASE(
    "RFC 1812 4.3.2.2 to 4.3.2.5: an error's TTL, quotation, source and precedence are as they should be") {
    on_each_backend("router", [](const Scene& scene) {
        for (const std::size_t bytes :
             {std::size_t{0}, std::size_t{519}, std::size_t{520}, std::size_t{521}, std::size_t{1400}}) {
            const Bytes late = with_ttl(udp(outward, std::string(bytes, 'x')), 1);
            const Bytes error = scene.sent("lan", late, "lan");
            CHECK(error[8] == 64);
            CHECK(error[1] == 0xc0);
            CHECK(way_of(error).source == lan_address); // of the Iface it leaves by
            CHECK(way_of(error).destination == host);
            CHECK(error.size() == std::min<std::size_t>(576, 28 + late.size()));
            CHECK(quoted(error) ==
                  Bytes(late.begin(), late.begin() + static_cast<std::ptrdiff_t>(error.size() - 28)));
        }
        // What is asked of one of our addresses is answered by that one.
        CHECK(way_of(scene.sent("lan", to(wan_address), "lan")).source == wan_address);
        // A header with options is quoted whole.
        const Bytes late = with_ttl(with_options(udp(outward), {148, 4, 0, 0}), 1);
        CHECK(quoted(scene.sent("lan", late, "lan")) == late);
    });
}

TEST_CASE("RFC 1812 4.3.2.7: no error is about an error, a later fragment, or what was for many") {
    on_each_backend("router", [](const Scene& scene) {
        for (const auto type : Bytes{3, 4, 5, 11, 12}) {
            const Bytes about = error(far, udp({host, 1, far, 2}), type, 0);
            Bytes packet = with_ttl(about, 1);
            eval::put32(packet, 12, host);
            eval::put32(packet, 16, far);
            packet = with_ip_byte(packet, 1, 0);
            CHECK(is_silently_dropped(scene, "lan", packet, Reason::ttl));
        }
        const Bytes datagram = udp(outward, std::string(100, 'x'));
        CHECK(scene.send("lan", with_ttl(fragment(datagram, 0, 48, true), 1)).out.size() == 1);
        CHECK(is_silently_dropped(scene, "lan", with_ttl(fragment(datagram, 48, 60, false), 1), Reason::ttl));
        CHECK(scene.send("lan", to(ip(255, 255, 255, 255)), to_all).out.empty());
    });
}

TEST_CASE("RFC 1812 4.3.2.8: errors come at a limited rate") {
    on_each_backend("router", [](const Scene& scene) {
        const auto answered = [&](std::size_t times) {
            std::size_t count = 0;
            for (std::size_t i = 0; i < times; ++i) count += scene.send("lan", to(nowhere)).out.size();
            return count;
        };
        CHECK(answered(110) == 100);
        scene.wait_ns(30'000'000);
        CHECK(answered(10) == 3);
        scene.wait_s(10); // no more than a second's worth is saved up
        CHECK(answered(110) == 100);
    });
}

TEST_CASE("RFC 1812 4.3.3.6: the echo server sends everything back, with the TOS that came") {
    on_each_backend("router", [](const Scene& scene) {
        const Way way{host, 77, lan_address, 77};
        for (const std::size_t bytes :
             {std::size_t{0}, std::size_t{1}, std::size_t{548}, std::size_t{1472}}) {
            const Bytes request = with_ip_byte(query(way, 8, std::string(bytes, 'p')), 1, 0xb8);
            const Bytes reply = scene.sent("lan", request, "lan");
            CHECK(way_of(reply) == way.back());
            CHECK(reply[1] == 0xb8);
            CHECK(error_in(reply) == Error{0, 0});
            CHECK(Bytes(reply.begin() + 24, reply.end()) == Bytes(request.begin() + 24, request.end()));
        }
        CHECK(scene.send("lan", query({host, 7, ip(10, 0, 0, 255), 7}), to_all).out.empty());
    });
}

TEST_CASE("RFC 1812 4.2.2.8: where functions are, the router puts together what is for itself") {
    on_each_backend("guard", [](const Scene& scene) {
        const Way way{ip(203, 0, 113, 9), 77, wan_address, 77};
        const Bytes request = query(way, 8, std::string(3000, 'p'));
        harness::Outcome last;
        for (const auto& piece : in_fragments(request, 1480)) last = scene.send("outside", piece);
        CHECK(last.fate == harness::Fate::delivered);
        REQUIRE(last.out.size() == 3); // no one of which is longer than the MTU
        for (const auto& out : last.out) CHECK(way_of(packet_in(out)).destination == way.source);
    });
}

TEST_CASE(
    "RFC 1812 4.3.2.1, 4.3.3.2, 4.3.3.3, 4.3.3.7, 4.3.3.9: other messages for the router change nothing") {
    on_each_backend("router", [](const Scene& scene) {
        const Bytes about = udp({lan_address, 514, far, 514});
        for (const auto type : Bytes{0, 3, 4, 5, 9, 10, 11, 12, 13, 15, 16, 17, 18, 30, 42, 255}) {
            CAPTURE(int{type});
            const auto outcome = scene.send("lan", with_ip_byte(error(host, about, type, 1), 8, 64));
            CHECK(outcome.fate == harness::Fate::delivered);
            CHECK(outcome.out.empty());
            // 4.3.2.1: through it, every type passes.
            Bytes through = error(host, udp(outward.back()), type, 1);
            CHECK(scene.sent("lan", through, "wan") == one_hop_on(through));
        }
        // After the redirect, routes are what they were.
        CHECK(scene.send("lan", udp(outward)).out.size() == 1);
    });
}
