// RFC 5961, Improving TCP's Robustness to Blind In-Window Attacks, as far as it concerns who stands between the
// peers: what the RFC has a peer answer with a challenge ACK goes on to that peer and changes nothing here.
#include "tests/conformance/connection.hpp"

#include <catch2/catch.hpp>

using namespace conformance;

namespace {

constexpr unsigned close_s = 10;

struct Row {
    std::string_view what;
    std::uint32_t offset; ///< from the next number that the receiver expects
    bool passes;
    bool closes;
};

} // namespace

TEST_CASE("RFC 5961 3.2: only a RST with the expected number closes a connection") {
    constexpr Row rows[] = {
        {"the expected number", 0, true, true},
        {"the next one", 1, true, false},
        {"the last one of the window", window - 1, true, false},
        {"the first one behind the window", window, false, false},
        {"far behind the window", 0x4000'0000, false, false},
        {"half the space away", 0x8000'0000, false, false},
        {"the one before", ~std::uint32_t{0}, false, false},
        {"the first of the connection", server_first - server_next, false, false},
    };
    for (const auto& row : rows)
        for (const unsigned flags : {+flag::rst, flag::rst | flag::ack}) {
            CAPTURE(row.what, flags);
            on_each_connection([&](const Connection& connection) {
                connection.handshake();
                CHECK(connection.passes(From::called, {.flags = flags,
                                                       .sequence = server_next + row.offset,
                                                       .acknowledgement = client_next}) == row.passes);
                CHECK(connection.lives_after_s(close_s) == !row.closes);
            });
        }
}

TEST_CASE("RFC 5961 3.2: a RST behind data that is on its way closes, one amid it does not") {
    for (const std::uint32_t offset : {0u, 3u, 5u}) {
        CAPTURE(offset);
        on_each_connection([&](const Connection& connection) {
            connection.handshake();
            REQUIRE(connection.passes(From::called, flag::ack, "hello"));
            CHECK(connection.passes(From::called, {.flags = flag::rst, .sequence = server_next + offset}));
            CHECK(connection.lives_after_s(close_s) == (offset == 3));
        });
    }
}

TEST_CASE("RFC 5961 3.2: the answer to a challenge closes") {
    on_each_connection([](const Connection& connection) {
        connection.handshake();
        CHECK(connection.passes(From::called, {.flags = flag::rst, .sequence = server_next + 500}));
        CHECK(connection.passes(From::caller, flag::ack)); // the challenge
        CHECK(connection.passes(From::called, {.flags = flag::rst, .sequence = server_next}));
        CHECK_FALSE(connection.lives_after_s(close_s));
    });
}

TEST_CASE("RFC 5961 4.2: a SYN changes nothing in a connection") {
    constexpr Row rows[] = {
        {"the first of the connection", ~std::uint32_t{0}, true, false},
        {"the next one", 0, true, false},
        {"in the window", window - 1, true, false},
        {"behind the window", window, false, false},
        {"half the space away", 0x8000'0000, false, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        on_each_connection([&](const Connection& connection) {
            connection.handshake();
            const Segment syn{.flags = flag::syn, .sequence = client_next + row.offset, .window = 1};
            CHECK(connection.passes(From::caller, syn) == row.passes);
            CHECK(connection.passes(From::called, flag::ack)); // the challenge
            // The windows are as they were, and the connection lives its time since its last segment.
            CHECK(connection.passes(From::caller, flag::ack, std::string(window, 'x')));
            CHECK(connection.lives_after_s(86'399));
        });
    }
}

TEST_CASE("RFC 5961 4.2: a peer that has begun anew learns of it, and resets") {
    on_each_connection([](const Connection& connection) {
        connection.handshake();
        CHECK(connection.passes(From::caller, {.flags = flag::syn, .sequence = client_next + 10}));
        CHECK(connection.passes(From::called, flag::ack));
        CHECK(connection.passes(From::caller, {.flags = flag::rst, .sequence = client_next}));
        // The same ports, a new connection.
        const Segment syn{.flags = flag::syn, .sequence = 77'777, .window = window};
        CHECK(connection.passes(From::caller, syn));
        CHECK(connection.passes(From::called, {.flags = flag::syn | flag::ack,
                                               .sequence = 99,
                                               .acknowledgement = syn.sequence + 1}));
    });
}

TEST_CASE("RFC 5961 5.2: acknowledgements of what was never sent, or long ago, are invalid") {
    // MAX.SND.WND is taken as 66000 at least, which no window without scaling exceeds.
    constexpr Row rows[] = {
        {"all that was sent", 0, true, false},
        {"one more", 1, false, false},
        {"half the space away", 0x8000'0000, false, false},
        {"an old one", static_cast<std::uint32_t>(-66'000), true, false},
        {"one older than any window", static_cast<std::uint32_t>(-66'001), false, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        on_each_connection([&](const Connection& connection) {
            connection.handshake();
            CHECK(connection.passes(From::caller, {.flags = flag::ack,
                                                   .sequence = client_next,
                                                   .acknowledgement = server_next + row.offset,
                                                   .window = window,
                                                   .data = "injected"}) == row.passes);
        });
    }
}
