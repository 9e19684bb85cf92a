// A router with every stage: a function on forward, and one on the left Iface's output.
#include "tests/runtime/firewall.hpp"

#include "runtime/generated.hpp"

namespace test_firewall {

Behaviour& behaviour() {
    static Behaviour the_behaviour;
    return the_behaviour;
}

} // namespace test_firewall

namespace {
using namespace runtime;

test_firewall::Seen seen(const Packet& packet) {
    return {field::ip_length(packet), field::ip_frag_off(packet), field::ip_ttl(packet), packet.state,
            is_udp(packet) ? field::udp_dport(packet) : 0};
}

Verdict forward_function(Appliance&, const Packet& packet) {
    auto& behaviour = test_firewall::behaviour();
    behaviour.seen_by_forward.push_back(seen(packet));
    return {behaviour.forward};
}

Verdict output_function(Appliance&, const Packet& packet) {
    auto& behaviour = test_firewall::behaviour();
    behaviour.seen_by_output.push_back(seen(packet));
    return {behaviour.output};
}

constexpr std::array<NicSelector, 2> nic_selectors = {{{"left", false, 0, {}}, {"right", false, 1, {}}}};
constexpr std::array<Function, 1> forward_chain = {forward_function};
constexpr std::array<Function, 1> left_output = {output_function};

constexpr std::array<Iface, 2> ifaces = {{
    {.name = "left", .nic = 0, .forwards = true,
     .ipv4 = {.configured = true, .address = 0x0a000001, .netmask = 0xffffff00, .broadcast = 0x0a0000ff}, .output = left_output},
    {.name = "right", .nic = 1, .forwards = true,
     .ipv4 = {.configured = true, .address = 0x0a000101, .netmask = 0xffffff00, .broadcast = 0x0a0001ff}},
}};
constinit std::array<Route, 2> routes = {{{0x0a000000, 0xffffff00, 0, 0}, {0x0a000100, 0xffffff00, 1, 0}}};
constexpr std::array<Stage, 15> stages = {
    stage::receive, stage::validate, stage::reassemble, stage::track,  stage::prerouting,
    stage::local,   stage::route,    stage::forward,    stage::arrive, stage::input,
    stage::deliver, stage::output,   stage::postrouting, stage::confirm, stage::transmit};
constexpr std::array<Statement, 3> statements = {{{.action = Action::accept, .file = "firewall.nacl", .line = 1},
                                                  {.action = Action::drop, .file = "firewall.nacl", .line = 2},
                                                  {.action = Action::reject, .file = "firewall.nacl", .line = 3}}};
constexpr Time second_ns = 1'000'000'000;

std::array<std::uint64_t, 3> hits;
std::array<Packet, 512> packets;
std::array<Flow, 64> flows;
std::array<FlowTable::Link, 128> flow_buckets;
#ifdef FOLLOWS_TCP // in a program of its own: see CMakeLists.txt
std::array<Connection, flows.size()> connections;
constexpr const Following* following = &part::following;
#else
std::array<Connection, 0> connections;
constexpr const Following* following = nullptr;
#endif
std::array<Datagram, reassembly::datagrams_max> datagrams;
std::array<Neighbour, 16> neighbours;

} // namespace

constinit const runtime::Policy runtime::linked_policy{
    .name = "firewall",
    .hash = "0",
    .compiler = "none",
    .nics = nic_selectors,
    .ifaces = ifaces,
    .routes = routes,
    .own_routes = routes,
    .forward = forward_chain,
    .send_time_exceeded = true,
    .drop_invalid = true,
    .timeouts = {10 * second_ns, 240 * second_ns, 7440 * second_ns, 120 * second_ns, 300 * second_ns,
                 60 * second_ns, 60 * second_ns, 4 * second_ns, 3 * second_ns, 5 * second_ns, 2 * second_ns,
                 3 * second_ns, 1 * second_ns},
    .stages = stages,
    .parts = {.reassembly = &part::reassembly, .tracking = &part::tracking, .following = following},
    .statements = statements,
    .hits = hits,
    .packets = packets,
    .flows = flows,
    .flow_buckets = flow_buckets,
    .connections = connections,
    .datagrams = datagrams,
    .neighbours = neighbours,
};
