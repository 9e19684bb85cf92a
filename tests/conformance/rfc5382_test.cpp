// RFC 5382, NAT Behavioral Requirements for TCP, requirement by requirement.
//
// Stricter than REQ-5: a handshake that is not complete lives 10 s unless the policy's Conntrack says
// otherwise, since half-open flows are what a flood consists of. Of ALGs (REQ-6)
// there are none.
#include "tests/conformance/hosts.hpp"

#include <catch2/catch.hpp>

using namespace conformance;
using model::Reason;

namespace {

/// Opens a connection; returns how it looks outside.
Way connect(const Scene& scene, const Way& way) {
    const Way outside = way_of(scene.sent("lan", tcp(way, flag::syn), "wan"));
    CHECK(way_of(scene.sent("wan", tcp(outside.back(), flag::syn | flag::ack), "lan")) == way.back());
    CHECK(way_of(scene.sent("lan", tcp(way, flag::ack), "wan")) == outside);
    return outside;
}

} // namespace

TEST_CASE("RFC 5382 REQ-1: an inside port has one outside port, whatever the destination") {
    on_each_backend("home", [](const Scene& scene) {
        connect(scene, {alice, 40000, peer, 80});
        const Way first = connect(scene, {bob, 40000, peer, 80});
        CHECK(first.source_port != 40000);
        CHECK(connect(scene, {bob, 40000, other_peer, 443}).source_port == first.source_port);
    });
}

TEST_CASE("RFC 5382 REQ-2: simultaneous open passes") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 4000};
        const Way outside = way_of(scene.sent("lan", tcp(way, flag::syn), "wan"));
        CHECK(way_of(scene.sent("wan", tcp(outside.back(), flag::syn), "lan")) == way.back());
        CHECK(way_of(scene.sent("lan", tcp(way, flag::syn | flag::ack), "wan")) == outside);
        CHECK(way_of(scene.sent("wan", tcp(outside.back(), flag::syn | flag::ack), "lan")) == way.back());
        CHECK(way_of(scene.sent("lan", tcp(way, flag::ack, "hello"), "wan")) == outside);
    });
}

TEST_CASE("RFC 5382 REQ-3: nobody gets in but who was asked") {
    on_each_backend("home", [](const Scene& scene) {
        const Way outside = connect(scene, {alice, 40000, peer, 80});
        const Way stranger{other_peer, 80, public_address, outside.source_port};
        for (const unsigned flags : {+flag::syn, flag::syn | flag::ack, +flag::ack})
            CHECK(scene.send("wan", tcp(stranger, flags)).fate == harness::Fate::delivered);
    });
}

TEST_CASE("RFC 5382 REQ-4: a segment for the port of somebody inside is not answered") {
    on_each_backend("home", [](const Scene& scene) {
        const Way outside = way_of(scene.sent("lan", tcp({alice, 40000, peer, 80}, flag::syn), "wan"));
        const Way unasked{other_peer, 4000, public_address, outside.source_port};
        CHECK(scene.send("wan", tcp(unasked, flag::syn)).out.empty());
        // Then Alice opens it from her side.
        const Way way{alice, 40000, other_peer, 4000};
        CHECK(way_of(scene.sent("lan", tcp(way, flag::syn), "wan")) == unasked.back());
        CHECK(way_of(scene.sent("wan", tcp(unasked, flag::syn), "lan")) == way.back());
        // A port that nobody has is the appliance's own, and closed.
        CHECK(scene.send("wan", tcp({other_peer, 4000, public_address, 4321}, flag::syn)).out.size() == 1);
    });
}

TEST_CASE("RFC 5382 REQ-5: an open connection lives for two hours and four minutes") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 80};
        const Way outside = connect(scene, way);
        scene.wait_ns(7440 * eval::second_ns - 1);
        CHECK(way_of(scene.sent("wan", tcp(outside.back(), flag::ack, "late"), "lan")) == way.back());
    });
}

TEST_CASE("RFC 5382 REQ-6: no text is touched, not even one that names an inside address") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 21};
        connect(scene, way);
        const std::string text = "PORT 10,0,0,2,156,65\r\n";
        const Bytes left = scene.sent("lan", tcp(way, flag::ack | flag::psh, text), "wan");
        CHECK(std::string(left.end() - static_cast<std::ptrdiff_t>(text.size()), left.end()) == text);
        // And nobody may come because of it.
        CHECK_FALSE(scene.send("wan", tcp({peer, 20, public_address, 40001}, flag::syn)).fate == harness::Fate::sent);
    });
}

TEST_CASE("RFC 5382 REQ-7: no outside port serves two inside endpoints") {
    on_each_backend("home", [](const Scene& scene) {
        std::set<std::uint16_t> ports;
        for (unsigned host = 2; host < 8; ++host) {
            const Way way{ip(10, 0, 0, host), 40000, host % 2 == 0 ? peer : other_peer, 80};
            ports.insert(way_of(scene.sent("lan", tcp(way, flag::syn), "wan")).source_port);
        }
        CHECK(ports.size() == 6);
    });
}

TEST_CASE("RFC 5382 REQ-8: an inside host connects to another by the outside address") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, public_address, 8080};
        const Way at_server = way_of(scene.sent("lan", tcp(way, flag::syn), "lan"));
        CHECK(at_server == Way{public_address, 40000, server, 80});
        CHECK(way_of(scene.sent("lan", tcp(at_server.back(), flag::syn | flag::ack), "lan")) == way.back());
        CHECK(way_of(scene.sent("lan", tcp(way, flag::ack), "lan")) == at_server);
    });
}

TEST_CASE("RFC 5382 REQ-9: ICMP errors about a connection are translated") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 80};
        connect(scene, {bob, 40000, peer, 80}); // has the port already
        const Bytes out = scene.sent("lan", tcp(way, flag::syn), "wan");
        const Bytes told = scene.sent("wan", error(router, out, 3, 4), "lan");
        CHECK(way_of(told).destination == alice);
        CHECK(way_of(told).source == router);
        CHECK(way_of(quoted(told)) == way);
    });
}

TEST_CASE("RFC 5382 REQ-10: no ICMP message ends a connection") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 80};
        const Way outside = connect(scene, way);
        const Bytes out = scene.sent("lan", tcp(way, flag::ack, "x"), "wan");
        for (const auto code : std::initializer_list<std::uint8_t>{0, 1, 2, 3, 4, 13})
            scene.sent("wan", error(router, out, 3, code), "lan");
        CHECK(way_of(scene.sent("wan", tcp(outside.back(), flag::ack, "y"), "lan")) == way.back());
    });
}

TEST_CASE("a port forward answers from the address that was asked") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{peer, 50000, public_address, 8080};
        const Way inside = way_of(scene.sent("wan", tcp(way, flag::syn), "lan"));
        CHECK(inside == Way{peer, 50000, server, 80});
        CHECK(way_of(scene.sent("lan", tcp(inside.back(), flag::syn | flag::ack), "wan")) == way.back());
        CHECK(way_of(scene.sent("wan", tcp(way, flag::ack), "lan")) == inside);
    });
}
