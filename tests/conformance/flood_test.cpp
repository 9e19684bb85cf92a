// Floods: what is established before one loses nothing, and datagrams in pieces still arrive.
#include "tests/conformance/connection.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace conformance;

TEST_CASE("under a SYN flood of ten times the table an established connection loses nothing") {
    constexpr unsigned flows_max = 64;
    on_each_backend("flooded", [](const Scene& scene) {
        const Connection connection(scene);
        connection.handshake();
        std::uint32_t sent = 0;
        unsigned refused = 0;
        for (unsigned i = 0; i < 10 * flows_max; ++i) {
            const Way spoofed{ip(203, 0, i / 256, i % 256 + 1), static_cast<std::uint16_t>(1024 + i), alice, 80};
            const auto outcome = scene.send("outside", tcp(spoofed, flag::syn));
            refused += outcome.dropped_by(model::Reason::ct_full);
            // Data one way, its acknowledgement the other.
            CHECK(connection.passes(From::called, {.flags = flag::ack,
                                                   .sequence = server_next + sent,
                                                   .acknowledgement = client_next,
                                                   .window = window,
                                                   .data = std::string(100, 'x')}));
            sent += 100;
            CHECK(connection.passes(From::caller, {.flags = flag::ack,
                                                   .sequence = client_next,
                                                   .acknowledgement = server_next + sent,
                                                   .window = window}));
        }
        CHECK(refused == 10 * flows_max - flows_max / 2); // half-open flows fill half of the table
        // UDP finds room even then.
        CHECK(scene.send("inside", udp({alice, 5000, peer, 53})).fate == harness::Fate::sent);
    });
}

TEST_CASE("under a flood of fragments that nothing completes, datagrams whose pieces come in one go pass") {
    on_each_backend("flooded", [](const Scene& scene) {
        unsigned strays = 0, evicted = 0;
        const auto flood = [&](unsigned count) {
            for (const unsigned end = strays + count; strays < end; ++strays) {
                Bytes stray = fragment(udp({ip(203, 0, 113, 9), 1, alice, 2}, "some data"), 0, 8, true);
                stray = with_ip_byte(stray, 4, static_cast<std::uint8_t>(strays / 256));
                const auto outcome =
                    scene.send("outside", with_ip_byte(stray, 5, static_cast<std::uint8_t>(strays % 256)));
                CHECK(outcome.fate == harness::Fate::held);
                CHECK(std::ranges::count(outcome.drops, model::Reason::reassembly_evicted) ==
                      std::ssize(outcome.drops));
                evicted += static_cast<unsigned>(outcome.drops.size());
            }
        };
        flood(100);
        CHECK(evicted == 100 - 64);
        for (unsigned round = 0; round < 3; ++round) {
            harness::Outcome last;
            for (const auto& piece : in_fragments(udp({peer, 53, alice, 5000}, std::string(3000, 'x')), 1480)) {
                last = scene.send("outside", piece);
                flood(30);
            }
            CHECK(last.fate == harness::Fate::sent);
            CHECK(last.out.size() == 3);
        }
    });
}
