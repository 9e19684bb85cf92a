// Asserts about whole paths whose answers are known: with translations, hidden sources, routes, VLANs,
// checked sources, replies, errors and lengths. A packet that breaks one is played in the interpreter.
#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/shown.hpp"
#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

namespace {

struct Net {
    std::string wan{}, lan{}, dmz = "index: 2"; ///< more members
    std::string route{};
};

std::string text_of(const Net& net, const std::string& functions) {
    return "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0" + net.wan +
           " }\nIface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0" + net.lan +
           " }\nIface dmz { " + net.dmz +
           ", address: 10.0.1.1, netmask: 255.255.255.0 }\nGateway gw { connected: [wan, lan, dmz], " +
           net.route +
           "default: { net: 0.0.0.0, netmask: 0.0.0.0, iface: wan, nexthop: 203.0.113.2 }, forward: f }\n" +
           functions;
}

enum class Is { proved, broken, shown }; ///< `shown`: broken, and a Test shows it

void expect(const std::string& policy, const std::string& about, const std::string& claim, Is wanted) {
    const auto text = policy + "Assert::IP a(" + about + ") { " + claim + " }\n";
    const auto loaded = sema::load_text("test.nacl", text);
    INFO(text);
    for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    const auto proof = analysis::prove(*loaded.appliance, loaded.appliance->asserts.front());
    CHECK(std::holds_alternative<analysis::Holds>(proof) == (wanted == Is::proved));
    const auto* broken = std::get_if<analysis::Broken>(&proof);
    CHECK((broken != nullptr) == (wanted != Is::proved));
    if (broken == nullptr || wanted != Is::shown) return;
    INFO(analysis::literal_of(broken->witness.packet));
    CHECK(analysis::test_that_shows(*loaded.appliance, analysis::way_of(loaded.appliance->asserts.front()),
                                    broken->witness));
}

} // namespace

TEST_CASE("what is known of replies, errors and directions is what is proved") {
    const auto usual = text_of({}, "Filter::IP f {\nif (ct.state in [established, related]) { accept }\n"
                                   "if (iface.in == lan) { accept }\ndrop\n}\n");
    expect(usual, "wan -> lan", "if (ct.state == new) { drop }", Is::proved);
    expect(usual, "wan -> lan", "drop", Is::shown);
    expect(usual, "lan -> wan", "accept", Is::proved);
    expect(usual, "lan -> dmz", "accept", Is::proved);
    expect(usual, "dmz -> lan", "accept", Is::shown);
    expect(usual, "dmz -> wan", "if (ip.protocol == 47) { accept }", Is::shown);
    const auto errors = text_of({}, "Filter::IP f { if (ct.state == related) { drop } accept }\n");
    expect(errors, "wan -> lan", "Assert::ICMP { if (icmp.type == time-exceeded) { drop } }", Is::proved);
    expect(errors, "wan -> lan", "Assert::ICMP { accept }", Is::broken);
    expect(errors, "wan -> lan", "Assert::TCP { accept }", Is::proved);
}

TEST_CASE("what is known of translations is what is proved") {
    const auto published = text_of(
        {}, "wan.prerouting: n\nNat::TCP n { if (tcp.dport == 80) { dnat(10.0.1.9, 8080) } }\n"
            "Filter::IP f {\nif (ct.state in [established, related]) { accept }\nif (iface.in == wan) {\n"
            "if (ip.daddr == 10.0.1.9) { Filter::TCP { if (tcp.dport == 8080) { accept } } "
            "}\ndrop\n}\naccept\n}\n");
    const auto new_tcp = [](const std::string& claim) {
        return "if (ct.state == new) { Assert::TCP { " + claim + " } }";
    };
    expect(published, "wan -> dmz", new_tcp("if (tcp.dport == 80) { accept }"), Is::proved);
    expect(published, "wan -> dmz", new_tcp("if (tcp.dport == 443) { accept }"), Is::shown);
    expect(published, "wan -> dmz", new_tcp("if (tcp.dport == 8080) { drop }"), Is::shown);
    expect(published, "wan -> dmz", new_tcp("if (tcp.dport in [443, 8081]) { drop }"), Is::proved);
    expect(published, "wan -> dmz", "if (ct.state == new) { Assert::UDP { drop } }", Is::proved);
    expect(published, "wan -> dmz", "if (ct.state == new) { drop }", Is::shown);
    expect(published, "wan -> lan", "if (ct.state == new) { drop }", Is::proved);
    expect(published, "lan -> wan", "accept", Is::proved);
    const auto hidden =
        text_of({.wan = ", masquerade: true"},
                "wan.postrouting: p\nFilter::IP p { if (ip.saddr in 10.0.1.0/24) { drop } accept }\n"
                "Filter::IP f {\nif (iface.in != wan) { accept }\n"
                "if (ct.state in [established, related]) { accept }\ndrop\n}\n");
    expect(hidden, "wan -> lan", "if (ct.state == new) { drop }", Is::proved);
    expect(hidden, "wan -> lan", "if (ip.saddr == 198.51.100.9) { drop }", Is::broken);
    expect(hidden, "wan -> lan", "if (ip.saddr == ip.daddr) { drop }", Is::proved);
    expect(hidden, "dmz -> wan", "accept", Is::shown);
    expect(hidden, "lan -> wan", "if (ip.saddr in 10.0.0.0/24) { accept }", Is::proved);
}

