// Fragments that are to slip past a filter: RFC 1858 (Security Considerations for IP Fragment Filtering), RFC
// 3128 (Protection Against a Variant of the Tiny Fragment Attack), RFC 5722 (Handling of Overlapping IPv6
// Fragments, here for IPv4), each attack as its document describes it.
#include "tests/conformance/scene.hpp"

#include <catch2/catch.hpp>

using namespace conformance;
using model::Reason;

namespace {

using Drops = std::vector<Reason>;

constexpr Ipv4Address attacker = ip(198, 51, 100, 7), victim = ip(10, 0, 0, 5);
constexpr std::uint16_t allowed = 80, forbidden = 23;

/// A connection request with data, so that there is something to cut.
Bytes request(std::uint16_t port) {
    return tcp({attacker, 40000, victim, port}, eval::tcp_flag::syn, std::string(80, 'd'));
}
constexpr std::size_t whole_bytes = 20 + 80; // of its payload

/// What is dropped because of a packet; nothing answers it.
Drops drops(const Scene& scene, const Bytes& packet) {
    const auto outcome = scene.send("outside", packet);
    CHECK(outcome.out.empty());
    return outcome.drops;
}

bool is_held(const Scene& scene, const Bytes& packet) {
    const auto outcome = scene.send("outside", packet);
    return outcome.fate == harness::Fate::held && outcome.out.empty() && outcome.drops.empty();
}

/// The ports of what left.
std::vector<std::uint16_t> ports(const harness::Outcome& outcome) {
    std::vector<std::uint16_t> all;
    for (const auto& out : outcome.out) {
        const Bytes packet = packet_in(out);
        const eval::Datagram piece(packet);
        if (piece.fragment_offset() == 0) all.push_back(eval::get16(piece.payload(), 2));
    }
    return all;
}

} // namespace

TEST_CASE("RFC 1858 2: whole packets, and honest fragments, pass by the filter's ports alone") {
    on_each_backend("guard", [](const Scene& scene) {
        CHECK(scene.send("outside", request(allowed)).out.size() == 1);
        CHECK(drops(scene, request(forbidden)) == Drops{Reason::filter});
        CHECK(is_held(scene, fragment(request(allowed), 0, 24, true)));
        const auto outcome = scene.send("outside", fragment(request(allowed), 24, whole_bytes - 24, false));
        CHECK(outcome.out.size() == 2);
        CHECK(ports(outcome) == std::vector{allowed});
        // The decision is one for all fragments.
        CHECK(is_held(scene, fragment(request(forbidden), 0, 24, true)));
        CHECK(is_held(scene, fragment(request(forbidden), 24, 40, true)));
        CHECK(drops(scene, fragment(request(forbidden), 64, whole_bytes - 64, false)) ==
              Drops(3, Reason::filter));
    });
}

TEST_CASE("RFC 1858 2: no payload is read as a header, whatever it looks like") {
    on_each_backend("guard", [](const Scene& scene) {
        Bytes disguised = request(forbidden);
        const Bytes good = request(allowed);
        std::copy(good.begin() + 20, good.begin() + 40,
                  disguised.begin() + 20 + 24); // a fine header at offset 24
        CHECK(is_held(scene, fragment(disguised, 24, 40, true)));
        CHECK(is_held(scene, fragment(disguised, 64, whole_bytes - 64, false)));
        CHECK(scene.send("outside", fragment(disguised, 0, 24, true)).out.empty());
    });
}

TEST_CASE(
    "RFC 1858 3: a first fragment too short for the TCP header is dropped, and what follows never passes") {
    on_each_backend("guard", [](const Scene& scene) {
        for (const std::size_t bytes : {8, 16}) {
            CHECK(drops(scene, fragment(request(allowed), 0, bytes, true)) == Drops{Reason::fragment_tiny});
            scene.send("outside", fragment(request(allowed), bytes, whole_bytes - bytes, false));
        }
        scene.wait_s(31);
        CHECK(is_held(scene, fragment(request(allowed), 0, 24, true))); // the fixed header is whole
    });
}

TEST_CASE("RFC 1858 3.2.2: a TCP fragment at offset 8 is dropped, whether or not there was a first one") {
    on_each_backend("guard", [](const Scene& scene) {
        const Bytes packet = request(allowed);
        CHECK(drops(scene, fragment(packet, 8, 40, true)) == Drops{Reason::fragment_tiny});
        CHECK(is_held(scene, fragment(packet, 0, 24, true)));
        CHECK(drops(scene, fragment(packet, 8, whole_bytes - 8, false)) == Drops{Reason::fragment_tiny});
    });
}

