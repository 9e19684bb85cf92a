// Two Ifaces that lease their addresses: left has nothing without a lease, right falls back to 10.0.1.1/24.
#include "runtime/generated.hpp"

namespace {
using namespace runtime;

constexpr std::array<NicSelector, 2> nic_selectors = {{{"left", false, 0, {}}, {"right", false, 1, {}}}};

constexpr std::array<Iface, 2> ifaces = {{
    {.name = "left", .nic = 0, .forwards = true, .leases = true},
    {.name = "right",
     .nic = 1,
     .forwards = true,
     .leases = true,
     .ipv4 = {.configured = true, .address = 0x0a000101, .netmask = 0xffffff00, .broadcast = 0x0a0001ff}},
}};
constinit std::array<Route, 2> routes = {{{0, 0, 0, 0, Route::Is::connected, 1, 0},
                                          {0x0a000100, 0xffffff00, 1, 0, Route::Is::connected, 1, 1}}};
constinit std::array<Route, 4> own_routes = {{{0, 0, 0, 0, Route::Is::connected, 0, 0},
                                              {0x0a000100, 0xffffff00, 1, 0, Route::Is::connected, 0, 1},
                                              {0, 0, 0, 0, Route::Is::gateway, 0, 2},
                                              {0, 0, 1, 0, Route::Is::gateway, 0, 3}}};
constexpr std::array<Stage, 7> stages = {{stage::receive, stage::validate, stage::local, stage::route,
                                          stage::arrive, stage::deliver, stage::transmit}};
std::array<Packet, 128> packets;
std::array<dhcp::Client, 2> dhcp_clients;
std::array<Neighbour, 16> neighbours;

} // namespace

constinit const runtime::Policy runtime::linked_policy{
    .name = "leases",
    .hash = "0",
    .compiler = "none",
    .nics = nic_selectors,
    .ifaces = ifaces,
    .routes = routes,
    .own_routes = own_routes,
    .forward = {},
    .send_time_exceeded = true,
    .drop_invalid = true,
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
