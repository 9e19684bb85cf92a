// What Nats mean: when they run, what they see, and what becomes of what they decided.
#include "tests/eval/gone.hpp"

namespace {

using namespace frames;
using namespace eval::tcp_flag;
using model::Field;
using model::Hook;
using model::Reason;
using sample::ip;

constexpr auto client = ip(10, 55, 1, 1), other_server = ip(192, 168, 0, 20),
               inside_host = ip(192, 168, 0, 77);

Bytes to_us(std::uint16_t sport, std::uint16_t dport, unsigned flags = syn) {
    const Ends ends{client, sample::outside_address};
    return ipv4(ends, eval::tcp, tcp(ends, sport, dport, flags), outside_mac);
}
Bytes from_server(model::Ipv4Address from, std::uint16_t sport, std::uint16_t dport) {
    const Ends ends{from, client};
    return ipv4(ends, eval::tcp, tcp(ends, sport, dport, syn | ack), inside_mac);
}
Bytes from_inside(model::Ipv4Address from, std::uint16_t sport) {
    const Ends ends{from, client};
    return ipv4(ends, eval::udp, udp(ends, sport, 53), inside_mac);
}

model::Condition to_port(sample::Policy& p, std::uint16_t port) { return p.equals(Field::tcp_dport, port); }

} // namespace

TEST_CASE("a Nat runs on a flow's first packet, and what follows is translated all the same") {
    auto p = sample::router();
    const auto forward = p.nat("forward", {p.log({"first"}), p.dnat(sample::server, 80)}, model::Layer::tcp);
    p.put(sample::outside, Hook::prerouting, {forward});
    Bench bench(p.appliance);
    const auto first = bench.outside(to_us(40000, 8080));
    CHECK(first.logs.size() == 1);
    CHECK(first.decided.size() == 1);
    CHECK(gone(first) == "10.55.1.1:40000 > 192.168.0.10:80");
    CHECK(gone(bench.inside(from_server(sample::server, 80, 40000))) == "10.55.0.1:8080 > 10.55.1.1:40000");
    const auto later = bench.outside(to_us(40000, 8080, ack));
    CHECK(later.logs.empty());
    CHECK(later.decided.empty());
    CHECK(gone(later) == "10.55.1.1:40000 > 192.168.0.10:80");
}

TEST_CASE("a dropped packet leaves no flow, so the next one is a first packet again") {
    auto p = sample::router();
    const auto forward = p.nat("forward", {p.dnat(sample::server, 80)}, model::Layer::tcp);
    p.put(sample::outside, Hook::prerouting, {forward});
    p.appliance.gateway->forward = {p.filter("closed", {p.drop()})};
    Bench bench(p.appliance);
    for (int i = 0; i < 2; ++i) CHECK(bench.outside(to_us(40000, 8080)).decided.size() == 2);
}

TEST_CASE("a later Nat sees what an earlier one decided, and a Filter after each always sees the same") {
    auto p = sample::router();
    const auto one = p.nat("one", {p.when(to_port(p, 8080), {p.dnat(sample::server)})}, model::Layer::tcp);
    const auto two =
        p.nat("two", {p.when(p.equals(Field::ip_daddr, sample::server), {p.dnat(other_server, 80)})},
              model::Layer::tcp);
    const auto look = p.filter("look", {p.log({Field::ip_daddr}), p.accept()});
    p.put(sample::outside, Hook::prerouting, {look, one, look, two, look});
    Bench bench(p.appliance);
    const std::vector<std::string> seen = {"10.55.0.1", "192.168.0.10", "192.168.0.20"};
    for (const auto flags : {+syn, +ack}) {
        const auto result = bench.outside(to_us(40000, 8080, flags));
        CHECK(texts(result) == seen);
        CHECK(gone(result) == "10.55.1.1:40000 > 192.168.0.20:80");
        bench.inside(from_server(other_server, 80, 40000));
    }
}

TEST_CASE("a later packet that comes by another Iface is translated at the end of its prerouting") {
    auto p = sample::router();
    const auto forward = p.nat("forward", {p.dnat(other_server)}, model::Layer::tcp);
    const auto look = p.filter("look", {p.log({Field::ip_daddr}), p.accept()});
    p.put(sample::outside, Hook::prerouting, {forward, look});
    p.put(sample::inside, Hook::prerouting, {look});
    Bench bench(p.appliance);
    CHECK(texts(bench.outside(to_us(40000, 80))) == std::vector<std::string>{"192.168.0.20"});
    Bytes same = to_us(40000, 80, ack);
    std::ranges::copy(inside_mac, same.begin());
    const auto result = bench.inside(same);
    CHECK(texts(result) == std::vector<std::string>{"10.55.0.1"});
    CHECK(gone(result) == "10.55.1.1:40000 > 192.168.0.20:80");
}