TEST_CASE("RFC 1858 4: an overlapping fragment that would rewrite the header takes the datagram with it") {
    on_each_backend("guard", [](const Scene& scene) {
        CHECK(is_held(scene, fragment(request(allowed), 0, 24, true)));
        CHECK(drops(scene, fragment(request(forbidden), 16, whole_bytes - 16, false)) ==
              Drops(2, Reason::fragment_overlap));
    });
}

TEST_CASE("RFC 3128: a second first fragment rewrites nothing") {
    on_each_backend("guard", [](const Scene& scene) {
        // Fragment 1 is fine, fragment 2 is tiny and has another port, fragment 3 completes the datagram.
        CHECK(is_held(scene, fragment(request(allowed), 0, 24, true)));
        CHECK(drops(scene, fragment(request(forbidden), 0, 8, true)) == Drops{Reason::fragment_tiny});
        const auto outcome = scene.send("outside", fragment(request(allowed), 24, whole_bytes - 24, false));
        CHECK(outcome.out.size() == 2);
        CHECK(ports(outcome) == std::vector{allowed});
        // With a fragment 2 that has a whole header.
        CHECK(is_held(scene, fragment(request(allowed), 0, 24, true)));
        CHECK(drops(scene, fragment(request(forbidden), 0, 32, true)) == Drops(2, Reason::fragment_overlap));
    });
}

TEST_CASE("RFC 5722 4: fragments that overlap in any way are dropped, all of them and silently") {
    struct Row {
        const char* what;
        std::size_t offset, bytes;
        bool more;
    };
    const Row rows[] = {
        {"a duplicate", 40, 24, true},
        {"inside", 48, 8, true},
        {"over both ends", 32, 40, true},
        {"over the beginning", 32, 16, true},
        {"over the end", 56, 16, true},
        {"the last one", 56, whole_bytes - 56, false},
        {"a last one that ends before it", 24, 16, false},
    };
    on_each_backend("guard", [&](const Scene& scene) {
        const Bytes packet = request(allowed);
        for (const auto& [what, offset, bytes, more] : rows) {
            CAPTURE(what);
            CHECK(is_held(scene, fragment(packet, 40, 24, true)));
            CHECK(drops(scene, fragment(packet, offset, bytes, more)) == Drops(2, Reason::fragment_overlap));
            // The other way round, where the second one is not the mistake.
            if (!more && offset < 40) continue;
            CHECK(is_held(scene, fragment(packet, offset, bytes, more)));
            CHECK(drops(scene, fragment(packet, 40, 24, true)) == Drops(2, Reason::fragment_overlap));
        }
        // Two last ones.
        CHECK(is_held(scene, fragment(packet, 64, whole_bytes - 64, false)));
        CHECK(drops(scene, fragment(packet, 40, 24, false)) == Drops(2, Reason::fragment_overlap));
    });
}

TEST_CASE("RFC 5722 4: what comes of the datagram after an overlap completes nothing, and ends unseen") {
    on_each_backend("guard", [](const Scene& scene) {
        const Bytes packet = request(allowed);
        CHECK(is_held(scene, fragment(packet, 0, 48, true)));
        CHECK(drops(scene, fragment(packet, 40, 24, true)) == Drops(2, Reason::fragment_overlap));
        CHECK(is_held(scene, fragment(packet, 48, whole_bytes - 48, false)));
        scene.wait_s(30);
        // The same datagram again, whole.
        CHECK(is_held(scene, fragment(packet, 0, 48, true)));
        CHECK(scene.send("outside", fragment(packet, 48, whole_bytes - 48, false)).out.size() == 2);
    });
}

TEST_CASE("RFC 791 3.2: fragments beyond the longest datagram are dropped, as are those that leave holes of "
          "a kind") {
    on_each_backend("guard", [](const Scene& scene) {
        const auto at = [](std::uint16_t units, std::size_t bytes, bool more) {
            Bytes piece =
                fragment(udp({attacker, 40000, victim, 53}, std::string(1400, 'x')), 8, bytes, more);
            eval::put16(piece, 6, static_cast<std::uint16_t>(units | (more ? 0x2000 : 0)));
            return with_ip_byte(piece, 8, 64);
        };
        CHECK(drops(scene, at(8189, 8, false)) == Drops{Reason::fragment_too_long}); // 65520 + 20 + 8
        CHECK(drops(scene, at(8100, 1000, true)) == Drops{Reason::fragment_too_long});
        CHECK(drops(scene, at(10, 12, true)) == Drops{Reason::bad_length}); // not a multiple of eight
        CHECK(drops(scene, at(10, 0, true)) == Drops{Reason::bad_length});
    });
}
