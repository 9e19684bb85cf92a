// A message about a missing verdict may show a packet. It is put through the interpreter here: the function
// gets a last statement that says so when a packet comes as far as that.
#include "compiler/analysis/open_ends.hpp"
#include "compiler/sema/load.hpp"
#include "harness/runner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

const std::string head = "Iface eth0 { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, prerouting: f }\n"
                         "inside: 10.0.0.0/24\n"
                         "few: [1-9, 11-65535]\n"
                         "Filter::TCP web { if (tcp.dport in [80, 443]) { accept } }\n"
                         "Filter::IP odd { if (ip.ttl > 10) { if (ip.ttl < 20) { web } else { drop } } }\n";

std::string policy(const std::string& body, const std::string& rest) {
    return head + "Filter::IP f { " + body + " }\n" + rest;
}

/// The packet in a note of the one missing-verdict message, with what goes before it; empty when none is shown.
std::string packet_in(const sema::Loaded& loaded) {
    const std::string start = "a packet that gets none: `";
    for (const auto& diagnostic : loaded.diagnostics)
        for (const auto& note : diagnostic.notes)
            if (note.message.starts_with(start)) {
                const auto members = note.message.substr(start.size(), note.message.size() - start.size() - 1);
                return members.starts_with("{") ? "packet: " + members : members;
            }
    return {};
}

std::string packet_for(const std::string& body) {
    auto loaded = sema::load_text("p.nacl", policy(body, ""));
    INFO(body);
    REQUIRE(loaded.open_ended);
    analysis::show_open_ends(*loaded.open_ended, loaded.sources, loaded.diagnostics);
    CHECK(std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                      [](const auto& d) { return d.kind == syntax::Kind::missing_verdict; }));
    return packet_in(loaded);
}

} // namespace

TEST_CASE("the packet without a verdict gets through the function") {
    for (const std::string body : {
             "log(\"x\")",
             "if (ip.ttl == 64) { drop }",
             "if (not ip.ttl == 3) { drop }",
             "if (ip.ttl > 3 and ip.ttl < 200) { accept } else { if (ip.ttl == 1) { drop } }",
             "Filter::TCP { accept }",
             "Filter::TCP { drop } Filter::UDP { drop }",
             "Filter::TCP { drop } Filter::UDP { drop } Filter::ICMP { drop }",
             "if (ip.protocol in [udp, icmp, 47]) { drop } Filter::TCP { if (tcp.dport in few) { accept } }",
             "if (ip.protocol != icmp) { drop } Filter::ICMP { if (icmp.type == echo-request) { accept } }",
             "if (ip.saddr in inside) { if (ip.daddr == 10.0.0.1) { drop } else { accept } }",
             "if (not ip.saddr in [203.0.112.0/24, 12.0.0.7]) { drop }",
             "if (not ip.daddr in 12.0.0.0-12.0.0.255) { drop }",
             "if (ip.protocol != tcp) { drop } Filter::TCP { if (syn in tcp.flags) { drop } }",
             "if (ip.protocol != tcp) { drop } Filter::TCP { if (not tcp.flags == [ack, fin]) { drop } }",
             "if (ip.protocol != tcp) { drop } Filter::TCP { if (tcp.sport != 7 or tcp.dport != 10) { drop } "
             "}",
             "if (ip.protocol != udp) { drop } Filter::UDP { if (udp.length > 8) { drop } }",
             "if (ct.state == established) { accept }",
             "if (ct.state == established) { log(\"x\") } else { drop }",
             "if (ct.state == related or iface.in == eth0) { if (ct.state in [new, established]) { drop } } else { drop }",
             "if (ip.checksum > 5) { log(\"x\") } else { drop }",
             "if (ip.options) { drop } if (ip.hdrlength != 20) { drop }",
             "if (ip.dscp != 46 or ip.ecn == 0 or ip.id < 500) { drop }",
             "odd if (ip.ttl < 11) { drop }",
             "web odd Filter::IP { if (ip.ttl < 9 or ip.ttl > 20) { accept } }",
             "Filter::TCP { if (tcp.sequence <= 70000 and tcp.ackseq < 9) { drop } if (tcp.window > 4) { "
             "drop } } "
             "if (ip.protocol != tcp) { drop }",
         }) {
        INFO(body);
        const auto packet = packet_for(body);
        REQUIRE(!packet.empty());
        INFO(packet);
        const auto test = "Test t { chain: eth0.prerouting, " + packet +
                          ", expect: drop, log: [\"it fell through\"] }\n";
        const auto loaded = sema::load_text("p.nacl", policy(body + " log(\"it fell through\") drop", test));
        REQUIRE(loaded.appliance);
        // What the bodies log themselves is not asked about.
        auto appliance = *loaded.appliance;
        if (body.find("log") != body.npos)
            std::get<model::SendStep>(appliance.tests[0].steps[0].is).log = {{"x", "it fell through"}};
        const auto report = harness::run_tests(appliance, harness::interp_backend(appliance));
        for (const auto& failure : report.failures) FAIL_CHECK(failure.text);
        CHECK(report.passed() == 1);
    }
}

TEST_CASE("the way to an open end begins in its own function, whatever stands on the chain before") {
    auto loaded = sema::load_text("p.nacl", "Iface eth0 { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, prerouting: [n, f] }\n"
                                            "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.7) } }\n"
                                            "Filter::IP f { if (ip.ttl < 9) { drop } }\n");
    REQUIRE(loaded.open_ended);
    analysis::show_open_ends(*loaded.open_ended, loaded.sources, loaded.diagnostics);
    CHECK_FALSE(packet_in(loaded).empty());
    for (const auto& diagnostic : loaded.diagnostics)
        for (const auto& note : diagnostic.notes) CHECK(note.span.begin.line != 2); // nothing of the Nat's
}

TEST_CASE("no packet is shown where none is known to get through") {
    for (const std::string body : {
             "if (ip.ttl < 5) { drop } if (ip.ttl > 4) { drop }",         // nobody does
             "if (ip.saddr in 127.0.0.0/8) { log(\"x\") } else { drop }", // no host has it
             "if (ip.length < 20) { log(\"x\") } else { drop }",
             "if (ip.saddr == ip.daddr) { log(\"x\") } else { drop }",       // validate drops it
             "if (iface.in != eth0) { log(\"x\") } else { drop }",          // they come in there
         })
        CHECK(packet_for(body) == "");
}

TEST_CASE("the search for a packet ends, however the functions branch and call each other") {
    std::string functions;
    for (int i = 0; i < 60; ++i) {
        const auto next = i + 1 < 60 ? "f" + std::to_string(i + 1) : std::string("log(\"x\")");
        functions += "Filter::IP f" + std::to_string(i) + " { if (ip.id == " + std::to_string(i) + ") { " +
                     next + " } else { " + next + " } " + next + " }\n";
    }
    CHECK_NOTHROW(sema::load_text("p.nacl", policy("f0 if (ip.ttl < 3 or ip.ttl > 2) { drop }", functions)));
}
