// RFC 9293, Transmission Control Protocol, and RFC 7323, window scaling: connections as peers hold them pass,
// and live as long as their state says. Stricter than RFC 5382 REQ-5, which asks for four minutes: handshakes and
// closing connections have the times of docs/internals/path.md, "Following TCP".
#include "tests/conformance/connection.hpp"

#include <catch2/catch.hpp>

using namespace conformance;

namespace {

constexpr Segment client_syn{.flags = flag::syn, .sequence = client_first, .window = window};
constexpr Segment server_syn_ack{.flags = flag::syn | flag::ack,
                                 .sequence = server_first,
                                 .acknowledgement = client_next,
                                 .window = window};

Segment fin_of(From from, std::uint32_t acknowledged = 0) {
    const bool by_caller = from == From::caller;
    return {.flags = flag::fin | flag::ack,
            .sequence = by_caller ? client_next : server_next,
            .acknowledgement = (by_caller ? server_next : client_next) + acknowledged,
            .window = window};
}
/// Of the other one's FIN, before or after its own.
Segment ack_of_fin(From from, std::uint32_t sent = 0) {
    Segment segment = fin_of(from, 1);
    segment.flags = flag::ack;
    segment.sequence += sent;
    return segment;
}

} // namespace

TEST_CASE("RFC 9293 3.5: what opens no connection belongs to none") {
    for (const unsigned flags : {+flag::ack, flag::syn | flag::ack, flag::fin | flag::ack, +flag::rst,
                                 flag::rst | flag::ack, flag::psh | flag::ack, +flag::urg}) {
        CAPTURE(flags);
        on_each_connection([&](const Connection& connection) {
            CHECK_FALSE(connection.passes(From::caller, flags));
            CHECK_FALSE(connection.passes(From::caller, flags, "data")); // and has not opened one
        });
    }
}

