// Connections as the reference follows them. The edges of the windows are in tests/conformance.
#include "compiler/eval/connection.hpp"

#include "tests/eval/frames.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace eval;
using namespace eval::tcp_flag;

/// Both begin just below where their numbers wrap.
constexpr std::uint32_t here = 0xffff'fffe, there = 0xffff'ff00;

struct Talk {
    Connection connection{Segment{.flags = syn, .sequence = here, .window = 1000}};

    Judgement say(const Segment& segment, bool in_reply) {
        const auto judgement = connection.judge(segment, in_reply);
        if (judgement == Judgement::counts || judgement == Judgement::resets)
            connection.accept(segment, in_reply, judgement);
        return judgement;
    }
    Judgement go(unsigned flags, std::uint32_t offset, std::uint32_t acknowledged, Position text_bytes = 0) {
        return say({flags, here + offset, there + acknowledged, 1000, text_bytes, {}}, false);
    }
    Judgement back(unsigned flags, std::uint32_t offset, std::uint32_t acknowledged, Position text_bytes = 0) {
        return say({flags, there + offset, here + acknowledged, 1000, text_bytes, {}}, true);
    }
    void handshake() {
        CHECK(connection.state() == TcpState::syn_sent);
        CHECK(back(syn | ack, 0, 1) == Judgement::counts);
        CHECK(connection.state() == TcpState::syn_recv);
        CHECK(go(ack, 1, 1) == Judgement::counts);
        CHECK(connection.state() == TcpState::established);
    }
};

} // namespace

TEST_CASE("a connection goes through its states, over the wrap of its numbers") {
    Talk talk;
    talk.handshake();
    CHECK(talk.go(ack | psh, 1, 1, 900) == Judgement::counts);
    CHECK(talk.back(ack, 1, 901, 700) == Judgement::counts);
    CHECK(talk.back(ack | fin, 701, 901) == Judgement::counts);
    CHECK(talk.connection.state() == TcpState::fin_wait);
    CHECK(talk.go(ack, 901, 702, 10) == Judgement::counts);
    CHECK(talk.connection.state() == TcpState::close_wait);
    CHECK(talk.go(ack | fin, 911, 702) == Judgement::counts);
    CHECK(talk.connection.state() == TcpState::last_ack);
    CHECK(talk.back(ack, 702, 912) == Judgement::counts);
    CHECK(talk.connection.state() == TcpState::time_wait);
    CHECK(talk.connection.is_over());
}

TEST_CASE("a FIN before the handshake is over does not finish it") {
    Talk talk;
    CHECK(talk.back(syn | ack, 0, 1) == Judgement::counts);
    CHECK(talk.back(ack | fin, 1, 1) == Judgement::counts);
    CHECK(talk.connection.is_half_open());
    CHECK(talk.go(ack, 1, 2) == Judgement::counts);
    CHECK(talk.connection.state() == TcpState::close_wait);
}

TEST_CASE("what only passes changes nothing") {
    Talk talk;
    talk.handshake();
    CHECK(talk.back(rst, 500, 0) == Judgement::passes);
    CHECK(talk.go(syn, 500, 0) == Judgement::passes);
    CHECK(talk.connection.state() == TcpState::established);
    CHECK(talk.back(ack, 1, 1, 1000) == Judgement::counts);
    CHECK(talk.back(rst, 1001, 0) == Judgement::resets);
    CHECK(talk.connection.state() == TcpState::close);
}

TEST_CASE("a SYN before any answer begins anew") {
    Talk talk;
    CHECK(talk.say({syn, 77, 0, 10, 0, {}}, false) == Judgement::counts);
    CHECK(talk.back(syn | ack, 0, 1) == Judgement::invalid);
    CHECK(talk.say({syn | ack, there, 78, 1000, 0, {}}, true) == Judgement::counts);
    CHECK(talk.connection.state() == TcpState::syn_recv);
}

TEST_CASE("a segment is read from a datagram") {
    Bytes tcp = frames::tcp({}, 1, 2, syn | 0x100, {3, 3, 15, 0, 'a', 'b'});
    tcp[12] = 0x61;
    const auto segment = segment_of(Datagram(frames::datagram(frames::ipv4({}, eval::tcp, tcp, {}))));
    CHECK(segment.sequence == 1000);
    CHECK(segment.text_bytes == 2);
    CHECK(segment.shift == 14);
    CHECK(segment.is_possible());
}
