// A router on two trunks: on NIC 0 a plain network and VLANs 10 and 20, on NIC 1 only VLAN 10, which is
// another network. Two next hops have the same address, in two VLANs.
#include "runtime/generated.hpp"

namespace {
using namespace runtime;

constexpr std::array<NicSelector, 2> nic_selectors = {{{"plain", false, 0, {}}, {"far", false, 1, {}}}};

constexpr std::array<Iface, 4> ifaces = {{
    {.name = "plain",
     .nic = 0,
     .forwards = true,
     .ipv4 = {.configured = true,
     .address = 0x0a000001,
     .netmask = 0xffffff00,
     .broadcast = 0x0a0000ff}},
    {.name = "ten",
     .nic = 0,
     .vlan = 10,
     .forwards = true,
     .ipv4 = {.configured = true,
     .address = 0x0a000a01,
     .netmask = 0xffffff00,
     .broadcast = 0x0a000aff}},
    {.name = "twenty",
     .nic = 0,
     .vlan = 20,
     .forwards = true,
     .ipv4 = {.configured = true,
     .address = 0x0a001401,
     .netmask = 0xffffff00,
     .broadcast = 0x0a0014ff}},
    {.name = "far",
     .nic = 1,
     .vlan = 10,
     .forwards = true,
     .ipv4 = {.configured = true,
     .address = 0x0a010a01,
     .netmask = 0xffffff00,
     .broadcast = 0x0a010aff}},
}};
constinit std::array<Route, 6> routes = {{
    {0x0a000000, 0xffffff00, 0, 0},
    {0x0a000a00, 0xffffff00, 1, 0},
    {0x0a001400, 0xffffff00, 2, 0},
    {0x0a010a00, 0xffffff00, 3, 0},
    {0x0a070000, 0xffff0000, 1, 0x0a000a09}, // 10.7/16 by 10.0.10.9 in VLAN 10
    {0x0a080000, 0xffff0000, 2, 0x0a000a09}, // 10.8/16 by 10.0.10.9 in VLAN 20
}};
constexpr std::array<Stage, 7> stages = {{stage::receive, stage::validate, stage::local, stage::route,
                                          stage::arrive, stage::deliver, stage::transmit}};
std::array<Packet, 128> packets;
std::array<Neighbour, 64> neighbours;

} // namespace

constinit const runtime::Policy runtime::linked_policy{
    .name = "trunks",
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
