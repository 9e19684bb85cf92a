// States, timeouts, and what fits into the flow table.
#include "compiler/eval/flows.hpp"

#include "tests/eval/frames.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace frames;
using namespace eval::tcp_flag;
using eval::second_ns;
using model::State;

const Ends there{sample::ip(10, 55, 1, 1), sample::server};

Bytes tcp_packet(const Ends& ends, std::uint16_t sport, std::uint16_t dport, unsigned flags) {
    return datagram(ipv4(ends, eval::tcp, tcp(ends, sport, dport, flags), outside_mac));
}
Bytes icmp_packet(const Ends& ends, const Bytes& message) {
    return datagram(ipv4(ends, eval::icmp, message, outside_mac));
}

/// A table with a clock; what is looked up is not confirmed by itself.
struct Table {
    explicit Table(model::Conntrack settings = {}) : flows(settings) {}

    State state(const Bytes& packet) { return flows.look_up(eval::Datagram(packet), now).state; }
    /// Looks up and confirms, as for a packet that every chain accepts.
    State pass(const Bytes& packet) {
        const auto tracked = flows.look_up(eval::Datagram(packet), now);
        REQUIRE_FALSE(flows.confirm(eval::Datagram(packet), tracked, now));
        return tracked.state;
    }
    bool room_for(const Bytes& packet) {
        flows.look_up(eval::Datagram(packet), now);
        return flows.has_room(eval::Datagram(packet));
    }

    eval::FlowTable flows;
    eval::Time now = 0;
};

const Bytes syn_there = tcp_packet(there, 40000, 80, syn);
const Bytes syn_ack_back = tcp_packet(there.back(), 80, 40000, syn | ack);
const Bytes ack_there = tcp_packet(there, 40000, 80, ack);

} // namespace

TEST_CASE("a flow is new until its first reply, which is established") {
    Table table;
    CHECK(table.pass(syn_there) == State::fresh);
    CHECK(table.pass(syn_there) == State::fresh);
    CHECK(table.pass(syn_ack_back) == State::established);
    CHECK(table.pass(ack_there) == State::established);
}

TEST_CASE("what is not confirmed leaves no trace") {
    Table table;
    CHECK(table.state(syn_there) == State::fresh);
    CHECK(table.state(tcp_packet(there.back(), 80, 40000, syn | ack)) == State::fresh);
    table.pass(syn_there);
    table.state(syn_ack_back);
    CHECK(table.state(ack_there) == State::fresh);
}

TEST_CASE("a half-open handshake lives ten seconds, an open one 7440") {
    Table table;
    table.pass(syn_there);
    table.now = 10 * second_ns - 1;
    CHECK(table.state(syn_ack_back) == State::established);
    table.now += 1;
    // Gone: the segment opens a flow of its own, as any sound one may.
    CHECK(table.state(syn_ack_back) == State::fresh);

    table.pass(syn_there);
    table.pass(syn_ack_back);
    table.now += 10 * second_ns;
    CHECK(table.state(ack_there) == State::fresh); // still half-open, so gone again

    table.pass(syn_there);
    table.pass(syn_ack_back);
    table.pass(ack_there);
    table.now += 7440 * second_ns - 1;
    CHECK(table.state(ack_there) == State::established);
    table.now += 1;
    CHECK(table.state(ack_there) == State::fresh);
}

TEST_CASE("only an accepted packet makes a flow live longer") {
    Table table;
    const Bytes out = datagram(ipv4(there, eval::udp, udp(there, 5000, 53), outside_mac));
    const Bytes in = datagram(ipv4(there.back(), eval::udp, udp(there.back(), 53, 5000), inside_mac));
    table.pass(out);
    table.now = 120 * second_ns - 1;
    CHECK(table.pass(out) == State::fresh);
    table.now += 120 * second_ns - 1;
    CHECK(table.pass(in) == State::established);
    table.now += 300 * second_ns - 1;
    CHECK(table.state(out) == State::established);
    table.now += 1;
    CHECK(table.state(out) == State::fresh);
}