TEST_CASE("an error that comes from where it goes to is found behind hidden sources only") {
    const std::string functions = "Filter::IP f { accept }\n",
                      to_itself = "if (ip.saddr == ip.daddr) { drop }";
    const auto published =
        "wan.prerouting: n\nNat::TCP n { if (tcp.dport == 80) { dnat(10.0.1.9) } }\n" + functions;
    expect(text_of({}, functions), "gw.forward", to_itself, Is::proved);
    const auto hidden = text_of({.wan = ", masquerade: true"}, functions);
    expect(hidden, "gw.forward", to_itself, Is::broken);
    expect(hidden, "gw.forward", "if (ip.saddr == ip.daddr and ct.state != related) { drop }", Is::proved);
    expect(hidden, "gw.forward", "if (ip.saddr == ip.daddr) { accept }", Is::proved);
    // The server may ask for what is published of itself.
    expect(text_of({}, published), "gw.forward",
           "if (ip.saddr == 10.0.1.9 and ct.state == new) { " + to_itself + " }", Is::broken);
    expect(text_of({}, published), "gw.forward", "if (ip.saddr != 10.0.1.9) { " + to_itself + " }",
           Is::proved);
}

TEST_CASE("what is known of routes, VLANs, checked sources and the time to live is what is proved") {
    const std::string by_source = "Filter::IP f { if (ip.saddr in 10.0.0.0/24) { accept } drop }\n";
    expect(text_of({.lan = ", rpf: strict"}, by_source), "lan -> wan", "accept", Is::proved);
    expect(text_of({}, by_source), "lan -> wan", "accept", Is::shown);
    const auto tagged =
        text_of({.dmz = "index: 1, vlan: 7"}, "Filter::IP f { if (vlan.id == 7) { drop } accept }\n");
    expect(tagged, "dmz -> wan", "drop", Is::proved);
    expect(tagged, "lan -> wan", "drop", Is::shown);
    expect(tagged, "lan -> wan", "accept", Is::proved);
    const auto routed =
        text_of({.route = "far: { net: 172.16.0.0, netmask: 255.255.0.0, iface: dmz, nexthop: 10.0.1.2 }, "},
                "Filter::IP f { if (ip.daddr in 172.16.0.0/12) { drop } accept }\n");
    expect(routed, "lan -> dmz", "accept", Is::shown);
    expect(routed, "lan -> wan", "if (ip.daddr in 172.16.0.0/16) { accept }", Is::proved);
    expect(routed, "lan -> wan", "accept", Is::shown);
    const auto aged = text_of(
        {}, "lan.prerouting: g\nFilter::IP g { Filter::TCP { if (tcp.dport == 25) { reject } } accept }\n"
            "Filter::IP f { if (ip.ttl < 10) { reject } accept }\n");
    expect(aged, "lan -> wan", "if (ip.ttl > 10) { Assert::UDP { accept } }", Is::proved);
    expect(aged, "lan -> wan", "if (ip.ttl == 10) { accept }", Is::shown);
    expect(aged, "lan -> wan", "Assert::TCP { if (tcp.dport == 25) { reject } }", Is::proved);
    expect(aged, "lan -> wan", "Assert::TCP { if (tcp.dport == 25) { drop } }", Is::shown);
}

