// What is answered, with which bytes, and when nothing is.
#include "tests/eval/frames.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace frames;
using namespace eval::tcp_flag;
using model::Reason;
using sample::ip;

const Ends here{ip(10, 55, 1, 1), sample::outside_address};

/// The single answer's datagram.
Bytes answer(const eval::Result& result) {
    REQUIRE(result.out.size() == 1);
    Bytes packet = datagram(result.out[0].bytes);
    CHECK(eval::checksum(eval::View(packet).first(20)) == 0);
    CHECK(packet[8] == 64);
    CHECK(eval::get16(packet, 6) == 0x4000);
    return packet;
}

} // namespace

TEST_CASE("an echo request is answered with its own data") {
    Bench bench(sample::router().appliance);
    Bytes frame = ipv4(here, eval::icmp, icmp(8, 77, {1, 2, 3}), outside_mac);
    frame[15] = 0x28;
    fix(frame);
    const Bytes reply = answer(bench.outside(frame));
    CHECK(reply[1] == 0x28);
    CHECK(eval::get32(reply, 12) == here.destination);
    CHECK(eval::get32(reply, 16) == here.source);
    CHECK(Bytes(reply.begin() + 20, reply.end()) == icmp(0, 77, {1, 2, 3}));
}

TEST_CASE("a segment without a service is reset as RFC 9293 3.10.7.1 asks") {
    Bench bench(sample::router().appliance);
    const auto reset_of = [&](unsigned flags, const Bytes& data) {
        return answer(bench.outside(ipv4(here, eval::tcp, tcp(here, 4000, 80, flags, data), outside_mac)));
    };
    Bytes reset = reset_of(syn, {});
    CHECK(eval::get16(reset, 20) == 80);
    CHECK(eval::get16(reset, 22) == 4000);
    CHECK(eval::get32(reset, 24) == 0);
    CHECK(eval::get32(reset, 28) == 1001);
    CHECK(reset[33] == (rst | ack));
    CHECK(eval::transport_checksum(here.destination, here.source, eval::tcp, eval::View(reset).subspan(20)) ==
          0);

    reset = reset_of(fin | psh, {1, 2, 3});
    CHECK(eval::get32(reset, 28) == 1004);
    reset = reset_of(ack, {1, 2, 3});
    CHECK(eval::get32(reset, 24) == 7000);
    CHECK(eval::get32(reset, 28) == 0);
    CHECK(reset[33] == rst);
    CHECK(bench.outside(ipv4(here, eval::tcp, tcp(here, 4000, 80, rst), outside_mac)).out.empty());
}

TEST_CASE("an ICMP error quotes the packet as it came, up to 576 bytes in all") {
    Bench bench(sample::router().appliance);
    Bytes frame = ipv4(here, eval::udp, udp(here, 4000, 9, Bytes(900, 0xab)), outside_mac);
    Bytes error = answer(bench.outside(frame));
    CHECK(error.size() == 576);
    CHECK(error[1] == 0xc0);
    CHECK(eval::get16(error, 20) == 0x0303);
    CHECK(eval::checksum(eval::View(error).subspan(20)) == 0);
    CHECK(Bytes(error.begin() + 28, error.end()) == Bytes(frame.begin() + 14, frame.begin() + 14 + 548));

    frame = ipv4({}, eval::udp, udp({}, 4000, 9), outside_mac, 1);
    frame.resize(60);
    const auto expired = bench.outside(frame);
    CHECK(dropped_by(expired, Reason::ttl));
    error = answer(expired);
    CHECK(eval::get16(error, 20) == 0x0b00);
    CHECK(eval::get32(error, 12) == sample::outside_address);
    CHECK(Bytes(error.begin() + 28, error.end()) == Bytes(frame.begin() + 14, frame.begin() + 42));
}

TEST_CASE("time exceeded can be switched off") {
    auto policy = sample::router().appliance;
    policy.gateway->send_time_exceeded = false;
    const auto result = Bench(policy).outside(ipv4({}, 99, {}, outside_mac, 1));
    CHECK(dropped_by(result, Reason::ttl));
    CHECK(result.out.empty());
}

TEST_CASE("nothing is answered to errors, fragments and broadcasts") {
    Bench bench(sample::router().appliance);
    for (const auto type : std::initializer_list<std::uint8_t>{3, 4, 5, 11, 12})
        CHECK(bench.outside(ipv4({}, eval::icmp, icmp(type, 0), outside_mac, 1)).out.empty());
    CHECK(bench.outside(ipv4({}, eval::icmp, icmp(8, 0), outside_mac, 1)).out.size() == 1);

    Bytes fragment = ipv4({}, eval::udp, Bytes(16, 1), outside_mac, 1);
    put16(fragment, 20, 1);
    fix(fragment);
    CHECK(bench.outside(fragment).out.empty());

    const Ends everyone{here.source, ip(10, 55, 255, 255)};
    const auto result = bench.outside(ipv4(everyone, eval::udp, udp(everyone, 1, 2), outside_mac));
    CHECK(result.fate == eval::Fate::delivered);
    CHECK(result.out.empty());
}

TEST_CASE("answers are made a hundred at once, then one each ten milliseconds") {
    Bench bench(sample::router().appliance);
    const Bytes frame = ipv4(here, eval::udp, udp(here, 1, 2), outside_mac);
    const auto answers_of = [&](int frames) {
        std::size_t answers = 0;
        for (int i = 0; i < frames; ++i) answers += bench.outside(frame).out.size();
        return answers;
    };
    CHECK(answers_of(150) == 100);
    bench.now += 10'000'000 - 1;
    CHECK(answers_of(1) == 0);
    bench.now += 1;
    CHECK(answers_of(5) == 1);
    bench.now += 25'000'000;
    CHECK(answers_of(5) == 2);
    bench.now += 3600 * eval::second_ns;
    CHECK(answers_of(150) == 100);
    CHECK(bench.machine.counters().balanced());
}
