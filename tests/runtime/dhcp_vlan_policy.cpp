// Three Ifaces on one NIC: without tag and in VLAN 8 with fixed addresses, and in VLAN 7 a leased one.
#include "runtime/generated.hpp"

namespace {
using namespace runtime;

constexpr std::array<NicSelector, 2> nic_selectors = {{{"plain", false, 0, {}}, {"right", false, 1, {}}}};

constexpr std::array<Iface, 4> ifaces = {{
    {.name = "plain",
     .nic = 0,
     .ipv4 = {.configured = true, .address = 0x0a000501, .netmask = 0xffffff00, .broadcast = 0x0a0005ff}},
    {.name = "uplink", .nic = 0, .vlan = 7, .leases = true},
    {.name = "eight",
     .nic = 0,
     .vlan = 8,
     .ipv4 = {.configured = true, .address = 0x0a000801, .netmask = 0xffffff00, .broadcast = 0x0a0008ff}},
    {.name = "right",
     .nic = 1,
     .ipv4 = {.configured = true, .address = 0x0a000101, .netmask = 0xffffff00, .broadcast = 0x0a0001ff}},
}};
constinit std::array<Route, 0> routes = {};
constinit std::array<Route, 5> own_routes = {{{0x0a000500, 0xffffff00, 0, 0, Route::Is::stated, 0, 0},
                                              {0x0a000800, 0xffffff00, 2, 0, Route::Is::stated, 0, 1},
                                              {0x0a000100, 0xffffff00, 3, 0, Route::Is::stated, 0, 2},
                                              {0, 0, 1, 0, Route::Is::connected, 0, 3},
                                              {0, 0, 1, 0, Route::Is::gateway, 0, 4}}};
constexpr std::array<Stage, 7> stages = {{stage::receive, stage::validate, stage::local, stage::route,
                                          stage::arrive, stage::deliver, stage::transmit}};
std::array<Packet, 128> packets;
std::array<dhcp::Client, 1> dhcp_clients;
std::array<Neighbour, 16> neighbours;

} // namespace

constinit const runtime::Policy runtime::linked_policy{
    .name = "trunk",
    .hash = "0",
    .compiler = "none",
    .nics = nic_selectors,
    .ifaces = ifaces,
    .routes = routes,
    .own_routes = own_routes,
    .forward = {},
    .timeouts = {},
    .stages = stages,
    .parts = {.leasing = &part::leasing},
    .statements = {},
    .hits = {},
    .packets = packets,
    .flows = {},
    .flow_buckets = {},
    .dhcp_clients = dhcp_clients,
    .datagrams = {},
    .neighbours = neighbours,
};
