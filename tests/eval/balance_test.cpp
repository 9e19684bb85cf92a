// The Load_balancer: whose turn it is, what makes a server go down and come back, and a connection's way.
#include "tests/eval/gone.hpp"

namespace {

using namespace frames;
using namespace eval::tcp_flag;
using model::Field;
using model::Hook;
using model::Reason;
using sample::balanced;
using sample::ip;

constexpr auto client = ip(10, 55, 1, 1);
constexpr eval::Time second = eval::second_ns;

Bytes ask(std::uint16_t sport, unsigned flags = syn, std::uint8_t ttl = 64) {
    const Ends ends{client, sample::outside_address};
    return ipv4(ends, eval::tcp, tcp(ends, sport, 80, flags), outside_mac, ttl);
}
Bytes answer(std::size_t server, std::uint16_t dport, unsigned flags = syn | ack, std::uint8_t ttl = 64) {
    const Ends ends{sample::pool.at(server), sample::inside_address};
    return ipv4(ends, eval::tcp, tcp(ends, 8080, dport, flags), inside_mac, ttl);
}

/// The server that a new connection gets, by its place in the pool; -1: none.
int server_of(const eval::Result& result) {
    if (!sent(result) || result.out[0].nic != 1) return -1;
    const Bytes bytes = datagram(result.out[0].bytes);
    const auto found = std::ranges::find(sample::pool, eval::Datagram(bytes).destination());
    return found == sample::pool.end() ? -1 : static_cast<int>(found - sample::pool.begin());
}

/// The servers of so many new connections.
std::vector<int> turns(Bench& bench, std::uint16_t first_port, int count) {
    std::vector<int> got;
    for (int i = 0; i < count; ++i)
        got.push_back(server_of(bench.outside(ask(static_cast<std::uint16_t>(first_port + i)))));
    return got;
}
using Turns = std::vector<int>;

} // namespace

TEST_CASE("a connection goes to its server and back, with the inner address as its source") {
    Bench bench(balanced().appliance);
    CHECK(gone(bench.outside(ask(40000))) == "192.168.0.1:40000 > 192.168.0.11:8080");
    CHECK(gone(bench.inside(answer(0, 40000))) == "10.55.0.1:80 > 10.55.1.1:40000");
    CHECK(gone(bench.outside(ask(40000, ack))) == "192.168.0.1:40000 > 192.168.0.11:8080");
    CHECK(bench.machine.counters().balanced());
}

TEST_CASE("a gateway that is another of our own addresses is no way to a peer, as a lease can make it") {
    auto p = balanced();
    const auto router = GENERATE(sample::inside_address, sample::outside_address, ip(10, 55, 0, 254));
    p.appliance.ifaces[sample::outside].ipv4->gateway = router;
    Bench bench(p.appliance);
    const Ends far{ip(198, 51, 100, 9), sample::outside_address};
    CHECK(server_of(bench.outside(ipv4(far, eval::tcp, tcp(far, 40000, 80, syn), outside_mac))) == 0);
    const auto reply = bench.inside(answer(0, 40000));
    if (router == ip(10, 55, 0, 254))
        CHECK(gone(reply) == "10.55.0.1:80 > 198.51.100.9:40000");
    else
        CHECK(dropped_by(reply, Reason::no_route));
}

TEST_CASE("two clients with one port are told apart") {
    Bench bench(balanced().appliance);
    bench.outside(ask(40000));
    const Ends other{ip(10, 55, 1, 2), sample::outside_address};
    const auto second_one = bench.outside(ipv4(other, eval::tcp, tcp(other, 40000, 80, syn), outside_mac));
    const Bytes left = datagram(second_one.out.at(0).bytes);
    const auto port = eval::get16(eval::Datagram(left).payload(), 0);
    CHECK(port != 40000);
    CHECK(gone(bench.inside(answer(1, port))) == "10.55.0.1:80 > 10.55.1.2:40000");
}

TEST_CASE("connections go round, a repeated SYN stays, and what is dropped takes no turn") {
    auto p = balanced();
    p.put(sample::inside, Hook::postrouting,
          {p.filter("picky", {p.when(p.equals(Field::tcp_sport, 666), {p.drop()}), p.accept()})});
    Bench bench(p.appliance);
    CHECK(turns(bench, 40000, 2) == Turns{0, 1});
    CHECK(turns(bench, 40000, 2) == Turns{0, 1});
    CHECK(dropped_by(bench.outside(ask(666)), Reason::filter));
    CHECK(dropped_by(bench.outside(ask(40009, syn, 1)), Reason::ttl));
    CHECK(turns(bench, 40002, 3) == Turns{2, 0, 1});
}

