// RFC 4787, Network Address Translation Behavioral Requirements for Unicast UDP, requirement by requirement.
//
// REQ-7 (an outside network that is the inside one) is met by refusing such a lease: tests/runtime/dhcp_test.cpp. REQ-8 is met in its stricter form, address and port dependent filtering; REQ-9 as the rules of the
// policy say: a port that was only chosen for somebody cannot be reached from inside.
#include "tests/conformance/hosts.hpp"

#include <catch2/catch.hpp>

using namespace conformance;
using model::Reason;

TEST_CASE("RFC 4787 REQ-1: an inside port has one outside port, whatever the destination") {
    on_each_backend("home", [](const Scene& scene) {
        // Alice's port is kept, so Bob's cannot be.
        CHECK(way_of(scene.sent("lan", udp({alice, 40000, peer, 53}), "wan")) ==
              Way{public_address, 40000, peer, 53});
        const Way first = way_of(scene.sent("lan", udp({bob, 40000, peer, 53}), "wan"));
        CHECK(first.source == public_address);
        for (const auto& [address, port] :
             {std::pair{peer, 54}, std::pair{other_peer, 53}, std::pair{other_peer, 9}}) {
            const Way way{bob, 40000, address, static_cast<std::uint16_t>(port)};
            CHECK(way_of(scene.sent("lan", udp(way), "wan")).source_port == first.source_port);
        }
        CHECK(way_of(scene.sent("lan", udp({alice, 40000, other_peer, 9}), "wan")).source_port == 40000);
    });
}

TEST_CASE("RFC 4787 REQ-2: all that a host sends has one outside address, of several that there are") {
    on_each_backend("two_addresses", [](const Scene& scene) {
        const auto outside_of = [&](const Bytes& packet) { return way_of(scene.sent("lan", packet, "wan")).source; };
        for (const auto& [host, address] : {std::pair{alice, public_address}, std::pair{bob, second_address}})
            for (const Ipv4Address to : {peer, other_peer}) {
                CHECK(outside_of(udp({host, 40000, to, 53})) == address);
                CHECK(outside_of(udp({host, 40001, to, 54})) == address);
                CHECK(outside_of(tcp({host, 40000, to, 80}, flag::syn)) == address);
                CHECK(outside_of(query({host, 7, to, 7})) == address);
                CHECK(outside_of(other({host, 0, to, 0}, 47)) == address);
            }
    });
}

TEST_CASE("RFC 4787 REQ-3: no outside port serves two inside endpoints, even to different destinations") {
    on_each_backend("home", [](const Scene& scene) {
        std::set<std::uint16_t> ports;
        for (unsigned host = 2; host < 12; ++host) {
            const Ipv4Address to = host % 2 == 0 ? peer : other_peer;
            ports.insert(
                way_of(scene.sent("lan", udp({ip(10, 0, 0, host), 5000, to, 53}), "wan")).source_port);
        }
        CHECK(ports.size() == 10);
    });
}

TEST_CASE("RFC 4787 REQ-3a: well-known ports stay well-known, the others stay above") {
    on_each_backend("home", [](const Scene& scene) {
        for (const auto port :
             std::initializer_list<std::uint16_t>{1, 2, 1022, 1023, 1024, 1025, 65534, 65535}) {
            CAPTURE(port);
            CHECK(way_of(scene.sent("lan", udp({alice, port, peer, 53}), "wan")).source_port == port);
            const auto chosen = way_of(scene.sent("lan", udp({bob, port, peer, 53}), "wan")).source_port;
            CHECK(chosen != port);
            CHECK((chosen < 1024) == (port < 1024));
            CHECK(chosen > 0);
        }
    });
}

TEST_CASE("RFC 4787 REQ-4: even ports stay even") {
    on_each_backend("home", [](const Scene& scene) {
        for (unsigned host = 2; host < 12; ++host)
            for (const auto port : std::initializer_list<std::uint16_t>{5004, 5005}) {
                const Way way{ip(10, 0, 0, host), port, peer, 53};
                CHECK(way_of(scene.sent("lan", udp(way), "wan")).source_port % 2 == port % 2);
            }
    });
}

TEST_CASE("RFC 4787 REQ-5: a mapping lives for two minutes, and five once it was answered") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 53};
        const Way back = way_of(scene.sent("lan", udp(way), "wan")).back();
        scene.wait_ns(120 * eval::second_ns - 1);
        CHECK(way_of(scene.sent("wan", udp(back), "lan")) == way.back());
        scene.wait_ns(300 * eval::second_ns - 1);
        CHECK(way_of(scene.sent("wan", udp(back), "lan")) == way.back());
        scene.wait_s(300);
        // Bob may have the port now; what is late goes to nobody inside.
        CHECK(way_of(scene.sent("lan", udp({bob, 40000, peer, 53}), "wan")).source_port == 40000);
        CHECK(way_of(scene.sent("lan", udp(way), "wan")).source_port != 40000);
    });
}

TEST_CASE("RFC 4787 REQ-6: what goes out keeps the mapping alive") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 53};
        const Way back = way_of(scene.sent("lan", udp(way), "wan")).back();
        for (int i = 0; i < 3; ++i) {
            scene.wait_s(119);
            scene.sent("lan", udp(way), "wan");
        }
        scene.wait_s(119);
        CHECK(way_of(scene.sent("wan", udp(back), "lan")) == way.back());
    });
}

