// The path of a packet, as `naclc explain` tells it.
#include "tests/naclc/shell.hpp"

#include <catch2/catch.hpp>

namespace {

/// A folder with one policy in it.
struct Desk {
    Shell shell;

    explicit Desk(const std::string& policy) { shell.write("p.nacl", policy); }
    /// Without the warnings.
    codegen::Finished explain(const std::string& arguments) const {
        return shell("naclc explain p.nacl " + arguments + " 2> errors");
    }
    std::string errors() const { return shell.read("errors"); }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

const std::string router = "Iface wan { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, prerouting: n }\n"
                           "Iface lan { index: 1, address: 10.0.1.1, netmask: 255.255.255.0, postrouting: seen }\n"
                           "Gateway g { connected: [wan, lan] }\n"
                           "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.1.5, 8080) } }\n"
                           "Filter::IP seen { Filter::UDP { drop } known() log(\"to \", ip.daddr, \"\\n\") accept }\n"
                           "Filter::TCP known { if (ip.ttl < 2 or tcp.dport in [8080, 9090]) { accept } }\n"
                           "Test there_and_back { steps: [\n"
                           "  { iface: wan, packet: { ip: { saddr: 10.0.0.9 }, tcp: { sport: 5000, dport: 80 } }, expect: accept },\n"
                           "  { iface: lan, packet: { ip: { saddr: 10.0.1.5, daddr: 10.0.0.9 },\n"
                           "                          tcp: { sport: 8080, dport: 5000, flags: [syn, ack] } }, expect: accept }\n"
                           "] }\n";

} // namespace

TEST_CASE("every packet of a Test is followed, with its flow and what is rewritten") {
    const auto done = Desk(router).explain("--test there_and_back");
    CHECK(done.status == 0);
    CHECK(done.output ==
          "packet 1: tcp 10.0.0.9:5000 > 10.0.0.1:80 syn, in by wan\n"
          "  track        new: of no flow that is known\n"
          "  prerouting   of wan: n\n"
          "    p.nacl:4:18                  yes: tcp.dport is 80                 Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.1.5, 8080) } }\n"
          "    p.nacl:4:37                  dnat 10.0.1.5:8080\n"
          "    rewritten to tcp 10.0.0.9:5000 > 10.0.1.5:8080 syn\n"
          "  route        by lan to 10.0.1.5\n"
          "  postrouting  of lan: seen\n"
          "    p.nacl:5:19                  passed by: for udp packets only      Filter::IP seen { Filter::UDP { drop } known() log(\"to \", ip.daddr, \"\\n\") accept }\n"
          "    p.nacl:6:25                  no: ip.ttl is 63                     Filter::TCP known { if (ip.ttl < 2 or tcp.dport in [8080, 9090]) { accept } }\n"
          "    p.nacl:6:39                  yes: tcp.dport is 8080\n"
          "    p.nacl:6:68                  accept\n"
          "  transmit     leaves by lan\n"
          "sent on\n"
          "  out by lan: tcp 10.0.0.9:5000 > 10.0.1.5:8080 syn\n"
          "\n"
          "packet 2: tcp 10.0.1.5:8080 > 10.0.0.9:5000 syn,ack, in by lan\n"
          "  track        established: answers the flow from 10.0.0.9:5000 to 10.0.0.1:80\n"
          "  route        by wan to 10.0.0.9\n"
          "  postrouting\n"
          "    rewritten to tcp 10.0.0.1:80 > 10.0.0.9:5000 syn,ack: translated back\n"
          "  transmit     leaves by wan\n"
          "sent on\n"
          "  out by wan: tcp 10.0.0.1:80 > 10.0.0.9:5000 syn,ack\n"
          "\n"
          "2 packets: all as expected\n");
}

TEST_CASE("what is made here because of a packet, functions for others, and texts are told, too") {
    const Desk desk(router);
    const auto ping = desk.explain("--iface wan --packet '{ ip: { saddr: 10.0.0.9 } }'").output;
    CHECK(has(ping, "  local        for an address of wan\n  deliver      delivered here\n"
                    "a packet made here: icmp 10.0.0.1 > 10.0.0.9 type 0\n"));
    const auto gre = desk.explain("--iface wan --packet '{ ip: { saddr: 10.0.0.9, daddr: 10.0.1.7, protocol: 47 } }'").output;
    CHECK(has(gre, "passed by: for tcp packets only      Filter::TCP known {"));
    CHECK(has(gre, "p.nacl:5:48                  logged: \"to 10.0.1.7\\n\""));
    const auto udp = desk.explain("--iface wan --packet '{ ip: { saddr: 10.0.0.9, daddr: 10.0.1.7 }, udp: {} }'").output;
    CHECK(has(udp, "    dropped: filter\ndropped (filter) by p.nacl:5:33\n"));
    const auto broken = desk.explain("--iface wan --packet '{ ip: { saddr: 10.0.0.9, version: 5 } }'").output;
    CHECK(has(broken, "  validate\n    dropped: bad_version: the IP version is not 4\ndropped (bad_version)\n"));
}

TEST_CASE("what cannot be explained is said with its place") {
    const Desk desk(router);
    CHECK(desk.explain("--iface lam --packet '{}'").status == 2);
    CHECK(has(desk.errors(), "--iface:1:1: error: no Iface is called `lam`"));
    CHECK(has(desk.errors(), "did you mean `lan`?"));
    CHECK(desk.explain("--iface lan --packet '{ ip: { saddr: 1 }'").status == 2);
    CHECK(desk.explain("--packet '{}'").status == 2);
    CHECK(desk.explain("--iface lan").status == 2);
    CHECK(desk.explain("--iface lan --packet '{}' --test there_and_back").status == 2);
    CHECK(desk.explain("--test there").status == 2);
    CHECK(has(desk.errors(), "p.nacl has no Test `there`"));
    CHECK(desk.shell("naclc explain none.nacl --iface lan --packet '{}'").status == 2);
}

TEST_CASE("a line of the log is followed back to a packet, through what comes before the log") {
    const Desk desk(router);
    const auto done = desk.explain("--log 'to 10.0.1.77'");
    CHECK(done.status == 0);
    CHECK(done.output.starts_with("p.nacl:5:48 prints this, on lan.postrouting, for a packet such as this:\n"
                                  "tcp 10.0.0.9:49152 > 10.0.1.77:443 syn, in by wan\n"
                                  "  track        new: of no flow that is known\n"));
    CHECK(has(done.output, "logged: \"to 10.0.1.77\\n\""));
    CHECK(done.output.ends_with("sent on\n  out by lan: tcp 10.0.0.9:49152 > 10.0.1.77:443 syn\n"));

    const auto none = desk.explain("--log 'to 10.9.9.9'");
    CHECK(none.status == 1);
    CHECK(none.output == "p.nacl:5:48 prints this, on lan.postrouting: for no packet that can come there\n");

    const auto unknown = desk.explain("--log 'to nowhere'");
    CHECK(unknown.status == 1);
    CHECK(unknown.output.empty());
    CHECK(desk.errors() == "naclc: no log statement on a chain of p.nacl prints this line\n");
    CHECK(desk.explain("--log 'to 10.0.1.77' --iface wan").status == 2);
    CHECK(desk.explain("--log ''").status == 1);
}

TEST_CASE("a log of packets of known flows is explained on its chain") {
    const Desk desk("Iface a { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, input: f }\n"
                    "Filter::IP f { if (ct.state == established) { syslog(INFO, ip.saddr, \" \", ct.state) accept } accept }\n");
    const auto done = desk.explain("--log '<14>1 - p nacl - - - 10.0.0.9 established'");
    CHECK(done.status == 0);
    CHECK(has(done.output, "  input        of a: f\n    p.nacl:2:20                  yes: ct.state is established"));
    CHECK(has(done.output, "logged: \"10.0.0.9 established\"\n"));
    CHECK(done.output.ends_with("\nlet through\n"));
    // As the syslog server of a Debian machine keeps it; without the application's name it is no line of ours.
    CHECK(desk.explain("--log '2026-11-22T10:00:00 fw nacl 10.0.0.9 established'").output == done.output);
    CHECK(desk.explain("--log 'somebody said: 10.0.0.9 established'").status == 1);
}

TEST_CASE("a line that can be read in several ways is explained by one that can be") {
    const Desk desk("Iface wan { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, prerouting: f }\n"
                    "Filter::IP f {\n"
                    "    if (ip.dscp == 12) { log(\"v \", ip.ttl, ip.dscp, \"\\n\") drop }\n"
                    "    if (ip.dscp == 13) { log(\"t \", ip.dscp, \"\\nt \", ip.ttl, \"\\n\") drop }\n"
                    "    accept\n}\n");
    const auto adjacent = desk.explain("--log 'v 1212'"); // not 121 and 2
    CHECK(adjacent.status == 0);
    CHECK(has(adjacent.output, "logged: \"v 1212\\n\""));
    const auto second = desk.explain("--log 't 12'"); // not the first line
    CHECK(second.status == 0);
    CHECK(has(second.output, "logged: \"t 13\\nt 12\\n\""));
}

TEST_CASE("a Test is followed to its end, and each packet that ends otherwise than expected is told") {
    const Desk desk("Iface a { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, input: f }\n"
                    "Filter::IP f { if (ct.state == established) { accept } if (ip.ttl > 9) { accept } drop }\n"
                    "Test t { steps: [\n"
                    "  { iface: a, packet: { ip: { ttl: 5 } }, expect: accept },\n"
                    "  { wait: 31 },\n"
                    "  { iface: a, packet: { ip: { ttl: 5 } }, expect: drop, reason: ttl },\n"
                    "  { iface: a, packet: { ip: { ttl: 50 } }, expect: accept }\n"
                    "] }\n");
    const auto done = desk.explain("--test t");
    CHECK(done.status == 0);
    CHECK(done.output.starts_with("packet 1: icmp 10.0.0.2 > 10.0.0.1 type 8, in by a\n"));
    CHECK(has(done.output, "dropped (filter) by p.nacl:2:83\n  otherwise than expected: the Test expects accept\n\n"
                           "packet 2: after 31 s: icmp 10.0.0.2 > 10.0.0.1 type 8, in by a\n"));
    CHECK(has(done.output, "  otherwise than expected: the Test expects reason ttl\n\npacket 3: "));
    CHECK(done.output.ends_with("\n3 packets: otherwise than expected: 1, 2\n"));
}

TEST_CASE("all packets of a capture are followed, whatever becomes of them, and one that cannot be read is said") {
    const Desk desk("Iface a { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, vlan: 7, rpf: strict, input: f }\n"
                    "Filter::IP f { drop }\n");
    const auto made = desk.shell("python3 -c '\nimport struct\n"
                                 "ip = bytes.fromhex(\"450000140000000040110000\") + bytes([10,0,0,9,10,0,0,1])\n"
                                 "far = bytes.fromhex(\"450000140000000040110000\") + bytes([9,9,9,9,10,0,0,1])\n"
                                 "def sum(h):\n"
                                 "    s = 0\n"
                                 "    for at in range(0, 20, 2): s += h[at] * 256 + h[at + 1]\n"
                                 "    s = 65535 - (s % 65536 + s // 65536)\n"
                                 "    return h[:10] + struct.pack(\">H\", s) + h[12:]\n"
                                 "def put(tag, packet): \n"
                                 "    frame = bytes(12) + tag + bytes.fromhex(\"0800\") + sum(packet)\n"
                                 "    return struct.pack(\"<IIII\", 0, 0, len(frame), len(frame)) + frame\n"
                                 "seven, nine = bytes.fromhex(\"81000007\"), bytes.fromhex(\"81000009\")\n"
                                 "open(\"c.pcap\", \"wb\").write(struct.pack(\"<IHHiIII\", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)\n"
                                 "    + put(nine, ip) + put(seven, far) + put(seven, ip))\n'");
    REQUIRE(made.status == 0);
    const auto done = desk.explain("--iface a --pcap c.pcap");
    CHECK(done.status == 0);
    CHECK(has(done.output, "packet 1: protocol 17 10.0.0.9 > 10.0.0.1, VLAN 9, at the NIC of a\n  receive\n    dropped: unknown_vlan: "));
    CHECK(has(done.output, "packet 2: protocol 17 9.9.9.9 > 10.0.0.1, VLAN 7, in by a\n  validate\n"
                           "    rpf: strict, and there is no way back to its source\n    dropped: martian: "));
    CHECK(has(done.output, "packet 3: protocol 17 10.0.0.9 > 10.0.0.1, VLAN 7, in by a\n"));
    CHECK_FALSE(has(done.output, "expected"));
    desk.shell.write("bad.pcap", "hello");
    CHECK(desk.explain("--iface a --pcap bad.pcap").status == 2);
    CHECK(has(desk.errors(), "bad.pcap cannot be read as a capture"));
}

TEST_CASE("a line that several logs print together is explained") {
    const Desk desk("Iface a { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, prerouting: f }\n"
                    "Filter::IP f {\n"
                    "    log(\"from \", ip.saddr, \" \")\n"
                    "    Filter::TCP { if (tcp.dport == 22) { log(\"ssh \") } g() }\n"
                    "    Filter::UDP { log(\"udp \", udp.dport, \"\\n\") }\n"
                    "    log(\"done\\n\")\n"
                    "    drop\n"
                    "}\n"
                    "Filter::TCP g { log(\"to port \", tcp.dport, \"\\n\") }\n");
    const auto three = desk.explain("--log 'from 1.2.3.4 ssh to port 22'");
    CHECK(three.status == 0);
    CHECK(three.output.starts_with("p.nacl:3:5 and p.nacl:4:42 and p.nacl:9:17 print this together, on a.prerouting, for a "
                                   "packet such as this:\ntcp 1.2.3.4:49152 > "));
    CHECK(desk.explain("--log 'from 1.2.3.4 udp 53'").status == 0);
    // The logs between must not be met.
    const auto neither = desk.explain("--log 'from 9.9.9.9 done'");
    CHECK(neither.status == 0);
    CHECK_FALSE(has(neither.output, "\ntcp "));
    CHECK_FALSE(has(neither.output, "\nudp "));
    const auto none = desk.explain("--log 'from 1.2.3.4 ssh to port 23'");
    CHECK(none.status == 1);
    CHECK(has(none.output, "for no packet that can come there"));
}

TEST_CASE("a line that takes a spent Limit, or a lease, is shown with it") {
    const Desk desk("Iface up { index: 0, config: dhcp, prerouting: f }\n"
                    "Limit l { rate: 1, per: minute, burst: 3, key: ip.saddr }\n"
                    "Filter::IP f {\n"
                    "    if (ip.daddr == up.address and l.exceeded) { log(\"often \", ip.daddr, \"\\n\") drop }\n"
                    "    accept\n"
                    "}\n");
    const auto ours = desk.explain("--log 'often 192.0.2.2'");
    CHECK(ours.status == 0);
    CHECK(has(ours.output, "when `l.exceeded` is true\n"
                           "when up has leased 192.0.2.2/24 with the gateway 192.0.2.1\n"
                           "after 3 packets like it, which take the tokens of a Limit\n"));
    CHECK(has(ours.output, "yes: ip.daddr is 192.0.2.2, up.address is 192.0.2.2"));
    CHECK(has(ours.output, "yes: l has no token left, ip.saddr is "));
    CHECK(has(ours.output, "logged: \"often 192.0.2.2\\n\""));
    // Nobody knows which address it had then.
    const auto other = desk.explain("--log 'often 84.0.2.2'");
    CHECK(other.status == 0);
    CHECK(has(other.output, "this is its way without that, on which the line is not printed:\n"));
}