TEST_CASE(
    "postrouting sees the source untranslated, and of two snats the last one counts for what it names") {
    auto p = sample::router();
    const auto one = p.nat("one", {p.snat(ip(10, 55, 0, 7), 1111)});
    const auto look = p.filter("look", {p.log({Field::ip_saddr, ":", Field::ip_daddr}), p.accept()});
    const auto two = p.nat("two", {p.snat({}, 2222)});
    p.put(sample::outside, Hook::postrouting, {one, look, two, look});
    Bench bench(p.appliance);
    const auto result = bench.inside(from_inside(inside_host, 5000));
    CHECK(texts(result) == std::vector<std::string>(2, "192.168.0.77:10.55.1.1"));
    CHECK(gone(result) == "10.55.0.7:2222 > 10.55.1.1:53");
    // The same port, as it was named, to the same destination: its answers could not be told apart.
    CHECK(dropped_by(bench.inside(from_inside(inside_host + 1, 5000)), Reason::nat_exhausted));
}

TEST_CASE("snat of an address chooses ports, and goes before masquerading") {
    auto p = sample::router();
    p.appliance.ifaces[sample::outside].masquerade = true;
    const auto some =
        p.nat("some", {p.when(p.equals(Field::ip_saddr, inside_host), {p.snat(ip(10, 55, 0, 7))})});
    p.put(sample::outside, Hook::postrouting, {some});
    Bench bench(p.appliance);
    CHECK(gone(bench.inside(from_inside(inside_host, 5000))) == "10.55.0.7:5000 > 10.55.1.1:53");
    CHECK(gone(bench.inside(from_inside(inside_host + 1, 5000))) == "10.55.0.1:5000 > 10.55.1.1:53");
}

TEST_CASE("masquerading never touches answers to flows from outside") {
    auto p = sample::router();
    p.appliance.ifaces[sample::outside].masquerade = true;
    Bench bench(p.appliance);
    const Ends ends{client, sample::server};
    bench.outside(ipv4(ends, eval::udp, udp(ends, 5000, 53), outside_mac));
    const auto back = bench.inside(ipv4(ends.back(), eval::udp, udp(ends.back(), 53, 5000), inside_mac));
    CHECK(gone(back) == "192.168.0.10:53 > 10.55.1.1:5000");
}

TEST_CASE("dnat and snat where they come too late or too early are counted, and change nothing") {
    auto p = sample::router();
    p.put(sample::outside, Hook::prerouting, {p.nat("early", {p.snat(ip(1, 1, 1, 1))})});
    p.put(sample::inside, Hook::postrouting, {p.nat("late", {p.dnat(ip(1, 1, 1, 1))})});
    Bench bench(p.appliance);
    const Ends ends{client, sample::server};
    const auto result = bench.outside(ipv4(ends, eval::udp, udp(ends, 5000, 53), outside_mac));
    CHECK(result.decided.size() == 2);
    CHECK(gone(result) == "10.55.1.1:5000 > 192.168.0.10:53");
}

TEST_CASE("a port is for TCP and UDP only") {
    auto p = sample::router();
    const auto ports = p.nat("ports", {p.when(p.equals(Field::ip_daddr, sample::server), {p.dnat({}, 8000)}),
                                       p.dnat(sample::server, 8000)});
    p.put(sample::outside, Hook::prerouting, {ports});
    Bench bench(p.appliance);
    for (const auto destination : {sample::server, other_server}) {
        const Ends ends{client, destination};
        const auto result = bench.outside(ipv4(ends, eval::icmp, icmp(8, 77), outside_mac));
        REQUIRE(sent(result));
        const Bytes bytes = datagram(result.out[0].bytes);
        CHECK(eval::Datagram(bytes).destination() == sample::server);
        CHECK(eval::get16(eval::Datagram(bytes).payload(), 4) == 77);
        CHECK_FALSE(eval::transport_fault(eval::Datagram(bytes)));
        bench.now += 60 * eval::second_ns; // so that the second is no flow of the first
    }
}

TEST_CASE("an answer speaks of the packet as its sender knows it") {
    auto p = sample::router();
    p.put(sample::outside, Hook::prerouting,
          {p.nat("forward", {p.dnat(sample::server, 80)}, model::Layer::tcp)});
    p.appliance.gateway->forward = {p.filter("closed", {p.reject()})};
    Bench bench(p.appliance);
    CHECK(gone(bench.outside(to_us(40000, 8080))) == "10.55.0.1:8080 > 10.55.1.1:40000");
}

TEST_CASE("what cannot be translated does not leave by an Iface that masquerades") {
    auto p = sample::router();
    p.appliance.ifaces[sample::outside].masquerade = true;
    Bench bench(p.appliance);
    const Ends ends{inside_host, client};
    CHECK(dropped_by(bench.inside(ipv4(ends, eval::icmp, icmp(0, 7), inside_mac)), Reason::ct_invalid));
}

TEST_CASE("from outside nobody reaches an inside address as the other end of a translated flow") {
    auto p = sample::router();
    p.appliance.ifaces[sample::outside].masquerade = true;
    Bench bench(p.appliance);
    bench.inside(from_inside(inside_host, 5000));
    const Ends ends{client, inside_host};
    CHECK(bench.outside(ipv4(ends, eval::udp, udp(ends, 53, 5000), outside_mac)).drops ==
          std::vector{Reason::nat_exhausted});
}
