// RFC 5927, ICMP Attacks against TCP: 4.1, an error is believed only if the segment that it quotes may be
// under way, which is known where connections are followed. What the peers do besides (4.2, 5.2, 6) is
// theirs; 7.2 (errors that speak of an MTU) concerns nothing that is made here.
#include "tests/conformance/connection.hpp"

#include <catch2/catch.hpp>

using namespace conformance;

namespace {

struct Row {
    std::string_view what;
    std::uint32_t offset; ///< from what the receiver expects next
    bool passes;
};

constexpr std::uint32_t sent_bytes = 5;
constexpr Row rows[] = {
    {"the first byte that is under way", 0, true},
    {"amid the data that is under way", 3, true},
    {"an acknowledgement behind it", sent_bytes, true},
    {"the next one, never sent", sent_bytes + 1, false},
    {"in the window, never sent", window - 1, false},
    {"the last byte that was acknowledged", ~std::uint32_t{0}, false},
    {"half the space away", 0x8000'0000, false},
};

} // namespace

TEST_CASE("RFC 5927 4.1: errors about the caller's segments, by the number that they quote") {
    for (const auto& row : rows) {
        CAPTURE(row.what);
        on_each_connection([&](const Connection& connection) {
            connection.handshake();
            REQUIRE(connection.passes(From::caller, flag::ack, std::string(sent_bytes, 'x')));
            CHECK(connection.error_passes(From::caller, client_next + row.offset) == row.passes);
        });
    }
}

TEST_CASE("RFC 5927 4.1: errors about the other side's segments, whose numbers wrap") {
    for (const auto& row : rows) {
        CAPTURE(row.what);
        on_each_connection([&](const Connection& connection) {
            connection.handshake();
            const std::string first(0x1fe, 'x'); // up to the last number before they wrap
            REQUIRE(connection.passes(From::called, flag::ack, first));
            REQUIRE(connection.passes(From::caller, {.flags = flag::ack,
                                                     .sequence = client_next,
                                                     .acknowledgement = server_next + 0x1fe,
                                                     .window = window}));
            REQUIRE(connection.passes(From::called, {.flags = flag::ack,
                                                     .sequence = server_next + 0x1fe,
                                                     .acknowledgement = client_next,
                                                     .window = window,
                                                     .data = std::string(sent_bytes, 'x')}));
            CHECK(connection.error_passes(From::called, server_next + 0x1fe + row.offset) == row.passes);
        });
    }
}

TEST_CASE("RFC 5927 4.1: of a SYN without answer its own number, and nothing of who has not spoken") {
    on_each_connection([](const Connection& connection) {
        REQUIRE(connection.passes(From::caller,
                                  {.flags = flag::syn, .sequence = client_first, .window = window}));
        CHECK_FALSE(connection.error_passes(From::caller, client_first - 1));
        CHECK(connection.error_passes(From::caller, client_first));
        CHECK_FALSE(connection.error_passes(From::caller, client_first + 2));
        CHECK_FALSE(connection.error_passes(From::called, 0));
    });
}

TEST_CASE("RFC 5927 4.1: where connections are not followed, any number will do") {
    on_each_backend("home", [](const Scene& scene) {
        const Way way{alice, 40000, peer, 80};
        const Bytes left = scene.sent("lan", tcp(way, {.flags = flag::syn, .sequence = 1000}), "wan");
        const Bytes other = tcp(way_of(left), {.flags = flag::ack, .sequence = 0x8000'0000});
        CHECK(way_of(quoted(scene.sent("wan", error(router, other, 3, 1, 28), "lan"))) == way);
    });
}
