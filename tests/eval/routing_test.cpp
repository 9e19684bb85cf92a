// Which route wins, and who the next hop is.
#include "compiler/eval/routing.hpp"

#include "tests/eval/frames.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace frames;
using model::Reason;
using sample::ip;

/// "iface/next hop", or the reason.
std::string text(const eval::Routed& routed) {
    if (const auto* reason = std::get_if<Reason>(&routed)) return std::string(model::name(*reason));
    const auto& hop = std::get<eval::Hop>(routed);
    return std::to_string(hop.egress) + "/" + std::to_string(hop.next >> 24) + "." +
           std::to_string(hop.next & 0xff);
}

} // namespace

TEST_CASE("the longest prefix wins, then the lowest cost, then the first") {
    sample::Policy p("routes");
    p.iface("a", sample::config(ip(10, 0, 0, 1), 8));
    p.iface("b", sample::config(ip(20, 0, 0, 1), 8));
    p.route({ip(99, 0, 0, 0), 8}, 0, ip(10, 0, 0, 2), 9);
    p.route({ip(99, 1, 0, 0), 16}, 1, ip(20, 0, 0, 3), 9);
    p.route({ip(99, 0, 0, 0), 8}, 0, ip(10, 0, 0, 4), 5);
    p.route({ip(99, 0, 0, 0), 8}, 0, ip(10, 0, 0, 5), 5);
    CHECK(text(eval::route_through(p.appliance, ip(99, 1, 2, 3))) == "1/20.3");
    CHECK(text(eval::route_through(p.appliance, ip(99, 2, 2, 3))) == "0/10.4");
    CHECK(text(eval::route_through(p.appliance, ip(98, 2, 2, 3))) == "no_route");
}

TEST_CASE("without nexthop: the destination itself, else the Iface's gateway, else nobody") {
    sample::Policy p("next hops");
    p.iface("with_gateway", sample::config(ip(10, 0, 0, 1), 8, ip(10, 0, 0, 254)));
    p.iface("without", sample::config(ip(20, 0, 0, 1), 8));
    p.iface("no_address");
    p.route({ip(10, 0, 0, 0), 8}, 0);
    p.route({ip(30, 0, 0, 0), 8}, 0);
    p.route({ip(40, 0, 0, 0), 8}, 1);
    p.route({ip(50, 0, 0, 0), 8}, 2, ip(50, 0, 0, 1));
    CHECK(text(eval::route_through(p.appliance, ip(10, 0, 0, 7))) == "0/10.7");
    CHECK(text(eval::route_through(p.appliance, ip(30, 0, 0, 7))) == "0/10.254");
    CHECK(text(eval::route_through(p.appliance, ip(40, 0, 0, 7))) == "no_route");
    CHECK(text(eval::route_through(p.appliance, ip(50, 0, 0, 7))) == "no_address");
}

TEST_CASE("packets made here know our networks, and the first gateway there is") {
    sample::Policy p("own");
    p.iface("a", sample::config(ip(10, 0, 0, 1), 8));
    p.iface("b", sample::config(ip(20, 0, 0, 1), 8, ip(20, 0, 0, 254)));
    CHECK(text(eval::route_from_here(p.appliance, ip(10, 0, 0, 7))) == "0/10.7");
    CHECK(text(eval::route_from_here(p.appliance, ip(8, 8, 8, 8))) == "1/20.254");
    p.route({ip(10, 0, 0, 0), 8}, 1, ip(20, 0, 0, 2), 0);
    CHECK(text(eval::route_from_here(p.appliance, ip(10, 0, 0, 7))) == "1/20.2"); // stated routes first
    CHECK(text(eval::route_from_here(sample::Policy("none").appliance, ip(1, 2, 3, 4))) == "no_route");
}

TEST_CASE("nothing is forwarded without a Gateway, or by an Iface that no route names") {
    sample::Policy p("closed");
    p.iface("outside", sample::config(sample::outside_address, 16));
    p.iface("inside", sample::config(sample::inside_address, 24));
    const Bytes frame = ipv4({}, 99, {}, outside_mac);
    CHECK(dropped_by(Bench(p.appliance).outside(frame), Reason::no_forwarding));
    p.route({ip(192, 168, 0, 0), 24}, sample::inside);
    CHECK(dropped_by(Bench(p.appliance).outside(frame), Reason::no_forwarding));
    p.route({ip(10, 55, 0, 0), 16}, sample::outside);
    CHECK(sent(Bench(p.appliance).outside(frame)));
}

TEST_CASE("an address of another of our Ifaces is reached through the Gateway") {
    Bench bench(sample::router().appliance);
    const Ends ends{ip(10, 55, 1, 1), sample::inside_address};
    const auto result = bench.outside(ipv4(ends, eval::icmp, icmp(8, 1), outside_mac));
    CHECK(result.fate == eval::Fate::delivered);
    REQUIRE(result.out.size() == 1);
    CHECK(result.out[0].nic == 0);
    CHECK(eval::get32(result.out[0].bytes, 26) == sample::inside_address);
}
