// Clients and servers in one network, small limits, and not one function.
#include "runtime/generated.hpp"

namespace {
using namespace runtime;

constexpr std::array<NicSelector, 2> nic_selectors = {{{"left", false, 0, {}}, {"right", false, 1, {}}}};
constexpr std::array<Iface, 2> ifaces = {{
    {.name = "left", .nic = 0, .has_pool = true, .ipv4 = {.configured = true, .address = 0x0a000001, .netmask = 0xffffff00,
     .broadcast = 0x0a0000ff, .pool = 0}},
    {.name = "right", .nic = 1, .ipv4 = {.configured = true, .address = 0x0a000101, .netmask = 0xffffff00,
     .broadcast = 0x0a0001ff}},
}};
constinit std::array<Route, 2> routes = {{{0x0a000000, 0xffffff00, 0, 0}, {0x0a000100, 0xffffff00, 1, 0}}};
constexpr std::array<Stage, 13> stages = {
    stage::receive, stage::validate,    stage::reassemble, stage::track,   stage::prerouting, stage::local,
    stage::route,   stage::arrive,      stage::balance,    stage::deliver, stage::postrouting, stage::confirm,
    stage::transmit};
constexpr std::array<Server, 3> pool = {{{0x0a00000a, 8080}, {0x0a00000b, 8080}, {0x0a00000b, 8081}}};
constinit std::array<Ipv4Address, 1> outside_addresses = {0x0a000001};
constexpr std::array<void (*)(Appliance&), 1> data = {timer_data::lb};
constexpr Time second_ns = 1'000'000'000;
constexpr std::array<Timer, 1> timers = {{{"state", 10 * second_ns, data}}};
constexpr std::size_t flow_count = 24;

std::array<Packet, 512> packets;
std::array<Flow, flow_count> flows;
std::array<FlowTable::Link, 64> flow_buckets;
std::array<Time, 1> timers_due;
std::array<Mapping, flow_count> mappings;
std::array<MappingTable::Link, 32> mapping_buckets;
std::array<PortPool, 1> port_pools;
std::array<ServerState, 3> servers;
std::array<ServerPool::Number, flow_count + 1> server_of_flow;
std::array<Datagram, reassembly::datagrams_max> datagrams;
std::array<Neighbour, 16> neighbours;

} // namespace

constinit const runtime::Policy runtime::linked_policy{
    .name = "balance",
    .hash = "0",
    .compiler = "none",
    .nics = nic_selectors,
    .ifaces = ifaces,
    .routes = {},
    .own_routes = routes,
    .forward = {},
    .timeouts = {10 * second_ns, 12 * second_ns, 15 * second_ns, second_ns, second_ns, second_ns, second_ns},
    .balancer =
        {.clients = 0, .port = 80, .session_limit = 9, .wait_queue_limit = 7, .servers = 0, .pool = pool},
    .stages = stages,
    .parts = {.reassembly = &part::reassembly,
              .tracking = &part::tracking,
              .translation = &part::translation,
              .balancing = &part::balancing,
              .timers = &part::timers},
    .statements = {},
    .timers = timers,
    .outside_addresses = outside_addresses,
    .hits = {},
    .packets = packets,
    .flows = flows,
    .flow_buckets = flow_buckets,
    .timers_due = timers_due,
    .mappings = mappings,
    .mapping_buckets = mapping_buckets,
    .port_pools = port_pools,
    .servers = servers,
    .server_of_flow = server_of_flow,
    .datagrams = datagrams,
    .neighbours = neighbours,
};