TEST_CASE("replies meet prerouting and postrouting, and nothing in between; requests meet input too") {
    auto p = balanced();
    const auto place = [&](model::IfaceId iface, Hook hook, const std::string& name) {
        p.put(iface, hook, {p.filter(name, {p.log({name}), p.accept()})});
    };
    p.appliance.gateway.emplace();
    p.appliance.gateway->forward = {p.filter("forward", {p.drop()})};
    place(sample::outside, Hook::prerouting, "in from clients");
    place(sample::outside, Hook::input, "for us");
    place(sample::outside, Hook::postrouting, "out to clients");
    place(sample::inside, Hook::prerouting, "in from servers");
    place(sample::inside, Hook::input, "not for us");
    place(sample::inside, Hook::postrouting, "out to servers");
    place(sample::inside, Hook::output, "not made here");
    Bench bench(p.appliance);
    using Logs = std::vector<std::string>;
    const Logs there = {"in from clients", "for us", "out to servers"};
    CHECK(texts(bench.outside(ask(40000))) == there);
    CHECK(texts(bench.inside(answer(0, 40000))) == Logs{"in from servers", "out to clients"});
    CHECK(texts(bench.outside(ask(40000, ack))) == there);
}

TEST_CASE("input sees the front, whatever a Nat did before, and postrouting the client") {
    auto p = balanced();
    const auto ends = p.log(
        {Field::ip_saddr, ":", Field::tcp_sport, " > ", Field::ip_daddr, ":", Field::tcp_dport});
    const auto look = p.filter("look", {ends, p.accept()});
    p.put(sample::outside, Hook::prerouting, {p.nat("moved", {p.dnat({}, 80)}, model::Layer::tcp)});
    p.put(sample::outside, Hook::input, {look});
    p.put(sample::inside, Hook::postrouting, {look});
    Bench bench(p.appliance);
    const Ends addresses{client, sample::outside_address};
    for (const unsigned flags : {syn, ack}) {
        const auto result =
            bench.outside(ipv4(addresses, eval::tcp, tcp(addresses, 40000, 8000, flags), outside_mac));
        CHECK(texts(result) == std::vector<std::string>{"10.55.1.1:40000 > 10.55.0.1:80",
                                                        "10.55.1.1:40000 > 192.168.0.11:8080"});
    }
    CHECK(gone(bench.inside(answer(0, 40000))) == "10.55.0.1:8000 > 10.55.1.1:40000");
}

TEST_CASE("what is no SYN is reset, and is not in the way of one") {
    Bench bench(balanced().appliance);
    const auto refused = bench.outside(ask(40000, ack));
    CHECK(refused.fate == eval::Fate::delivered);
    CHECK(gone(refused) == "10.55.0.1:80 > 10.55.1.1:40000");
    CHECK(turns(bench, 40000, 1) == Turns{0});
}

TEST_CASE("every packet spends one of its time to live, both ways") {
    Bench bench(balanced().appliance);
    CHECK(datagram(bench.outside(ask(40000, syn, 2)).out.at(0).bytes)[8] == 1);
    CHECK(datagram(bench.inside(answer(0, 40000, syn | ack, 2)).out.at(0).bytes)[8] == 1);
    const auto late = bench.inside(answer(0, 40000, ack, 1));
    CHECK(dropped_by(late, Reason::ttl));
    CHECK(late.out.at(0).nic == 1);
}

