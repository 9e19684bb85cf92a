// One Iface that masquerades, with hosts behind its own address: every translation goes in and out of one NIC.
#include "tests/runtime/nat.hpp"

#include "runtime/generated.hpp"

namespace {
using namespace runtime;

/// What is for the appliance goes to one of three hosts, by its destination port; the fourth is the appliance's.
Verdict share(Appliance&, const Packet& packet) {
    if (field::ip_daddr(packet) != test_nat::address || (!is_udp(packet) && !is_tcp(packet))) return {};
    const auto port = field::udp_dport(packet);
    return port % 4 == 3 ? Verdict{} : Verdict{port % 4};
}

/// A second Nat, which sees what the first one decided.
Verdict move_on(Appliance&, const Packet& packet) {
    return field::ip_daddr(packet) == test_nat::hosts[2] && is_udp(packet) ? Verdict{3} : Verdict{};
}

Verdict look(Appliance&, const Packet& packet) {
    test_nat::seen().push_back(field::ip_daddr(packet));
    return {4};
}

constexpr std::array<NicSelector, 2> nic_selectors = {{{"left", false, 0, {}}, {"right", false, 1, {}}}};
constexpr std::array<Function, 4> left_prerouting = {{{share, true}, {look}, {move_on, true}, {look}}};
constexpr std::array<Iface, 2> ifaces = {{
    {.name = "left", .nic = 0, .forwards = true, .masquerade = true,
     .ipv4 = {.configured = true, .address = test_nat::address, .netmask = 0xffffff00, .broadcast = 0x0a0000ff}, .prerouting = left_prerouting},
    {.name = "right", .nic = 1, .forwards = true,
     .ipv4 = {.configured = true, .address = 0x0a000101, .netmask = 0xffffff00, .broadcast = 0x0a0001ff}},
}};
constinit std::array<Route, 2> routes = {{{0x0a000000, 0xffffff00, 0, 0}, {0x0a000100, 0xffffff00, 1, 0}}};
constexpr std::array<Stage, 13> stages = {
    stage::receive, stage::validate, stage::reassemble, stage::track, stage::prerouting, stage::local,      stage::route,
    stage::forward, stage::arrive,   stage::deliver,    stage::postrouting, stage::confirm, stage::transmit};
constexpr std::array<Statement, 5> statements = {{{.action = Action::dnat, .address = test_nat::hosts[0]},
                                                  {.action = Action::dnat, .address = test_nat::hosts[1], .port = 1},
                                                  {.action = Action::dnat, .address = test_nat::hosts[2]},
                                                  {.action = Action::dnat, .address = test_nat::hosts[0], .port = 2},
                                                  {.action = Action::accept}}};
constinit std::array<Ipv4Address, 1> outside_addresses = {test_nat::address};
constexpr Time second_ns = 1'000'000'000;
constexpr std::size_t flow_count = 32;

std::array<std::uint64_t, 5> hits;
std::array<Packet, 512> packets;
std::array<Flow, flow_count> flows;
std::array<FlowTable::Link, 64> flow_buckets;
std::array<Mapping, flow_count> mappings;
std::array<MappingTable::Link, 32> mapping_buckets;
std::array<PortPool, 1> port_pools;
std::array<std::uint32_t, 2 * (flow_count + 1)> decisions;
std::array<Datagram, reassembly::datagrams_max> datagrams;
std::array<Neighbour, 16> neighbours;

} // namespace

constinit const runtime::Policy runtime::linked_policy{
    .name = "nat",
    .hash = "0",
    .compiler = "none",
    .nics = nic_selectors,
    .ifaces = ifaces,
    .routes = routes,
    .own_routes = routes,
    .forward = {},
    .send_time_exceeded = true,
    .drop_invalid = true,
    .timeouts = {3 * second_ns, 4 * second_ns, 7 * second_ns, 3 * second_ns, 5 * second_ns, 2 * second_ns, 4 * second_ns},
    .stages = stages,
    .parts = {.reassembly = &part::reassembly,
              .tracking = &part::tracking,
              .translation = &part::translation},
    .statements = statements,
    .outside_addresses = outside_addresses,
    .hits = hits,
    .packets = packets,
    .flows = flows,
    .flow_buckets = flow_buckets,
    .mappings = mappings,
    .mapping_buckets = mapping_buckets,
    .port_pools = port_pools,
    .decisions = decisions,
    .datagrams = datagrams,
    .neighbours = neighbours,
};
