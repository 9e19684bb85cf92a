// A SYN flood: what is established before it loses nothing.
#include "tests/conformance/connection.hpp"

#include <catch2/catch.hpp>

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
