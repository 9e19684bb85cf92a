// Policies of tests: two Ifaces with a Gateway between them, and what the test adds.
#pragma once
#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

inline const std::string two_ifaces =
    "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0 }\n"
    "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
    "Gateway gw { connected: [wan, lan], default: { net: 0.0.0.0, netmask: 0.0.0.0, iface: wan, nexthop: "
    "203.0.113.2 }, "
    "forward: middle }\nFilter::IP middle { if (ct.state == new and iface.in == wan) { drop } accept }\n";

inline model::Appliance policy(const std::string& text) {
    const auto loaded = sema::load_text("test.nacl", two_ifaces + text);
    for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    return *loaded.appliance;
}
