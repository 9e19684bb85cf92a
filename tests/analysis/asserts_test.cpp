// Asserts and questions about chains.
#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/query.hpp"
#include "compiler/eval/datagram.hpp"
#include "tests/analysis/policy.hpp"

using analysis::Broken;
using analysis::Ending;
using analysis::Holds;
using analysis::NoSuchPacket;
using analysis::NotDecided;
using analysis::Witness;

namespace {

analysis::Proof prove(const std::string& text) {
    const auto appliance = policy(text);
    return analysis::prove(appliance, appliance.asserts.at(0));
}

bool holds(const std::string& text) { return std::holds_alternative<Holds>(prove(text)); }

} // namespace

TEST_CASE("an Assert speaks of what can come, and of no more") {
    const std::string open = "wan.prerouting: f Filter::IP f { accept }\n";
    CHECK(holds(open + "Assert::IP a(wan.prerouting) { if (ip.saddr in 127.0.0.0/8) { drop } }"));
    CHECK(holds(open + "Assert::IP a(wan.prerouting) { if (ip.saddr == 10.0.0.1) { drop } }")); // ours
    CHECK_FALSE(holds(open + "Assert::IP a(wan.prerouting) { if (ip.saddr == 10.0.0.2) { drop } }"));
    CHECK(holds(open +
                "Assert::TCP a(wan.prerouting) { if (syn in tcp.flags and fin in tcp.flags) { drop } }"));
    CHECK(holds(open + "Assert::IP a(wan.prerouting) { if (iface.in == lan) { drop } }"));
    CHECK(holds("wan.input: f Filter::IP f { accept }\n"
                "Assert::IP a(wan.input) { if (not ip.daddr in [203.0.113.1, 203.0.113.255, "
                "255.255.255.255]) { drop } }"));
    CHECK(holds("Assert::IP a(gw.forward) { if (iface.out == lan and ip.daddr == 10.1.0.1) { drop } }"));
    CHECK_FALSE(
        holds("Assert::IP a(gw.forward) { if (iface.out == wan and ip.daddr == 10.1.0.1) { drop } }"));
}

TEST_CASE("what validity drops does not come, and lengths, times to live and VLANs are those of the way") {
    const std::string open = "wan.prerouting: f wan.input: f Filter::IP f { accept }\n";
    const auto never = [&](const std::string& chain, const std::string& condition) {
        return holds(open + "Assert::IP a(" + chain + ") { if (" + condition + ") { drop } }");
    };
    // The number of a network of ours is an old form of broadcast (RFC 1812 4.2.3.1).
    for (const std::string condition : {"ip.saddr == 10.0.0.0", "ip.saddr == 203.0.113.0", "ip.daddr == 10.0.0.0",
                                        "ip.saddr == ip.daddr", "vlan.id > 0"}) {
        INFO(condition);
        CHECK(never("wan.prerouting", condition));
        CHECK(never("gw.forward", condition));
    }
    CHECK(never("gw.forward", "ip.ttl in [0, 255]"));
    CHECK_FALSE(never("gw.forward", "ip.ttl == 254 and iface.in == lan"));
    // It is not looked at before a packet is routed.
    CHECK_FALSE(never("wan.prerouting", "ip.ttl == 0"));
    CHECK_FALSE(never("wan.input", "ip.ttl == 0"));
    CHECK_FALSE(never("wan.prerouting", "ip.ttl == 255"));
    CHECK(holds(open + "Assert::TCP a(wan.prerouting) { if (ip.length < 40) { drop } }"));
    CHECK_FALSE(holds(open + "Assert::TCP a(wan.prerouting) { if (ip.length < 41) { drop } }"));
    CHECK(holds(open + "Assert::IP a(wan.prerouting) { if (ct.state == related and ip.length < 48) { drop } }"));
}

TEST_CASE("a dnat may send packets to where none can be on its way from outside") {
    const std::string text = "wan.prerouting: n Nat::IP n { if (ip.dscp == 1) { dnat(127.0.0.9) } }\n"
                             "Assert::IP a(gw.forward) { if (ip.daddr == 127.0.0.";
    CHECK_FALSE(holds(text + "9) { drop } }"));
    CHECK(holds(text + "8) { drop } }"));
}

TEST_CASE("invalid packets are meant where an Assert names them") {
    const std::string lenient = "Conntrack c { drop_invalid: false } wan.prerouting: f "
                                "Filter::IP f { if (ct.state == invalid) { accept } drop }\n";
    CHECK(holds(lenient + "Assert::IP a(wan.prerouting) { drop }"));
    CHECK_FALSE(holds(lenient + "Assert::IP a(wan.prerouting) { if (ct.state == invalid) { drop } }"));
    CHECK(holds("wan.prerouting: f Filter::IP f { accept }\n"
                "Assert::IP a(wan.prerouting) { if (ct.state == invalid) { drop } else { accept } }"));
}

