// The windows of a followed connection, at every edge, wherever the sequence numbers wrap.
#include "runtime/connection.hpp"

#include "runtime/fields.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace runtime;
using namespace tcp_flag;

constexpr std::uint32_t window = 1000;
constexpr std::uint32_t bases[] = {0,          1,          0x7fff'fc00, 0x7fff'ffff, 0x8000'0000,
                                   0xffff'0000, 0xffff'fc18, 0xffff'fffe, 0xffff'ffff};

/// Open, with nothing said yet: the original side's next number is base + 1, the other's base + 501.
Connection open(std::uint32_t base, std::uint32_t wide = window) {
    Connection connection;
    connection.open({.flags = syn, .sequence = base, .window = wide});
    const Segment answer{
        .flags = syn | ack, .sequence = base + 500, .acknowledgement = base + 1, .window = wide};
    REQUIRE(connection.judge(answer, true) == Judgement::counts);
    connection.accept(answer, true, Judgement::counts);
    CHECK(connection.kind() == FlowKind::tcp_syn_recv);
    const Segment done{.flags = ack, .sequence = base + 1, .acknowledgement = base + 501, .window = wide};
    REQUIRE(connection.judge(done, false) == Judgement::counts);
    connection.accept(done, false, Judgement::counts);
    REQUIRE(connection.kind() == FlowKind::tcp_established);
    return connection;
}

/// What becomes of text of the original side at an offset from its next number.
Judgement text(const Connection& connection, std::uint32_t base, std::uint32_t offset, std::uint32_t bytes,
               unsigned flags = ack) {
    return connection.judge({.flags = flags,
                             .sequence = base + 1 + offset,
                             .acknowledgement = base + 501,
                             .window = window,
                             .text_bytes = bytes},
                            false);
}
Judgement acknowledging(const Connection& connection, std::uint32_t base, std::uint32_t offset) {
    return connection.judge(
        {.flags = ack, .sequence = base + 1, .acknowledgement = base + 501 + offset, .window = window}, false);
}
Judgement reset(const Connection& connection, std::uint32_t base, std::uint32_t offset) {
    return connection.judge({.flags = rst, .sequence = base + 1 + offset}, false);
}

} // namespace

TEST_CASE("text is good from a window below the next number to a window above") {
    for (const auto base : bases) {
        CAPTURE(base);
        const Connection connection = open(base);
        CHECK(text(connection, base, 0, window) == Judgement::counts);
        CHECK(text(connection, base, 0, window + 1) == Judgement::invalid);
        CHECK(text(connection, base, 0, window, ack | fin) == Judgement::counts); // a FIN is not counted
        CHECK(text(connection, base, window, 0) == Judgement::counts);
        CHECK(text(connection, base, window + 1, 0) == Judgement::invalid);
        CHECK(text(connection, base, 0u - window, 0) == Judgement::counts);
        CHECK(text(connection, base, 0u - window - 1, 0) == Judgement::invalid);
        CHECK(text(connection, base, 0u - window - 1, 1) == Judgement::counts);
        for (const std::uint32_t far : {0x4000'0000u, 0x7fff'ffffu, 0x8000'0000u, 0x8000'0001u, 0xc000'0000u})
            CHECK(text(connection, base, far, 1) == Judgement::invalid);
    }
}

TEST_CASE("acknowledgements reach from 66000 below the last number sent to that number") {
    for (const auto base : bases) {
        CAPTURE(base);
        const Connection connection = open(base);
        CHECK(acknowledging(connection, base, 0) == Judgement::counts);
        CHECK(acknowledging(connection, base, 1) == Judgement::invalid);
        CHECK(acknowledging(connection, base, 0u - 66'000) == Judgement::counts);
        CHECK(acknowledging(connection, base, 0u - 66'001) == Judgement::invalid);
        CHECK(acknowledging(connection, base, 0x8000'0000) == Judgement::invalid);
    }
}

TEST_CASE("a RST resets where the receiver stands, passes in its window, and is invalid elsewhere") {
    for (const auto base : bases) {
        CAPTURE(base);
        Connection connection = open(base);
        CHECK(reset(connection, base, 0) == Judgement::resets);
        CHECK(reset(connection, base, 1) == Judgement::passes);
        CHECK(reset(connection, base, window - 1) == Judgement::passes);
        CHECK(reset(connection, base, window) == Judgement::invalid);
        CHECK(reset(connection, base, ~0u) == Judgement::invalid);
        CHECK(reset(connection, base, 0x8000'0000) == Judgement::invalid);
        connection.accept({.flags = rst, .sequence = base + 1}, false, Judgement::resets);
        CHECK(connection.kind() == FlowKind::tcp_close);
        CHECK(connection.is_over());
    }
}

TEST_CASE("the widest windows there are keep the numbers apart") {
    for (const auto base : bases) {
        CAPTURE(base);
        Connection connection;
        connection.open({.flags = syn, .sequence = base, .window = 65535, .shift = 14});
        const Segment answer{.flags = syn | ack,
                             .sequence = base + 500,
                             .acknowledgement = base + 1,
                             .window = 65535,
                             .shift = 14};
        connection.accept(answer, true, Judgement::counts);
        connection.accept({.flags = ack, .sequence = base + 1, .acknowledgement = base + 501, .window = 65535},
                          false, Judgement::counts);
        constexpr std::uint32_t widest = 65535u << 14;
        const auto back = [&](std::uint32_t offset, std::uint32_t bytes) {
            return connection.judge({.flags = ack,
                                     .sequence = base + 501 + offset,
                                     .acknowledgement = base + 1,
                                     .window = 1,
                                     .text_bytes = bytes},
                                    true);
        };
        CHECK(back(widest, 0) == Judgement::counts);
        CHECK(back(widest, 1) == Judgement::invalid);
        CHECK(back(0u - widest, 0) == Judgement::counts);
        CHECK(back(0u - widest, 65000) == Judgement::counts);
        CHECK(back(0u - widest - 1, 0) == Judgement::invalid);
        CHECK(back(0x8000'0000, 65000) == Judgement::invalid);
    }
}

TEST_CASE("a connection closes side by side") {
    for (const auto base : bases) {
        CAPTURE(base);
        Connection connection = open(base);
        const auto accept = [&](const Segment& segment, bool reply) {
            REQUIRE(connection.judge(segment, reply) == Judgement::counts);
            connection.accept(segment, reply, Judgement::counts);
        };
        accept({.flags = fin | ack, .sequence = base + 1, .acknowledgement = base + 501}, false);
        CHECK(connection.kind() == FlowKind::tcp_fin_wait);
        accept({.flags = ack, .sequence = base + 501, .acknowledgement = base + 2}, true);
        CHECK(connection.kind() == FlowKind::tcp_close_wait);
        accept({.flags = fin | ack, .sequence = base + 501, .acknowledgement = base + 2}, true);
        CHECK(connection.kind() == FlowKind::tcp_last_ack);
        CHECK_FALSE(connection.is_over());
        accept({.flags = ack, .sequence = base + 2, .acknowledgement = base + 502}, false);
        CHECK(connection.kind() == FlowKind::tcp_time_wait);
        CHECK(connection.is_over());
    }
}