TEST_CASE("ICMP is tracked by identifier and type") {
    Table table;
    CHECK(table.pass(icmp_packet(there, icmp(8, 1))) == State::fresh);
    CHECK(table.state(icmp_packet(there.back(), icmp(0, 1))) == State::established);
    CHECK(table.state(icmp_packet(there.back(), icmp(0, 2))) == State::invalid);
    CHECK(table.state(icmp_packet(there.back(), icmp(14, 1))) == State::invalid);
    CHECK(table.state(icmp_packet(there.back(), icmp(8, 1))) == State::fresh);
    CHECK(table.state(icmp_packet(there, icmp(13, 1))) == State::fresh);
    // Identifier 0 and type 0 stand for nothing in other messages.
    CHECK(table.pass(icmp_packet(there, icmp(8, 0))) == State::fresh);
    CHECK(table.state(icmp_packet(there.back(), icmp(17, 0))) == State::invalid);
}

TEST_CASE("an ICMP error is related when the packet inside it is of a live flow") {
    Table table;
    const Ends router{sample::ip(10, 55, 9, 9), there.source};
    const auto error = [&](std::uint8_t type, const Ends& ends, const Bytes& quoted) {
        return icmp_packet(ends, icmp(type, 0, quoted));
    };
    CHECK(table.state(error(3, router, syn_there)) == State::invalid);
    table.pass(syn_there);
    for (const auto type : std::initializer_list<std::uint8_t>{3, 11, 12})
        CHECK(table.state(error(type, router, syn_there)) == State::related);
    CHECK(table.state(error(5, router, syn_there)) == State::invalid);
    CHECK(table.state(error(3, {router.source, there.destination}, syn_there)) == State::invalid);
    // About the reply, to whoever sent it.
    CHECK(table.state(error(3, {router.source, there.destination}, syn_ack_back)) == State::related);

    Bytes enough(syn_there.begin(), syn_there.begin() + 28);
    CHECK(table.state(error(3, router, enough)) == State::related);
    enough.pop_back();
    CHECK(table.state(error(3, router, enough)) == State::invalid);
    Bytes later_fragment = syn_there;
    put16(later_fragment, 6, 1);
    CHECK(table.state(error(3, router, later_fragment)) == State::invalid);
}

TEST_CASE("other protocols are tracked by their addresses, and use UDP's times") {
    Table table;
    CHECK(table.pass(datagram(ipv4(there, 47, {}, outside_mac))) == State::fresh);
    CHECK(table.pass(datagram(ipv4(there.back(), 47, {1}, outside_mac))) == State::established);
    table.now = 300 * second_ns - 1;
    CHECK(table.state(datagram(ipv4(there, 47, {}, outside_mac))) == State::established);
    CHECK(table.state(datagram(ipv4(there, 50, {}, outside_mac))) == State::fresh);
}

TEST_CASE("an unsound header opens nothing and belongs to nothing") {
    Table table;
    Bytes short_offset = syn_there;
    short_offset[32] = 0x40;
    CHECK(table.state(short_offset) == State::invalid);
    table.pass(syn_there);
    CHECK(table.state(short_offset) == State::invalid);
    Bytes cut = datagram(ipv4(there, eval::tcp, Bytes(19, 2), outside_mac));
    CHECK(table.state(cut) == State::invalid);
}

TEST_CASE("half-open flows fill at most half of the table, and flows all of it") {
    model::Conntrack settings;
    settings.limit = 5;
    Table table(settings);
    const auto from_port = [&](std::uint16_t port) { return tcp_packet(there, port, 80, syn); };
    for (std::uint16_t port = 1; port <= 3; ++port) table.pass(from_port(port));
    CHECK_FALSE(table.room_for(from_port(4)));
    // A segment in the middle of a connection is no half-open flow.
    CHECK(table.room_for(tcp_packet(there, 4, 80, ack)));
    table.pass(tcp_packet(there, 4, 80, ack));
    table.pass(tcp_packet(there, 5, 80, ack));
    CHECK_FALSE(table.room_for(tcp_packet(there, 6, 80, ack)));

    // A finished handshake makes room for another, where the table has it.
    table.now += 10 * second_ns;
    for (std::uint16_t port = 1; port <= 3; ++port) table.pass(from_port(port));
    table.pass(tcp_packet(there.back(), 80, 1, syn | ack));
    CHECK_FALSE(table.room_for(from_port(9)));
    table.now += 10 * second_ns - 1;
    table.pass(tcp_packet(there, 1, 80, ack));
    table.now += 1;
    CHECK(table.room_for(from_port(9)));
}