TEST_CASE("Limits and leases may say anything") {
    const std::string limited =
        "Limit l { rate: 1, per: second } wan.prerouting: f "
        "Filter::IP f { if (l.exceeded) { if (l.exceeded) { drop } accept } accept }\n";
    CHECK_FALSE(holds(limited + "Assert::IP a(wan.prerouting) { accept }"));
    const auto proof = prove(limited + "Assert::IP a(wan.prerouting) { accept }");
    CHECK(std::get<Broken>(proof).witness.assumed == std::vector<std::string>{"`l.exceeded` is true"});
}

TEST_CASE("an Assert or a question about a leased value is decided, and says what it takes that to be") {
    const std::string leased = "Iface up { index: 2, config: dhcp, input: to_us }\n"
                               "Filter::IP to_us { if (ip.daddr == up.address) { accept } drop }\n";
    const auto proof = prove(leased + "Assert::IP a(up.input) { if (ip.daddr == up.address) { drop } }");
    const auto* broken = std::get_if<Broken>(&proof);
    REQUIRE(broken != nullptr);
    CHECK(broken->witness.assumed == std::vector<std::string>{"`ip.daddr == up.address` is true"});
    CHECK(holds(leased + "Assert::IP a(up.input) { if (ip.daddr == up.address) { accept } drop }"));
    // No lease makes both so, and none is a multicast group.
    const std::string less = "Iface up { index: 2, config: dhcp, input: to_us }\n"
                             "Filter::IP to_us { if (ip.daddr < up.address) { accept } drop }\n";
    CHECK_FALSE(std::holds_alternative<Broken>(prove(less + "Assert::IP a(up.input) { if (ip.daddr == up.address) { drop } }")));
    CHECK_FALSE(std::holds_alternative<Broken>(prove(leased + "Assert::IP a(up.input) { if (ip.daddr == 255.255.255.255) { drop } }")));
}

TEST_CASE("fields are compared with each other in the interpreter") {
    const std::string same = "wan.prerouting: f Filter::TCP g { if (tcp.sport == tcp.dport) { drop } } "
                             "Filter::IP f { g accept }\n";
    CHECK(holds(same + "Assert::TCP a(wan.prerouting) { if (tcp.sport == tcp.dport) { drop } }"));
    CHECK(holds(same + "Assert::TCP a(wan.prerouting) { if (not tcp.dport != tcp.sport) { drop } }"));
    const auto proof = prove(same + "Assert::TCP a(wan.prerouting) { if (tcp.dport == 99) { accept } }");
    const auto& packet = std::get<Broken>(proof).witness.packet;
    CHECK(analysis::value_in(packet, model::Field::tcp_sport) == 99);
}

TEST_CASE("a chain is proved with what its Nats do to first packets, and may have done to those of flows") {
    const std::string translated = "wan.prerouting: [n, f] Nat::IP n { dnat(10.0.0.5) } "
                                   "Filter::IP f { if (ip.daddr == 10.0.0.5) { drop } accept }\n";
    CHECK(std::holds_alternative<Broken>(
        prove(translated + "Assert::IP a(wan.prerouting) { if (ct.state == new) { accept } }")));
    CHECK(holds(translated + "Assert::IP a(wan.prerouting) { if (ct.state == new) { drop } }"));
    // Of a packet of a known flow it is not known whether that was translated; to which address, it is.
    const std::string some = "wan.prerouting: [n, f] Nat::TCP web { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } } Nat::IP n { web } "
                             "Filter::TCP g { if (ip.daddr == 10.0.0.5 and tcp.dport == 8080) { accept } } "
                             "Filter::IP f { g if (ip.daddr in 10.0.0.0/24) { drop } reject }\n";
    const auto of = [&](const std::string& body) { return prove(some + "Assert::TCP a(wan.prerouting) { " + body + " }"); };
    CHECK(std::holds_alternative<Holds>(of("if (ct.state == new and tcp.dport == 80) { accept }")));
    CHECK(std::holds_alternative<Holds>(of("if (ct.state == new and tcp.dport == 81 and ip.daddr == 10.0.0.6) { drop }")));
    CHECK(std::holds_alternative<Broken>(of("if (ct.state == new and tcp.dport == 8080) { reject }")));
    CHECK_FALSE(std::holds_alternative<Holds>(of("if (ct.state == established and tcp.dport == 81) { reject }")));
    const auto appliance = policy(some + "Assert::TCP a(wan.prerouting) { if (ip.daddr in 192.0.2.0/24 and ct.state == established) { accept } }");
    const auto ends = [&](Ending ending) { return analysis::answer(appliance, appliance.asserts.at(0), ending); };
    CHECK(std::holds_alternative<NoSuchPacket>(ends(Ending::drop)));
    CHECK(std::holds_alternative<Witness>(ends(Ending::reject)));
    CHECK_FALSE(std::holds_alternative<NoSuchPacket>(ends(Ending::accept)));
}