TEST_CASE("an error about a balanced flow finds whom it is for, both ways") {
    Bench bench(balanced().appliance);
    const Bytes first = datagram(bench.outside(ask(40000)).out.at(0).bytes);
    const Ends from_router{ip(192, 168, 0, 99), sample::inside_address};
    Bytes quoting(first.begin(), first.begin() + 28);
    const auto to_client = bench.inside(ipv4(from_router, eval::icmp, icmp(3, 0, quoting, 1), inside_mac));
    REQUIRE(sent(to_client));
    CHECK(to_client.out[0].nic == 0);
    const Bytes error = datagram(to_client.out[0].bytes);
    CHECK(eval::Datagram(error).source() == sample::outside_address);
    CHECK(eval::Datagram(error).destination() == client);
    const Bytes quoted(error.begin() + 28, error.end());
    CHECK(eval::Datagram(quoted).source() == client);
    CHECK(eval::Datagram(quoted).destination() == sample::outside_address);

    const Bytes reply = datagram(bench.inside(answer(0, 40000)).out.at(0).bytes);
    quoting.assign(reply.begin(), reply.begin() + 28);
    const Ends from_client{client, sample::outside_address};
    const auto to_server = bench.outside(ipv4(from_client, eval::icmp, icmp(3, 0, quoting, 1), outside_mac));
    REQUIRE(sent(to_server));
    CHECK(to_server.out[0].nic == 1);
    CHECK(eval::Datagram(datagram(to_server.out[0].bytes)).source() == sample::inside_address);
    CHECK(eval::Datagram(datagram(to_server.out[0].bytes)).destination() == sample::pool[0]);
}

TEST_CASE("limits count live flows, and those that wait for their first reply") {
    auto p = balanced();
    p.appliance.load_balancer->session_limit = 3;
    p.appliance.load_balancer->wait_queue_limit = 2;
    Bench bench(p.appliance);
    CHECK(turns(bench, 40000, 2) == Turns{0, 1});
    CHECK(dropped_by(bench.outside(ask(40002)), Reason::limit_full));
    bench.inside(answer(0, 40000));
    CHECK(turns(bench, 40002, 1) == Turns{2});
    bench.inside(answer(1, 40001));
    CHECK(dropped_by(bench.outside(ask(40003)), Reason::limit_full));
    bench.now = 10 * second - 1; // none of the handshakes was finished
    CHECK(dropped_by(bench.outside(ask(40003)), Reason::limit_full));
    bench.now = 10 * second;
    CHECK(turns(bench, 40003, 1) == Turns{0});
}

TEST_CASE("a server that refuses a connection is tried again ten seconds later, by one") {
    Bench bench(balanced().appliance);
    turns(bench, 40000, 3);
    bench.inside(answer(0, 40000, rst | ack));
    CHECK(turns(bench, 40010, 4) == Turns{1, 2, 1, 2});
    bench.inside(answer(1, 40010));
    bench.inside(answer(2, 40011));
    bench.now = 10 * second - 1;
    CHECK(turns(bench, 40020, 2) == Turns{1, 2});
    bench.now = 10 * second;
    CHECK(turns(bench, 40030, 4) == Turns{0, 1, 2, 1});
}

TEST_CASE("a reset of a connection that was accepted says nothing of its server") {
    Bench bench(balanced().appliance);
    turns(bench, 40000, 3);
    bench.inside(answer(0, 40000));
    bench.inside(answer(0, 40000, rst));
    CHECK(turns(bench, 40010, 3) == Turns{0, 1, 2});
}

TEST_CASE("three SYNs within ten seconds, and a second of silence after the third") {
    auto p = balanced();
    p.appliance.load_balancer->pool.resize(1);
    Bench bench(p.appliance);
    bench.now = second;
    turns(bench, 40000, 1);
    bench.now = 11 * second + 1; // one more nanosecond than counts
    turns(bench, 40001, 2);
    bench.now = 13 * second;
    CHECK(turns(bench, 40003, 1) == Turns{0});
    bench.now = 14 * second - 1;
    CHECK(turns(bench, 40004, 1) == Turns{0});
    bench.now = 14 * second;
    const auto refused = bench.outside(ask(40005));
    CHECK(dropped_by(refused, Reason::no_server));
    CHECK(gone(refused) == "10.55.0.1:80 > 10.55.1.1:40005"); // a reset
    bench.inside(answer(0, 40004));
    CHECK(turns(bench, 40005, 1) == Turns{0});
}

TEST_CASE("an answer in time forgives the SYNs before it") {
    auto p = balanced();
    p.appliance.load_balancer->pool.resize(1);
    Bench bench(p.appliance);
    turns(bench, 40000, 3);
    bench.now = second - 1;
    bench.inside(answer(0, 40000));
    bench.now = 2 * second;
    CHECK(turns(bench, 40010, 2) == Turns{0, 0});
}
