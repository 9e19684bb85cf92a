// RFC 5508, NAT Behavioral Requirements for ICMP, requirement by requirement. REQ-9 asks for what every Filter can do.
#include "tests/conformance/hosts.hpp"

#include "compiler/eval/checksum.hpp"

#include <catch2/catch.hpp>

using namespace conformance;
using model::Reason;

namespace {

Way echo(Ipv4Address from, std::uint16_t id, Ipv4Address to) { return {from, id, to, id}; }

/// A UDP packet of Alice's as it left, and how it went.
struct Left {
    Way way{alice, 40000, peer, 53};
    Bytes packet;

    explicit Left(const Scene& scene) {
        scene.sent("lan", udp({bob, 40000, peer, 53}), "wan"); // has the port already
        packet = scene.sent("lan", udp(way, "a question of some length"), "wan");
        CHECK(way_of(packet).source_port != 40000);
    }
};

} // namespace

TEST_CASE("RFC 5508 REQ-1: pings pass, with one outside identifier for every destination") {
    on_each_backend("home", [](const Scene& scene) {
        scene.sent("lan", query(echo(alice, 7, peer)), "wan");
        const Way first = way_of(scene.sent("lan", query(echo(bob, 7, peer)), "wan"));
        CHECK(first.source == public_address);
        CHECK(first.source_port != 7);
        CHECK(way_of(scene.sent("lan", query(echo(bob, 7, other_peer)), "wan")).source_port == first.source_port);
        CHECK(way_of(scene.sent("wan", answer(first.back()), "lan")) == echo(bob, 7, peer).back());
    });
}

TEST_CASE("RFC 5508 REQ-2: a query is remembered for a minute") {
    on_each_backend("home", [](const Scene& scene) {
        const Way outside = way_of(scene.sent("lan", query(echo(alice, 7, peer)), "wan"));
        scene.wait_ns(60 * eval::second_ns - 1);
        CHECK(way_of(scene.sent("wan", answer(outside.back()), "lan")).destination == alice);
    });
}

TEST_CASE("RFC 5508 REQ-3: an error with a wrong checksum, or about a header with one, is dropped") {
    on_each_backend("home", [](const Scene& scene) {
        const Left left(scene);
        Bytes damaged = error(router, left.packet);
        damaged.back() ^= 1;
        CHECK(scene.is_dropped("wan", damaged, Reason::bad_checksum));
        Bytes about = left.packet;
        about[10] ^= 1;
        CHECK(scene.is_dropped("wan", error(router, about), Reason::bad_checksum));
        // What is wrong behind that header is none of our business (REQ-3c).
        about = left.packet;
        about.back() ^= 1;
        CHECK(scene.send("wan", error(router, about, 3, 3, 28)).out.size() == 1);
    });
}

TEST_CASE("RFC 5508 REQ-3b: options in the header that an error quotes are stepped over") {
    on_each_backend("home", [](const Scene& scene) {
        const Left left(scene);
        Bytes about(left.packet.begin(), left.packet.begin() + 20);
        eval::append(about, Bytes{1, 1, 1, 0});
        eval::append(about, View(left.packet).subspan(20));
        about[0] = 0x46;
        about = with_ip_byte(about, 3, static_cast<std::uint8_t>(about.size()));
        CHECK(way_of(quoted(scene.sent("wan", error(router, about), "lan"))) == left.way);
    });
}

TEST_CASE("RFC 5508 REQ-4: an error from outside reaches who it is for, and speaks of what it sent") {
    on_each_backend("home", [](const Scene& scene) {
        const Left left(scene);
        for (const std::size_t bytes : {std::size_t{28}, left.packet.size()}) {
            const Bytes told = scene.sent("wan", error(router, left.packet, 3, 10, bytes), "lan");
            CHECK(way_of(told).source == router);
            CHECK(way_of(told).destination == alice);
            CHECK(way_of(quoted(told)) == left.way);
            CHECK(eval::Datagram(told).payload()[0] == 3);
            CHECK(eval::Datagram(told).payload()[1] == 10);
        }
        // About a packet that nobody sent.
        const Bytes never = udp({public_address, 4444, peer, 53});
        CHECK(scene.send("wan", error(router, never)).out.empty());
    });
}

TEST_CASE("RFC 5508 REQ-5: an error from inside shows the public address, and speaks of what came from outside") {
    on_each_backend("home", [](const Scene& scene) {
        const Left left(scene);
        const Way back = way_of(left.packet).back();
        const Bytes came = scene.sent("wan", udp(back, "an answer"), "lan");
        for (const auto from : {alice, inner_router}) {
            const Bytes told = scene.sent("lan", error(from, came), "wan");
            CHECK(way_of(told).source == public_address);
            CHECK(way_of(told).destination == peer);
            CHECK(way_of(quoted(told)) == back);
        }
    });
}

TEST_CASE("RFC 5508 REQ-5: the same for a port forward") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{peer, 50000, public_address, 5060};
        const Bytes came = scene.sent("wan", udp(way, "a call"), "lan");
        CHECK(way_of(came) == Way{peer, 50000, server, 5060});
        for (const auto from : {server, inner_router}) {
            const Bytes told = scene.sent("lan", error(from, came), "wan");
            CHECK(way_of(told).source == public_address);
            CHECK(way_of(quoted(told)) == way);
        }
    });
}