TEST_CASE("what a Nat says of a first packet holds for later ones only as far as a flow is told by it") {
    // A flow opened with ttl 9 is translated; a later packet of it, still before any answer, has another.
    const auto text = [](const std::string& condition) {
        return "wan.prerouting: [n, f] Nat::IP n { if (" + condition + ") { dnat(10.0.0.5) } } "
               "Filter::IP f { if (ip.daddr == 10.0.0.5) { drop } accept }\n"
               "Assert::IP a(wan.prerouting) { if (ct.state == new and not " + condition + " and ip.daddr != 10.0.0.5) { accept } }";
    };
    CHECK(holds(text("ip.saddr == 192.0.2.7")));
    CHECK_FALSE(holds(text("ip.ttl == 9")));
}

TEST_CASE("a flow that two Nats have translated has been to two places") {
    const std::string text = "wan.prerouting: [n1, f1, n2, f2]\n"
                             "Nat::IP n1 { if (ip.dscp == 1) { dnat(10.0.0.5) } }\n"
                             "Filter::IP f1 { if (ip.daddr == 10.0.0.5) { accept } drop }\n"
                             "Nat::IP n2 { if (ip.daddr == 10.0.0.5) { dnat(10.0.0.6) } }\n"
                             "Filter::IP f2 { if (ip.daddr == 10.0.0.6) { accept } drop }\n";
    CHECK_FALSE(holds(text + "Assert::IP a(wan -> lan) { if (ct.state == established) { drop } }"));
    CHECK_FALSE(holds(text + "Assert::IP a(wan.prerouting) { if (ct.state == established) { drop } }"));
}

TEST_CASE("a question may name fields of every protocol; a packet without the field does not meet it") {
    const auto ask = [](const std::string& where, Ending ending) {
        const auto path = std::string(PROJECT "/samples/16-proved.nacl");
        const auto loaded = sema::load_with_question(
            path, {{"Assert::IP naclc_query(clinic.forward) { if (" + where + ") { accept } }"}});
        REQUIRE(loaded.appliance);
        return analysis::answer(*loaded.appliance, loaded.appliance->asserts.back(), ending);
    };
    const auto found = ask("tcp.dport == ssh and ct.state == new", Ending::accept);
    REQUIRE(std::holds_alternative<Witness>(found));
    const auto& packet = std::get<Witness>(found).packet;
    CHECK(analysis::value_in(packet, model::Field::tcp_dport) == 22);
    CHECK(std::holds_alternative<NoSuchPacket>(ask("udp.dport == dns and ct.state == new", Ending::accept)));
    CHECK(std::holds_alternative<NoSuchPacket>(ask("tcp.dport == 80 and udp.dport == 80", Ending::drop)));
    CHECK(std::holds_alternative<Witness>(ask("not tcp.dport == 80 and ip.protocol == udp", Ending::drop)));
}

TEST_CASE("a path meets its chains one after the other, with one less to live behind routing") {
    const std::string to_lan = "Assert::IP a(wan -> lan) ";
    CHECK(holds(to_lan + "{ if (ct.state == new) { drop } }"));
    CHECK_FALSE(holds(to_lan + "{ if (ct.state == established) { drop } }"));
    CHECK(holds(to_lan + "{ if (not ip.daddr in 10.0.0.0/24 or ip.daddr == 10.0.0.1) { accept drop } }"));
    CHECK(holds(
        "lan.prerouting: f wan.postrouting: g Filter::IP f { if (ip.dscp == 1) { reject } accept } "
        "Filter::IP g { if (ip.dscp == 2) { drop } accept }\n"
        "Assert::IP a(lan -> wan) { if (ip.dscp == 1) { reject } else if (ip.dscp == 2) { drop } accept }"));
    const auto proof = prove("wan.postrouting: g Filter::IP g { if (ip.ttl == 9) { drop } accept }\n"
                             "Assert::IP a(lan -> wan) { if (ip.ttl in 9-10) { accept } }");
    REQUIRE(std::holds_alternative<Broken>(proof));
    CHECK(analysis::value_in(std::get<Broken>(proof).witness.packet, model::Field::ip_ttl) == 10);
}