TEST_CASE("a route by a leased Iface leads to what it says, also within another's network") {
    const std::string leased = "Iface wan { index: 0, config: dhcp }\n"
                               "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                               "Gateway gw { connected: [wan, lan], half: { net: 10.0.0.128, netmask: 255.255.255.128, "
                               "iface: wan }, forward: f }\nFilter::IP f { accept }\n";
    expect(leased, "lan -> wan", "if (ip.daddr == 10.0.0.200) { drop }", Is::broken);
    expect(leased, "lan -> wan", "if (ip.daddr == 10.0.0.100) { drop }", Is::proved);
}

TEST_CASE("lengths that depend on each other are followed") {
    const auto dropping = [](const std::string& layer, const std::string& condition) {
        return text_of({}, "Filter::IP f {\nFilter::" + layer + " { if (" + condition +
                               ") { drop } }\naccept\n}\n");
    };
    const auto never = [&](const std::string& layer, const std::string& condition) {
        expect(dropping(layer, condition), "lan -> wan", "accept", Is::proved);
    };
    const auto sometimes = [&](const std::string& layer, const std::string& condition) {
        expect(dropping(layer, condition), "lan -> wan", "accept", Is::shown);
    };
    never("TCP", "ip.length < 40");
    never("UDP", "udp.length > 100 and ip.length < 121");
    sometimes("UDP", "udp.length > 100 and ip.length < 122");
    never("UDP", "udp.length > ip.length");
    never("UDP", "udp.length == ip.length");
    sometimes("UDP", "udp.length < ip.length");
    never("TCP", "tcp.doff == 15 and ip.length < 80");
    sometimes("TCP", "tcp.doff == 15 and ip.length < 81");
    never("TCP", "ip.hdrlength == 60 and tcp.doff > 14 and ip.length < 120");
    sometimes("TCP", "ip.hdrlength == 60 and tcp.doff > 14 and ip.length == 120");
    never("ICMP", "ct.state == related and ip.hdrlength == 24 and ip.length < 52");
    sometimes("ICMP", "ct.state == new and ip.hdrlength == 24 and ip.length < 52");
    never("ICMP", "ip.hdrlength > 32 and ip.length < 44");
}

TEST_CASE("packets of known flows go where they are sent but for those to an address that hides somebody") {
    const std::string branch = "branch: { net: 10.9.0.0, netmask: 255.255.0.0, iface: lan, nexthop: 10.0.0.254 }, ";
    const std::string functions = "Filter::IP f { if (ct.state in [established, related]) { accept }\n"
                                  "if (iface.in == lan) { accept }\ndrop\n}\n";
    const auto hidden = text_of({.wan = ", masquerade: true", .route = branch}, functions);
    expect(hidden, "lan -> wan", "if (ip.daddr in 10.9.0.0/16) { drop }", Is::proved);
    expect(hidden, "wan -> lan", "if (ip.daddr == 203.0.113.1) { drop }", Is::broken);
    expect(hidden, "wan -> lan", "if (ip.daddr == 198.51.100.1) { drop }", Is::proved);
    const std::string named = "Nat::IP n { snat(192.0.2.9) }\n";
    const auto by_name = text_of({.wan = ", postrouting: n", .route = branch}, named + functions);
    expect(by_name, "lan -> wan", "if (ip.daddr in 10.9.0.0/16) { drop }", Is::proved);
    expect(by_name, "wan -> lan", "if (ip.daddr == 192.0.2.9) { drop }", Is::broken);
    const auto port = text_of({.wan = ", postrouting: n", .route = branch}, "Nat::TCP n { snat(4000) }\n" + functions);
    expect(port, "lan -> wan", "if (ip.daddr in 10.9.0.0/16) { drop }", Is::proved);
    expect(port, "wan -> lan", "Assert::TCP { if (tcp.dport == 4000) { drop } }", Is::broken);
}

TEST_CASE("where one Iface has a lease the others' routes lead where they did") {
    const std::string text = "Iface wan { index: 0, config: dhcp, masquerade: true }\n"
                             "Iface home { index: 1, address: 192.168.1.1, netmask: 255.255.255.0 }\n"
                             "Iface guests { index: 2, address: 192.168.2.1, netmask: 255.255.255.0 }\n"
                             "Gateway gw { connected: [wan, home, guests], far: { net: 10.0.0.0, netmask: 255.0.0.0, iface: "
                             "home, nexthop: 192.168.1.2 }, forward: f }\n"
                             "Filter::IP f { if (ct.state == established) { accept }\n"
                             "if (ip.daddr in 192.168.0.0/16) { drop } accept }\n";
    expect(text, "guests -> home", "if (ct.state == new and not ip.daddr in 10.0.0.0/8) { drop }", Is::proved);
    expect(text, "guests -> home", "if (ct.state == new) { drop }", Is::shown);
    // What is leased may be a part of where a route leads to.
    expect(text, "guests -> wan", "if (ip.daddr in 10.0.0.0/8) { drop }", Is::broken);
    expect(text, "guests -> wan", "if (ip.daddr in 192.168.1.0/24) { drop }", Is::proved);
}

TEST_CASE("a lease is of no network that is stated") {
    const std::string text = "Iface wan { index: 0, config: dhcp-with-fallback, address: 203.0.113.1, netmask: 255.255.255.0, input: i, output: o }\n"
                             "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                             "Gateway gw { connected: [wan, lan], forward: f }\nFilter::IP f { drop }\n"
                             "Filter::IP i { if (ct.state == new) { accept } drop }\nFilter::IP o { accept }\n";
    expect(text, "wan.input", "if (ip.daddr in 10.0.0.2-10.0.0.255) { drop }", Is::proved);
    expect(text, "wan.input", "if (ip.daddr in 10.0.1.0/24 and ct.state == new) { drop }", Is::broken);
    expect(text, "wan.output", "if (ip.saddr in 10.0.0.2-10.0.0.255) { drop }", Is::proved);
    expect(text, "wan.output", "if (ip.saddr in 10.0.1.0/24) { drop }", Is::broken);
    auto inside = text; // a fallback may be
    const std::string fallback = "203.0.113.1";
    inside.replace(inside.find(fallback), fallback.size(), "10.0.0.9");
    expect(inside, "wan.input", "if (ip.daddr == 10.0.0.9) { drop }", Is::broken);
}

TEST_CASE("by a leased Iface goes what a route by it says, and what its network is, if that is connected") {
    const auto by = [](const std::string& gateway) {
        return "Iface up { index: 0, config: dhcp }\nIface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
               "Iface dmz { index: 2, address: 10.1.0.1, netmask: 255.255.255.0 }\n"
               "Gateway gw { " + gateway + ", forward: f }\nFilter::IP f { accept }\n";
    };
    const auto routed = by("connected: [lan, dmz], partner: { net: 198.51.100.0, netmask: 255.255.255.0, iface: up }");
    expect(routed, "lan -> up", "if (not ip.daddr in 198.51.100.0/24) { drop }", Is::proved);
    expect(routed, "lan -> up", "if (ip.daddr == 198.51.100.7) { drop }", Is::broken);
    expect(by("connected: [lan, dmz]"), "lan -> up", "drop", Is::proved);
    expect(by("connected: [lan, dmz, up]"), "lan -> up", "if (ip.daddr == 203.0.113.7) { drop }", Is::broken);
    expect(by("connected: [lan, dmz, up]"), "lan -> up", "if (ip.daddr in 10.1.0.0/24) { drop }", Is::proved);
}

TEST_CASE("what is sent back comes from where hidden sources were led") {
    const auto text = [](const std::string& lan) {
        return "Iface up { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, masquerade: true }\n"
               "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0" + lan + " }\n"
               "Gateway gw { connected: lan, partner: { net: 198.51.100.0, netmask: 255.255.255.0, iface: up, nexthop: 203.0.113.2 }, "
               "forward: f }\nFilter::IP f { accept }\n";
    };
    const std::string elsewhere = "if (ct.state == established and not ip.daddr in 198.51.100.0/24) { drop }";
    expect(text(""), "lan -> up", "if (not ip.saddr in 198.51.100.0/24) { " + elsewhere + " }", Is::proved);
    expect(text(""), "lan -> up", elsewhere, Is::broken); // a flow's answers may come by any Iface
    expect(text(", rpf: strict"), "lan -> up", elsewhere, Is::proved);
    // Any router on the way may tell what is wrong.
    expect(text(""), "up -> lan", "if (ct.state == related and ip.saddr == 192.0.2.9) { drop }", Is::broken);
}

TEST_CASE("an address to fall back to may be another's, and is not ours while there is a lease") {
    const std::string text = "Iface up { index: 0, config: dhcp-with-fallback, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                             "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                             "Gateway gw { connected: [up, lan], forward: f }\n"
                             "Filter::IP f { if (iface.in == up) { accept } drop }\n";
    expect(text, "gw.forward", "if (iface.in == up and ip.daddr == 10.0.0.1) { drop }", Is::broken);
}