TEST_CASE("RFC 4787 REQ-8: nobody answers but who was asked") {
    on_each_backend("home", [](const Scene& scene) {
        const Way back = way_of(scene.sent("lan", udp({alice, 40000, peer, 53}), "wan")).back();
        for (const auto& [address, port] : {std::pair{other_peer, 53}, std::pair{peer, 54}}) {
            const Way stranger{address, static_cast<std::uint16_t>(port), back.destination,
                               back.destination_port};
            const auto outcome = scene.send("wan", udp(stranger));
            CHECK(outcome.fate ==
                  harness::Fate::delivered); // by the appliance, which says nothing about Alice's port
            CHECK(outcome.out.empty());
        }
        CHECK(scene.send("wan", udp({peer, 53, public_address, 40001})).out.size() ==
              1); // its own: unreachable
    });
}

TEST_CASE("RFC 4787 REQ-9: an inside host reaches another by the outside address, and is seen with it") {
    on_each_backend("home", [](const Scene& scene) {
        const Bytes there = scene.sent("lan", udp({alice, 40000, public_address, 5060}), "lan");
        CHECK(way_of(there) == Way{public_address, 40000, server, 5060});
        const Bytes back = scene.sent("lan", udp(way_of(there).back()), "lan");
        CHECK(way_of(back) == Way{public_address, 5060, alice, 40000});
        // The same outside port as towards the outside.
        CHECK(way_of(scene.sent("lan", udp({alice, 40000, peer, 53}), "wan")).source_port == 40000);
        CHECK(way_of(scene.sent("lan", udp({bob, 40000, public_address, 5060}), "lan")).source_port ==
              way_of(scene.sent("lan", udp({bob, 40000, peer, 53}), "wan")).source_port);
    });
}

TEST_CASE("RFC 4787 REQ-10: no payload is touched") {
    on_each_backend("home", [](const Scene& scene) {
        const std::string text = "Contact: <sip:alice@10.0.0.2:5060>\r\n";
        const Bytes out = scene.sent("lan", udp({alice, 5060, peer, 5060}, text), "wan");
        CHECK(std::string(out.begin() + 28, out.end()) == text);
    });
}

TEST_CASE("RFC 4787 REQ-11: a mapping does not change its manner when ports run into each other") {
    on_each_backend("home", [](const Scene& scene) {
        scene.sent("lan", udp({alice, 40000, peer, 53}), "wan");
        const auto port = way_of(scene.sent("lan", udp({bob, 40000, peer, 53}), "wan")).source_port;
        scene.sent("lan", udp({alice, port, peer, 53}), "wan"); // would like what Bob has
        CHECK(way_of(scene.sent("lan", udp({bob, 40000, other_peer, 5}), "wan")).source_port == port);
        CHECK(way_of(scene.sent("lan", udp({alice, port, other_peer, 5}), "wan")).source_port != port);
    });
}

TEST_CASE("RFC 4787 REQ-12: an ICMP error ends no mapping") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 53};
        const Bytes out = scene.sent("lan", udp(way), "wan");
        scene.sent("wan", error(peer, out), "lan");
        CHECK(way_of(scene.sent("wan", udp(way_of(out).back()), "lan")) == way.back());
    });
}

TEST_CASE("RFC 4787 REQ-13: don't fragment stays, and is obeyed") {
    on_each_backend("home", [](const Scene& scene) {
        const Bytes big = with_ip_byte(udp({alice, 40000, peer, 53}, std::string(1472, 'x')), 6, 0x40);
        const Bytes out = scene.sent("lan", big, "wan");
        CHECK(out[6] == 0x40);
        CHECK(out.size() == 1500);
    });
}

TEST_CASE("RFC 4787 REQ-14: fragments are translated, in whatever order they come") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 53};
        auto pieces = in_fragments(udp(way, std::string(100, 'x')), 40);
        for (const bool backwards : {false, true}) {
            if (backwards) std::ranges::reverse(pieces);
            for (std::size_t i = 0; i + 1 < pieces.size(); ++i)
                CHECK(scene.send("lan", pieces[i]).fate == harness::Fate::held);
            const auto outcome = scene.send("lan", pieces.back());
            REQUIRE(outcome.out.size() == pieces.size());
            Bytes whole(20);
            std::vector<Bytes> in_order(pieces.size());
            for (const auto& frame : outcome.out) {
                const Bytes fragment(frame.bytes.begin() + 14, frame.bytes.end());
                CHECK(eval::Datagram(fragment).source() == public_address);
                in_order.at(eval::Datagram(fragment).fragment_offset() / 5) = fragment;
            }
            whole.assign(in_order[0].begin(), in_order[0].begin() + 20);
            for (const auto& fragment : in_order) eval::append(whole, eval::Datagram(fragment).payload());
            eval::put16(whole, 2, static_cast<std::uint16_t>(whole.size()));
            whole = with_ip_byte(with_ip_byte(whole, 6, 0), 7, 0);
            CHECK(sound(whole)); // the UDP checksum over all of them
            CHECK(way_of(whole) == Way{public_address, 40000, peer, 53});
        }
    });
}