TEST_CASE("a path is proved with what its Nats do to first packets, whatever flows before them did") {
    const std::string published = "wan.prerouting: n Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } }\n";
    const std::string through = "Filter::IP web {\n"
                                "if (ct.state != new or iface.in == lan) { accept }\n"
                                "if (ip.daddr == 10.0.0.5) { Filter::TCP { if (tcp.dport == 8080) { accept } } }\n"
                                "drop }\n";
    const auto path = [&](const std::string& body) {
        std::string ifaces = two_ifaces;
        const std::string forward = "forward: middle }";
        ifaces.replace(ifaces.find(forward), forward.size(), "forward: web }");
        const auto text = published + through +
                          "Assert::IP a(wan -> lan) { " + body + " }\n";
        const auto loaded = sema::load_text("test.nacl", ifaces + text);
        for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
        REQUIRE(loaded.appliance);
        return analysis::prove(*loaded.appliance, loaded.appliance->asserts.front());
    };
    // A packet to anywhere may be sent to the server, when it is to port 80.
    CHECK(std::holds_alternative<Holds>(path("if (ct.state == new) { Assert::TCP { if (tcp.dport == 80) { accept } } }")));
    CHECK(std::holds_alternative<Holds>(path("if (ct.state == new) { Assert::UDP { drop } }")));
    // Without a translation 8080 of the server itself is open too: who comes to port 81 stays out.
    CHECK(std::holds_alternative<Holds>(path("if (ct.state == new) { Assert::TCP { if (tcp.dport == 81) { drop } } }")));
    const auto open = path("if (ct.state == new) { Assert::TCP { if (tcp.dport == 8080) { drop } } }");
    REQUIRE(std::holds_alternative<Broken>(open));
    CHECK(analysis::value_in(std::get<Broken>(open).witness.packet, model::Field::ip_daddr) == 0x0a000005);
    const auto sent = path("if (ct.state == new) { drop }");
    REQUIRE(std::holds_alternative<Broken>(sent));
    // Nothing is claimed of translated flows; of others the packet is shown.
    CHECK(std::holds_alternative<Broken>(path("if (ct.state == established) { drop }")));
    CHECK(std::holds_alternative<Holds>(path("if (ct.state in [established, related]) { accept }")));
    CHECK_FALSE(std::holds_alternative<Holds>(path("if (ct.state == established and ip.daddr == 10.0.0.77) { drop }")));
}

TEST_CASE("a path behind a leased address is proved as far as flows are told by what its Nats read") {
    const auto is_proved = [](const std::string& condition, const std::string& claim) {
        const auto loaded = sema::load_text(
            "test.nacl", "Iface wan { index: 0, config: dhcp, masquerade: true, prerouting: published }\n"
                         "Iface dmz { index: 1, address: 10.20.0.1, netmask: 255.255.255.0 }\n"
                         "Gateway gate { connected: [wan, dmz], forward: zones }\n"
                         "Nat::TCP published { if (ip.daddr == wan.address and " + condition + ") { dnat(10.20.0.80) } }\n"
                         "Filter::IP zones { if (ct.state == established) { accept }\n"
                         "if (ip.daddr == 10.20.0.80) { Filter::TCP { accept } } drop }\n"
                         "Assert::TCP a(wan -> dmz) { if (ct.state == new and " + claim + ") { drop } }\n");
        for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
        REQUIRE(loaded.appliance);
        return std::holds_alternative<Holds>(analysis::prove(*loaded.appliance, loaded.appliance->asserts.front()));
    };
    const std::string elsewhere = "ip.daddr != 10.20.0.80 and ";
    CHECK(is_proved("tcp.dport == 443", elsewhere + "tcp.dport != 443"));
    CHECK_FALSE(is_proved("tcp.dport == 443", elsewhere + "tcp.dport != 80"));
    // The next packet may have another time to live, and is translated all the same.
    CHECK_FALSE(is_proved("ip.ttl == 9", elsewhere + "ip.ttl != 9"));
}

TEST_CASE("a packet without a header has none of its fields") {
    const eval::Bytes gre = {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 47, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
    const eval::Datagram datagram(gre);
    CHECK_FALSE(eval::has(datagram, model::Field::tcp_dport));
    CHECK_FALSE(eval::has(datagram, model::Field::icmp_type));
    CHECK(eval::has(datagram, model::Field::ip_ttl));
}
