// A router without any chain: two Ifaces, their networks connected, one NIC each.
#include "runtime/generated.hpp"

namespace {
using namespace runtime;

constexpr std::array<NicSelector, 2> nic_selectors = {{{"left", false, 0, {}}, {"right", false, 1, {}}}};

constexpr std::array<Iface, 2> ifaces = {{
    {.name = "left", .nic = 0, .forwards = true,
     .ipv4 = {.configured = true, .address = 0x0a000001, .netmask = 0xffffff00, .broadcast = 0x0a0000ff}},
    {.name = "right", .nic = 1, .forwards = true,
     .ipv4 = {.configured = true, .address = 0x0a000101, .netmask = 0xffffff00, .broadcast = 0x0a0001ff}},
}};
constinit std::array<Route, 2> routes = {{{0x0a000000, 0xffffff00, 0, 0}, {0x0a000100, 0xffffff00, 1, 0}}};
constexpr std::array<Stage, 7> stages = {{stage::receive, stage::validate, stage::local, stage::route,
                                          stage::arrive, stage::deliver, stage::transmit}};
std::array<Packet, 128> packets;
std::array<Neighbour, 16> neighbours;

} // namespace

constinit const runtime::Policy runtime::linked_policy{
    .name = "router",
    .hash = "0",
    .compiler = "none",
    .nics = nic_selectors,
    .ifaces = ifaces,
    .routes = routes,
    .own_routes = routes,
    .forward = {},
    .send_time_exceeded = true,
    .drop_invalid = true,
    .timeouts = {},
    .stages = stages,
    .statements = {},
    .hits = {},
    .packets = packets,
    .flows = {},
    .flow_buckets = {},
    .datagrams = {},
    .neighbours = neighbours,
};
