// The interpreter and what the compiler makes must agree: on the host over many histories, in the image over
// some.
#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "harness/differential.hpp"
#include "harness/packets.hpp"
#include "tests/eval/sample.hpp"

#include <catch2/catch.hpp>

namespace {

using model::Field;
using sample::ip;

/// Compiles the policy; the product goes with the workshop.
std::filesystem::path build(const model::Appliance& appliance, codegen::Product product,
                            const codegen::Workshop& workshop) {
    const auto kit = codegen::find_kit();
    REQUIRE(kit);
    const auto path = workshop.path() / "product";
    REQUIRE(codegen::build(*kit, codegen::cpp_for_tests(appliance), product, path) == "");
    return path;
}

void compare_on_host(const model::Appliance& policy, std::size_t reasons_min) {
    const codegen::Workshop workshop;
    const auto product = build(policy, codegen::Product::host, workshop);
    const auto report = harness::differential(policy, harness::interp_backend(policy),
                                              harness::host_backend(policy, product), {.histories = 10'000});
    CHECK(report.disagreement.value_or("") == "");
    CHECK(harness::shortfall(policy, report, reasons_min).value_or("") == "");
}

void compare_in_image(const model::Appliance& policy, std::size_t histories) {
    const codegen::Workshop workshop;
    const auto image = build(policy, codegen::Product::test_image, workshop);
    const auto report = harness::differential(policy, harness::interp_backend(policy),
                                              harness::qemu_backend(policy, {.machine = {.image = image}}),
                                              {.histories = histories});
    CHECK(report.disagreement.value_or("") == "");
    CHECK(report.reasons.size() >= 8);
}

/// All that the bastion has, and few flows; it looks at invalid packets itself.
model::Appliance crowded() {
    auto policy = sample::bastion().appliance;
    policy.conntrack.limit = 3;
    policy.conntrack.drop_invalid = false;
    return policy;
}

/// Routes of all kinds, an Iface without address, another without network, and reject everywhere.
model::Appliance crossroads() {
    sample::Policy p("crossroads");
    const auto a = p.iface("a", sample::config(ip(10, 1, 0, 1), 16, ip(10, 1, 255, 254)));
    const auto b = p.iface("b", sample::config(ip(10, 2, 0, 1), 31));
    const auto c = p.iface("c");
    const auto d = p.iface("d", sample::config(ip(10, 4, 0, 129), 25));
    p.route({ip(10, 1, 0, 0), 16}, a);
    p.route({ip(10, 2, 0, 0), 31}, b);
    p.route({ip(10, 1, 128, 0), 17}, b, ip(10, 2, 0, 0), 7);
    p.route({ip(10, 1, 128, 0), 17}, a, ip(10, 1, 0, 9), 3);
    p.route({ip(10, 3, 0, 0), 16}, c);
    p.route({ip(10, 5, 0, 0), 16}, c, ip(10, 5, 0, 1));
    p.route({ip(10, 6, 0, 0), 16}, d);
    p.route({ip(10, 7, 0, 0), 16}, a);
    p.appliance.gateway->send_time_exceeded = false;
    const auto strange = p.filter(
        "strange",
        {p.when(p.is(Field::ip_options, {{1, 1}}), {p.reject()}),
         p.when({model::Compare{Field::ip_saddr, model::Relation::less, Field::ip_daddr}, {}},
                {p.log({"up ", Field::ip_ttl, " ", Field::ip_options})}),
         p.in(model::Layer::tcp,
              {p.when({model::Compare{Field::tcp_sport, model::Relation::equal, Field::tcp_dport}, {}},
                      {p.reject()})}),
         p.in(model::Layer::udp, {p.when(p.is(Field::udp_length, {{0, 12}}), {p.reject()})}),
         // An echo reply of our own: rejected, and never answered.
         p.in(model::Layer::icmp,
              {p.when({model::All{{p.equals(Field::icmp_type, 0), p.is(Field::ip_length, {{0, 28}})}}, {}},
                      {p.reject()})}),
         p.accept()});
    for (const auto iface : {a, b, d})
        for (const auto hook : {model::Hook::input, model::Hook::output, model::Hook::postrouting})
            p.put(iface, hook, {strange});
    p.appliance.conntrack.limit = 16;
    return p.appliance;
}

/// A router that translates both ways, with a table in which ports run into each other.
model::Appliance translator() {
    auto p = sample::router();
    p.appliance.name = "translator";
    p.appliance.files = {"translator.nacl"};
    p.appliance.ifaces[sample::outside].masquerade = true;
    const auto forward = p.nat("forward", {p.when(p.equals(Field::tcp_dport, 8080), {p.dnat(sample::server, 80)}),
                                           p.when(p.equals(Field::tcp_dport, 22), {p.dnat({}, 8080)})},
                               model::Layer::tcp);
    const auto again = p.nat("again", {p.when(p.equals(Field::ip_daddr, sample::server), {p.dnat(ip(192, 168, 0, 11))})});
    const auto look = p.filter("look", {p.log({Field::ip_daddr, " ", Field::ct_state}), p.accept()});
    p.put(sample::outside, model::Hook::prerouting, {forward, look, again, look});
    p.put(sample::inside, model::Hook::postrouting, {p.nat("back", {p.snat(sample::inside_address)}), look});
    p.appliance.conntrack.limit = 8;
    return p.appliance;
}

/// Followed connections, which are translated besides.
model::Appliance follower() {
    auto policy = translator();
    policy.conntrack.stateful_tcp = true;
    policy.conntrack.tcp.syn_sent = 20;
    return policy;
}

/// Two trunks, each with a plain network and a VLAN of the same number.
model::Appliance trunks() {
    sample::Policy p("trunks");
    const auto at = [&](std::string name, unsigned network, unsigned nic, std::optional<std::uint16_t> vlan) {
        const auto id = p.iface(std::move(name), sample::config(ip(10, network, 0, 1), 16));
        p.appliance.ifaces[id].nic = nic;
        p.appliance.ifaces[id].vlan = vlan;
        return id;
    };
    at("a", 1, 0, {});
    const auto a10 = at("a10", 2, 0, 10);
    at("b", 3, 1, {});
    const auto b10 = at("b10", 4, 1, 10);
    at("b20", 5, 1, 20);
    p.connect();
    p.route({ip(10, 8, 0, 0), 16}, a10, ip(10, 2, 0, 9));
    p.route({ip(10, 9, 0, 0), 16}, b10, ip(10, 2, 0, 9)); // the same neighbour, in another VLAN
    const auto look = p.filter("look", {p.log({"VLAN ", Field::vlan_id}),
                                        p.when(p.equals(Field::vlan_id, 20), {p.reject()}), p.accept()});
    p.appliance.gateway->forward = {look};
    return p.appliance;
}

/// Says more than a second lets out, with every severity and without.
model::Appliance chatty() {
    auto p = sample::router();
    std::vector<model::Step> steps;
    for (std::uint8_t i = 0; i < 180; ++i) {
        steps.push_back(p.log({Field::ip_saddr, " to ", Field::ip_daddr}));
        if (i % 9 < 8) std::get<model::Log>(steps.back().is).severity = static_cast<std::uint8_t>(i % 9);
    }
    steps.push_back(p.accept());
    p.put(sample::inside, model::Hook::prerouting, {p.filter("loud", std::move(steps))});
    return p.appliance;
}

/// What becomes of a datagram in three fragments on its way to a NIC whose queue holds two packets.
harness::Outcome squeezed(const harness::Backend& backend) {
    const model::PacketSpec spec{
        .fields = {{Field::ip_saddr, ip(10, 55, 1, 1)}, {Field::ip_daddr, sample::server}},
        .transport = model::Layer::icmp,
        .payload = std::string(3000 - 8, 'x')};
    const auto whole = harness::craft(spec, harness::wire_of(sample::bastion().appliance, sample::outside));
    harness::Outcome last;
    for (const unsigned i : {0u, 1u, 2u}) {
        constexpr std::ptrdiff_t head = 34, piece = 1000;
        eval::Bytes frame(whole.begin(), whole.begin() + head);
        const auto from = whole.begin() + head + i * piece;
        frame.insert(frame.end(), from, from + piece);
        eval::put16(frame, 16, 20 + piece);
        eval::put16(frame, 20, static_cast<std::uint16_t>(i * piece / 8 | (i < 2 ? 0x2000 : 0)));
        harness::fix_ip_checksum(frame);
        last = backend.receive(0, frame);
    }
    CHECK(backend.balanced());
    return last;
}

/// So few flows that its limits are met.
model::Appliance balancer() {
    auto p = sample::balanced();
    p.appliance.load_balancer->session_limit = 6;
    p.appliance.load_balancer->wait_queue_limit = 4;
    p.appliance.conntrack.established.tcp = 20;
    return p.appliance;
}

/// One whose outside leases its address.
model::Appliance leasing() {
    auto policy = translator();
    policy.name = "leasing";
    policy.files = {"leasing.nacl"};
    policy.ifaces[sample::outside].config = model::IfaceConfig::dhcp_with_fallback;
    return policy;
}

/// A DHCP server's answer to the station with that address, from 0.0.0.0.
eval::Bytes dhcp_answer(const model::Appliance& policy, const model::Mac& hardware, model::Ipv4Address to) {
    std::string message(240, '\0');
    message[0] = 2;
    message[1] = 1;
    message[2] = 6;
    std::ranges::copy(hardware, message.begin() + 28);
    using enum model::Field;
    return harness::craft({.fields = {{ip_saddr, 0}, {ip_daddr, to}, {udp_sport, 67}, {udp_dport, 68}},
                           .transport = model::Layer::udp,
                           .payload = message},
                          harness::wire_of(policy, sample::outside));
}

} // namespace

TEST_CASE("what a DHCP server answers skips everything, and nothing else does") {
    const auto policy = leasing();
    const codegen::Workshop workshop;
    const auto host = harness::host_backend(policy, build(policy, codegen::Product::host, workshop));
    const auto interp = harness::interp_backend(policy);
    const auto ours = harness::nic_macs(policy).at(sample::outside);
    const auto fate_of = [&](model::IfaceId iface, const eval::Bytes& frame) {
        const auto nic = model::nic_of(policy, iface);
        const auto from_host = host.receive(nic, frame), from_interp = interp.receive(nic, frame);
        CHECK(harness::same(from_host, from_interp));
        CHECK(from_host.out.empty());
        return from_host.fate;
    };
    for (const auto to : {ip(255, 255, 255, 255), ip(10, 99, 0, 1), sample::outside_address}) {
        const auto frame = dhcp_answer(policy, ours, to);
        CHECK(fate_of(sample::outside, frame) == harness::Fate::delivered);
        CHECK(fate_of(sample::outside, dhcp_answer(policy, {2, 0, 0, 0, 0, 1}, to)) == harness::Fate::dropped);
        auto damaged = frame;
        damaged.back() ^= 1;
        CHECK(fate_of(sample::outside, damaged) == harness::Fate::dropped);
        auto short_one = frame;
        short_one.pop_back();
        CHECK(fate_of(sample::outside, short_one) == harness::Fate::dropped);
        auto for_inside = dhcp_answer(policy, harness::nic_macs(policy).at(sample::inside), to);
        std::ranges::copy(harness::nic_macs(policy).at(sample::inside), for_inside.begin());
        CHECK(fate_of(sample::inside, for_inside) == harness::Fate::dropped); // its address is fixed
    }
    CHECK(host.balanced());
    CHECK(interp.balanced());
}

TEST_CASE("a router that leases its address in the image") { compare_in_image(leasing(), 100); }

TEST_CASE("a router") { compare_on_host(sample::router().appliance, 15); }
TEST_CASE("a bastion") { compare_on_host(sample::bastion().appliance, 18); }
TEST_CASE("a small flow table, and invalid packets let in") { compare_on_host(crowded(), 18); }
TEST_CASE("many routes") { compare_on_host(crossroads(), 18); }

TEST_CASE("a translating router") { compare_on_host(translator(), 15); }

TEST_CASE("a translating router that follows TCP") { compare_on_host(follower(), 15); }

TEST_CASE("a translating router that follows TCP in the image") { compare_in_image(follower(), 60); }
TEST_CASE("more texts than a second lets out, in the image") { compare_in_image(chatty(), 60); }

TEST_CASE("VLANs on two trunks") { compare_on_host(trunks(), 15); }
TEST_CASE("VLANs on two trunks in the image") { compare_in_image(trunks(), 100); }

TEST_CASE("what finds the queue of a NIC full is dropped by name, on the host and in the image") {
    auto policy = sample::bastion().appliance;
    policy.ifaces[sample::inside].send_queue_limit = 2;
    policy.ifaces[sample::outside].buffer_limit = 1; // enough for what comes one by one
    const codegen::Workshop host, image;
    const auto on_host = harness::host_backend(policy, build(policy, codegen::Product::host, host));
    const auto in_image = harness::qemu_backend(
        policy, {.machine = {.image = build(policy, codegen::Product::test_image, image)}});
    for (const auto& backend : {on_host, in_image}) {
        CAPTURE(backend.name);
        backend.boot();
        for (int round = 0; round < 3; ++round) { // the queue is empty again each time
            const auto outcome = squeezed(backend);
            CHECK(outcome.out.size() == 2);
            CHECK(outcome.drops == std::vector{model::Reason::queue_full});
        }
    }
    const auto interp = harness::interp_backend(policy); // which has no queues
    interp.boot();
    CHECK(squeezed(interp).out.size() == 3);
}

TEST_CASE("a translating router in the image") { compare_in_image(translator(), 100); }
TEST_CASE("a load balancer in the image") { compare_in_image(balancer(), 300); }
TEST_CASE("a bastion in the image") { compare_in_image(sample::bastion().appliance, 40); }