TEST_CASE("RFC 9293 3.5: three segments open a connection, and then it lives for a day") {
    on_each_connection([](const Connection& connection) {
        connection.handshake();
        CHECK(connection.passes(From::caller, flag::psh | flag::ack, "GET /"));
        CHECK(connection.lives_just(86'400));
    });
}

TEST_CASE("RFC 9293 3.5: a handshake that stops is forgotten") {
    on_each_connection([](const Connection& connection) {
        REQUIRE(connection.passes(From::caller, client_syn));
        CHECK_FALSE(connection.passes(From::caller, flag::ack)); // there is nothing to acknowledge yet
        REQUIRE(connection.passes(From::called, server_syn_ack));
        CHECK_FALSE(connection.lives_after_s(60));
        REQUIRE(connection.passes(From::caller, client_syn));
        CHECK_FALSE(connection.lives_after_s(119));
        REQUIRE(connection.passes(From::called, server_syn_ack));
        CHECK(connection.lives_after_ns(60 * eval::second_ns - 1));
    });
}

TEST_CASE("RFC 9293 3.5: an answer to a SYN acknowledges it") {
    for (const std::uint32_t wrong : {0u, 2u, 0x8000'0000u, ~0u}) {
        CAPTURE(wrong);
        on_each_connection([&](const Connection& connection) {
            REQUIRE(connection.passes(From::caller, client_syn));
            Segment answer = server_syn_ack;
            answer.acknowledgement = client_first + wrong;
            CHECK_FALSE(connection.passes(From::called, answer));
            answer.flags = flag::rst | flag::ack; // 3.10.7.3: nor is it refused
            CHECK_FALSE(connection.passes(From::called, answer));
            answer.flags = flag::rst;
            CHECK_FALSE(connection.passes(From::called, answer));
            CHECK(connection.passes(From::called, server_syn_ack));
        });
    }
}

TEST_CASE("RFC 9293 3.10.7.3: a SYN that is refused may be tried again at once") {
    on_each_connection([](const Connection& connection) {
        REQUIRE(connection.passes(From::caller, client_syn));
        CHECK(connection.passes(From::called, {.flags = flag::rst | flag::ack, .acknowledgement = client_next}));
        connection.handshake();
    });
}

TEST_CASE("RFC 9293 3.5, RFC 5382 REQ-2: simultaneous open") {
    on_each_connection([](const Connection& connection) {
        REQUIRE(connection.passes(From::caller, client_syn));
        REQUIRE(connection.passes(From::called, {.flags = flag::syn, .sequence = server_first, .window = window}));
        CHECK(connection.passes(From::caller, {.flags = flag::syn | flag::ack,
                                               .sequence = client_first,
                                               .acknowledgement = server_next,
                                               .window = window}));
        CHECK(connection.passes(From::called, server_syn_ack));
        CHECK(connection.passes(From::called, flag::ack, "hello"));
        CHECK(connection.lives_just(86'400));
    });
}

TEST_CASE("RFC 9293 3.8: what is sent again passes, and so do keepalives and window probes") {
    on_each_connection([](const Connection& connection) {
        REQUIRE(connection.passes(From::caller, client_syn));
        CHECK(connection.passes(From::caller, client_syn));
        REQUIRE(connection.passes(From::called, server_syn_ack));
        CHECK(connection.passes(From::called, server_syn_ack));
        REQUIRE(connection.passes(From::caller, flag::ack));
        CHECK(connection.passes(From::called, server_syn_ack)); // its acknowledgement was lost
        CHECK(connection.passes(From::caller, flag::ack, "data"));
        CHECK(connection.passes(From::caller, flag::ack, "data"));
        Segment keepalive{.flags = flag::ack,
                          .sequence = client_next + 3,
                          .acknowledgement = server_next,
                          .window = window};
        CHECK(connection.passes(From::caller, keepalive));
        keepalive.data = "?";
        CHECK(connection.passes(From::caller, keepalive));
        const auto full = std::string(window, 'x');
        CHECK(connection.passes(From::called, flag::ack, full));
        Segment closed{.flags = flag::ack, .sequence = client_next + 4, .acknowledgement = server_next + window};
        CHECK(connection.passes(From::caller, closed)); // with no window at all
        const Segment probe{.flags = flag::ack,
                            .sequence = server_next + window,
                            .acknowledgement = client_next + 4,
                            .data = "?"};
        CHECK(connection.passes(From::called, probe));
        Segment too_much = probe;
        too_much.data = "??";
        CHECK_FALSE(connection.passes(From::called, too_much));
    });
}

TEST_CASE("RFC 9293 3.10.7.4: data is in the window") {
    struct Row {
        std::uint32_t offset;
        std::size_t bytes;
        bool passes;
    };
    for (const auto& [offset, bytes, passes] :
         {Row{0, window, true}, Row{0, window + 1, false}, Row{window, 0, true}, Row{window + 1, 0, false},
          Row{window - 1, 1, true}, Row{window, 1, false}, Row{static_cast<std::uint32_t>(-window), 0, true},
          Row{static_cast<std::uint32_t>(-window - 1), 0, false},
          Row{static_cast<std::uint32_t>(-window - 1), 1, true}, Row{0x8000'0000, 0, false}}) {
        CAPTURE(offset, bytes);
        on_each_connection([&, offset = offset, bytes = bytes, passes = passes](const Connection& connection) {
            connection.handshake();
            CHECK(connection.passes(From::called, {.flags = flag::ack,
                                                   .sequence = server_next + offset,
                                                   .acknowledgement = client_next,
                                                   .window = window,
                                                   .data = std::string(bytes, 'x')}) == passes);
        });
    }
}

TEST_CASE("RFC 9293 3.6: half of a connection closes, and the other half goes on") {
    on_each_connection([](const Connection& connection) {
        connection.handshake();
        REQUIRE(connection.passes(From::called, fin_of(From::called)));
        CHECK(connection.passes(From::called, fin_of(From::called))); // again
        CHECK(connection.lives_after_s(119));                         // fin-wait
        CHECK(connection.passes(From::caller, ack_of_fin(From::caller)));
        CHECK(connection.passes(From::caller, flag::ack, "the rest"));
        CHECK(connection.lives_just(720)); // close-wait
    });
}

TEST_CASE("RFC 9293 3.6: nothing lies behind a FIN") {
    on_each_connection([](const Connection& connection) {
        connection.handshake();
        REQUIRE(connection.passes(From::called, flag::ack, "all of it"));
        CHECK_FALSE(connection.passes(From::called, fin_of(From::called))); // its data came already
        Segment fin = fin_of(From::called);
        fin.sequence += 9;
        REQUIRE(connection.passes(From::called, fin));
        fin.flags = flag::ack;
        fin.data = "?";
        CHECK(connection.passes(From::called, fin)); // it takes the FIN's number, and no more
        fin.data = "??";
        CHECK_FALSE(connection.passes(From::called, fin));
    });
}

TEST_CASE("RFC 9293 3.6: both close, one after the other or at once, and TIME-WAIT follows") {
    for (const bool at_once : {false, true}) {
        CAPTURE(at_once);
        on_each_connection([&](const Connection& connection) {
            connection.handshake();
            REQUIRE(connection.passes(From::caller, fin_of(From::caller)));
            REQUIRE(connection.passes(From::called, fin_of(From::called, at_once ? 0 : 1)));
            CHECK(connection.lives_after_ns(30 * eval::second_ns - 1)); // last-ack
            if (at_once) REQUIRE(connection.passes(From::called, ack_of_fin(From::called, 1)));
            REQUIRE(connection.passes(From::caller, ack_of_fin(From::caller, 1)));
            CHECK(connection.lives_just(120));
        });
    }
}

TEST_CASE("RFC 9293 3.6.1: a SYN opens a new connection in TIME-WAIT, from either side") {
    for (const auto from : {From::caller, From::called}) {
        CAPTURE(from == From::caller);
        on_each_connection([&](const Connection& connection) {
            connection.handshake();
            const Segment again{.flags = flag::syn, .sequence = client_next + 50'000, .window = window};
            CHECK_FALSE(connection.passes(from, again)); // not before it is closed
            REQUIRE(connection.passes(From::caller, fin_of(From::caller)));
            REQUIRE(connection.passes(From::called, fin_of(From::called, 1)));
            CHECK_FALSE(connection.passes(from, again));
            REQUIRE(connection.passes(From::caller, ack_of_fin(From::caller, 1)));
            REQUIRE(connection.passes(from, again));
            CHECK_FALSE(connection.passes(From::caller, ack_of_fin(From::caller, 1))); // of the old one
            const auto other = from == From::caller ? From::called : From::caller;
            CHECK(connection.passes(other, {.flags = flag::syn | flag::ack,
                                            .sequence = 7,
                                            .acknowledgement = again.sequence + 1,
                                            .window = window}));
            CHECK(connection.passes(from, {.flags = flag::ack,
                                           .sequence = again.sequence + 1,
                                           .acknowledgement = 8,
                                           .window = window}));
        });
    }
}

TEST_CASE("RFC 7323 2.2: windows are scaled when both SYNs say so, and never in a SYN") {
    struct Row {
        std::string there, back; ///< options of SYN and of its answer
        unsigned window; ///< of the client, once the connection is open
    };
    const auto scale = [](char shift) { return std::string{3, 3, shift, 0}; };
    for (const auto& [there, back, bytes] :
         {Row{scale(3), scale(0), 80}, Row{scale(3), "", 10}, Row{"", scale(3), 10}, Row{scale(3), scale(7), 80},
          Row{std::string{0, 3, 3, 0}, scale(7), 10}, Row{std::string{1, 3, 3, 2}, scale(7), 40},
          Row{std::string{3, 2, 1, 1}, scale(7), 10}}) {
        CAPTURE(there, back);
        on_each_connection([&, there = there, back = back, bytes = bytes](const Connection& connection) {
            Segment syn = client_syn, syn_ack = server_syn_ack;
            syn.window = 10;
            syn.options = there;
            syn_ack.options = back;
            REQUIRE(connection.passes(From::caller, syn));
            REQUIRE(connection.passes(From::called, syn_ack));
            Segment answer{.flags = flag::ack,
                           .sequence = server_next,
                           .acknowledgement = client_next,
                           .window = window};
            REQUIRE(connection.passes(From::caller, {.flags = flag::ack,
                                                     .sequence = client_next,
                                                     .acknowledgement = server_next,
                                                     .window = 10}));
            answer.data.assign(bytes + 1, 'x');
            CHECK_FALSE(connection.passes(From::called, answer));
            answer.data.assign(bytes, 'x');
            CHECK(connection.passes(From::called, answer));
        });
    }
}