TEST_CASE("RFC 5508 REQ-6: an error refreshes nothing") {
    on_each_backend("home", [](const Scene& scene) {
        const Bytes out = scene.sent("lan", query(echo(alice, 7, peer)), "wan");
        scene.wait_s(59);
        scene.sent("wan", error(router, out), "lan");
        scene.wait_s(1);
        CHECK(scene.send("wan", error(router, out)).out.empty());
    });
}

TEST_CASE("RFC 5508 REQ-7: pings and errors take the hairpin, too") {
    on_each_backend("home", [](const Scene& scene) {
        Bytes ping = query(echo(alice, 7, public_address));
        ping[21] = 9; // the code by which the policy forwards it
        eval::put16(ping, 22, 0);
        eval::put16(ping, 22, eval::checksum(View(ping).subspan(20)));
        const Bytes there = scene.sent("lan", ping, "lan");
        CHECK(way_of(there) == echo(public_address, 7, server));
        const Bytes told = scene.sent("lan", error(server, there), "lan");
        CHECK(way_of(told).source == public_address);
        CHECK(way_of(told).destination == alice);
        CHECK(way_of(quoted(told)) == echo(alice, 7, public_address));
        CHECK(way_of(scene.sent("lan", answer(way_of(there).back()), "lan")) == echo(alice, 7, public_address).back());
    });
}

TEST_CASE("RFC 5508 REQ-8: when no port is left, the sender is told") {
    on_each_backend("home", [](const Scene& scene) {
        // Even ports below 1024 are 511.
        unsigned passed = 0;
        for (std::uint16_t port = 2; port <= 6; port = static_cast<std::uint16_t>(port + 2))
            for (unsigned host = 2; host < 200 && passed < 511; ++host, ++passed)
                REQUIRE(scene.send("lan", udp({ip(10, 0, 0, host), port, peer, 53})).fate == harness::Fate::sent);
        REQUIRE(passed == 511);
        const Bytes question = udp({ip(10, 0, 0, 222), 1000, peer, 53});
        const auto outcome = scene.send("lan", question);
        CHECK(outcome.dropped_by(Reason::nat_exhausted));
        REQUIRE(outcome.out.size() == 1);
        const Bytes told(outcome.out[0].bytes.begin() + 14, outcome.out[0].bytes.end());
        CHECK(eval::Datagram(told).payload()[0] == 3);
        CHECK(eval::Datagram(told).payload()[1] == 13);
        CHECK(quoted(told) == question);
        // Odd ports, others and other protocols have room.
        CHECK(scene.send("lan", udp({ip(10, 0, 0, 222), 1001, peer, 53})).fate == harness::Fate::sent);
        CHECK(scene.send("lan", udp({ip(10, 0, 0, 222), 5000, peer, 53})).fate == harness::Fate::sent);
        CHECK(scene.send("lan", tcp({ip(10, 0, 0, 222), 1000, peer, 53}, flag::syn)).fate == harness::Fate::sent);
        // When they have expired, all are free again.
        scene.wait_s(120);
        CHECK(way_of(scene.sent("lan", question, "wan")).source_port == 1000);
    });
}

TEST_CASE("RFC 5508 REQ-8: protocols without ports have one flow for an address pair") {
    on_each_backend("home", [](const Scene& scene) {
        CHECK(way_of(scene.sent("lan", other({alice, 0, peer, 0}, 47), "wan")).source == public_address);
        CHECK(scene.is_dropped("lan", other({bob, 0, peer, 0}, 47), Reason::nat_exhausted));
        CHECK(way_of(scene.sent("lan", other({bob, 0, other_peer, 0}, 47), "wan")).source == public_address);
        CHECK(way_of(scene.sent("wan", other({peer, 0, public_address, 0}, 47), "lan")).destination == alice);
        CHECK(way_of(scene.sent("wan", other({other_peer, 0, public_address, 0}, 47), "lan")).destination == bob);
    });
}

TEST_CASE("RFC 5508 REQ-10: unreachable, time exceeded, echo; and traceroute works") {
    on_each_backend("home", [](const Scene& scene) {
        const Left left(scene);
        for (const auto type : std::initializer_list<std::uint8_t>{3, 11, 12})
            CHECK(way_of(scene.sent("wan", error(router, left.packet, type, 0), "lan")).destination == alice);
        // The appliance is a hop itself, and quotes what the asker sent, on both sides.
        const Bytes probe = with_ip_byte(udp({alice, 40002, peer, 33434}), 8, 1);
        const Bytes expired = scene.sent("lan", probe, "lan");
        CHECK(quoted(expired) == probe);
        const Way way{peer, 50000, public_address, 8080};
        const Bytes from_outside = with_ip_byte(tcp(way, flag::syn), 8, 1);
        const Bytes told = scene.sent("wan", from_outside, "wan");
        CHECK(quoted(told) == from_outside);
        CHECK(way_of(told).source == public_address);
    });
}

TEST_CASE("RFC 5508 REQ-11: timestamps pass") {
    on_each_backend("home", [](const Scene& scene) {
        const Way outside = way_of(scene.sent("lan", query(echo(alice, 9, peer), 13, std::string(12, '\0')), "wan"));
        CHECK(way_of(scene.sent("wan", answer(outside.back(), 14), "lan")).destination == alice);
    });
}
