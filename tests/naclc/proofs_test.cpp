// `naclc query`, `naclc diff` and broken Asserts, through the command: what is printed, and the exit status.
#include "tests/naclc/shell.hpp"

#include <catch2/catch.hpp>

namespace {

const std::string policy =
    "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, prerouting: [to, edge] }\n"
    "Nat::TCP to { if (tcp.dport == 8080) { dnat(10.0.0.5) } }\n"
    "Filter::IP edge {\n"
    "    Filter::TCP { if (tcp.dport == 22) { accept } }\n"
    "    drop\n"
    "}\n";

/// Of a shell that has the policy as p.nacl.
struct Scene : Shell {
    Scene() { write("p.nacl", policy); }

    codegen::Finished query(const std::string& where, const std::string& verdict) const {
        return (*this)("naclc query p.nacl --chain wan.prerouting --where '" + where + "' --verdict " +
                       verdict);
    }
};

} // namespace

TEST_CASE("a query prints a packet and the line that decides, or that there is none") {
    const Scene scene;
    const auto found = scene.query("tcp.dport == ssh and ip.saddr in 198.51.100.0/24", "accept");
    CHECK(found.status == 0);
    CHECK(found.output == "chain: wan.prerouting,\n"
                          "packet: { ip: { saddr: 198.51.100.7, daddr: 198.51.100.1 }, tcp: { dport: 22 } },\n"
                          "expect: accept\n"
                          "p.nacl:4:42: this decides\n"
                          "    4 |     Filter::TCP { if (tcp.dport == 22) { accept } }\n");
    const auto none = scene.query("udp.dport == 22", "accept");
    CHECK(none.status == 1);
    CHECK(none.output == "no such packet\n");
    // The solver that proves this one writes nothing of its own.
    CHECK(scene.query("tcp.sport < tcp.dport and tcp.dport < tcp.sport", "accept").output == "no such packet\n");
}

TEST_CASE("what is not decided has a status of its own, and a wrong question is wrong usage") {
    const Scene scene;
    CHECK(scene("sed 's/10.0.0.5/10.0.0.5, 22/' p.nacl > q.nacl").status == 0);
    const auto undecided = scene("naclc query q.nacl --chain wan.prerouting --verdict accept "
                                 "--where 'tcp.dport == 8080 and ct.state == established'");
    CHECK(undecided.status == 3);
    CHECK(undecided.output == "not decided: neither a packet nor a proof was found\n");
    CHECK(scene.query("tcp.dport == nosuch", "accept").status == 2);
    CHECK(scene.query("true) { drop } if (false", "accept").status == 2);
    CHECK(scene.query("true", "next").status == 2);
    // A message shows the argument, and nothing of what the command puts around it.
    CHECK(scene.query("ip.ttl == 4 and\nip.saddr == nosuch", "accept").output.starts_with("--where:2:13: error: "));
    CHECK(scene.query("(ip.ttl == 4", "accept").output.starts_with("--where:1:1: error: `(`"));
    CHECK(scene.query("", "accept").output.starts_with("--where:1:1: error: "));
    // Packets of other protocols do not have the field, so they are none with port 21.
    CHECK(scene.query("not tcp.dport == 21 and ip.protocol == 47", "drop").status == 0);
    CHECK(scene("naclc query p.nacl --chain wan.prerouted --verdict drop").status == 2);
    CHECK(scene("naclc query nowhere.nacl --chain wan.prerouting --verdict drop").status == 2);
    CHECK(scene("naclc query p.nacl --chain wan.prerouting --verdict drop").status == 0);
}

TEST_CASE("an error that comes back to a hidden source may go to the host that sent it") {
    const Scene scene;
    scene.write("hidden.nacl",
                "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, masquerade: true }\n"
                "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                "Gateway gw { connected: [wan, lan], forward: middle }\n"
                "Filter::IP middle { accept }\n");
    const std::string ask = "naclc query hidden.nacl --chain gw.forward --verdict accept --where 'ip.saddr == ip.daddr";
    CHECK(scene(ask + "'").status != 1);
    CHECK(scene("sed -i 's/, masquerade: true//' hidden.nacl").status == 0);
    CHECK(scene(ask + "'").status == 1);
}

TEST_CASE("a diff tells each direction, and fails on what it is told to") {
    const Scene scene;
    CHECK(scene("sed 's/== 22/in [22, 23]/' p.nacl > new.nacl").status == 0);
    const auto done = scene("naclc diff p.nacl new.nacl");
    CHECK(done.status == 0);
    CHECK(done.output.find("wan.prerouting: more-permissive\n    tcp to port 23: drop -> accept\n    packet: { ip: { saddr: ") == 0);
    CHECK(done.output.find("was drop at p.nacl:5:5, is accept at new.nacl:4:48\n") != std::string::npos);
    CHECK(scene("naclc diff p.nacl new.nacl --fail-on less-permissive,incomparable").status == 0);
    CHECK(scene("naclc diff p.nacl new.nacl --fail-on less-permissive,more-permissive").status == 1);
    CHECK(scene("naclc diff new.nacl p.nacl --fail-on less-permissive").status == 1);
    CHECK(scene("naclc diff p.nacl p.nacl --fail-on less-permissive,more-permissive,incomparable,not-decided")
              .status == 0);
    CHECK(scene("naclc diff p.nacl new.nacl --json | python3 -c 'import json,sys; d = json.load(sys.stdin); "
                "assert d[\"whole\"] == d[\"chains\"][0][\"change\"] == \"more-permissive\"'")
              .status == 0);
    CHECK(scene("sed 's/index: 0/index: 5/' p.nacl > moved.nacl").status == 0);
    const auto moved = scene("naclc diff p.nacl moved.nacl --fail-on incomparable");
    CHECK(moved.status == 1);
    CHECK(moved.output.find("ifaces.wan.index: was 0, is 5\nall together: incomparable\n") != std::string::npos);
    CHECK(scene("naclc diff p.nacl nowhere.nacl").status == 2);
    scene.write("noisy.nacl", policy + "unused: 5\n");
    CHECK(scene("naclc check noisy.nacl 2>&1").output.find("warning: ") != std::string::npos);
    CHECK(scene("naclc diff p.nacl noisy.nacl 2>&1").output == "wan.prerouting: equivalent\nall together: equivalent\n");
}

TEST_CASE("a diff tells with which ends packets left and leave") {
    const Scene scene;
    scene.write("old.nacl", policy + "more.prerouting: two Nat::TCP two { if (tcp.dport == 80) { dnat(10.0.0.5) } }\nIface more { index: 1 }\n");
    CHECK(scene("sed 's/dnat(10.0.0.5) } }$/dnat(10.0.0.6, 8080) } }/' old.nacl > new.nacl").status == 0);
    const auto done = scene("naclc diff old.nacl new.nacl");
    CHECK(done.output.find("is dnat 10.0.0.6:8080 at new.nacl:7:60\n    left for 10.0.0.5 port 80; leaves for 10.0.0.6 port 8080\n") !=
          std::string::npos);
    scene.write("seen.nacl", policy + "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\nGateway gw { connected: [wan, lan] }\n");
    CHECK(scene("sed 's/index: 0/index: 0, masquerade: true/' seen.nacl > hidden.nacl").status == 0);
    const auto hidden = scene("naclc diff seen.nacl hidden.nacl");
    CHECK(hidden.output.find("wan.postrouting: incomparable\n") != std::string::npos);
    CHECK(hidden.output.find(", from 203.0.113.1\n") != std::string::npos);
    CHECK(hidden.output.find("all together: incomparable\n") != std::string::npos);
}

TEST_CASE("where the whole of a diff is not what its chains are, it says why") {
    const Scene scene;
    const std::string nets = "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0 }\n"
                             "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                             "Gateway gw { connected: [wan, lan], forward: middle }\n"
                             "Filter::IP middle { if (iface.in == wan) { drop } accept }\n"
                             "wan.input: none Filter::IP none { drop }\nwan.prerouting: front\n";
    scene.write("before.nacl", nets + "Filter::IP front { if (ip.dscp == 3) { drop } accept }\n");
    scene.write("newly.nacl", nets + "Filter::IP front { accept }\n");
    const auto done = scene("naclc diff before.nacl newly.nacl --fail-on more-permissive");
    CHECK(done.status == 0);
    CHECK(done.output.find("wan.prerouting: more-permissive\n") == 0);
    CHECK(done.output.find("what wan.prerouting lets through newly ends as before on wan -> ") != std::string::npos);
    CHECK(done.output.find("all together: equivalent\n") != std::string::npos);
    CHECK(scene("naclc diff before.nacl newly.nacl --json | python3 -c 'import json,sys; d = json.load(sys.stdin); "
                "assert d[\"whole\"] == \"equivalent\" and d[\"chains_together\"] == \"more-permissive\" and d[\"whole_ways\"]; "
                "assert d[\"unseen\"][0][\"chain\"] == \"wan.prerouting\"'")
              .status == 0);
    // One of the two directions is seen: its packet is shown with its way.
    CHECK(scene("sed 's/ip.dscp == 3/ip.dscp == 4/; s/middle { /middle { if (ip.ttl == 9) { drop } /' before.nacl > other.nacl").status == 0);
    // Who is told that there is no way is now told that he is rejected.
    CHECK(scene("sed 's/ip.dscp == 3) { drop }/ip.dscp == 3) { reject }/' before.nacl > rejecting.nacl").status == 0);
    CHECK(scene("naclc diff newly.nacl rejecting.nacl").output.find("ends no more and no less strictly on wan -> nowhere: reject at ") != std::string::npos);
    const auto other = scene("naclc diff before.nacl other.nacl --fail-on less-permissive");
    CHECK(other.status == 1);
    CHECK(other.output.find("lan -> wan:\n    iface: lan,\n") != std::string::npos);
    CHECK(other.output.find("all together: less-permissive\n") != std::string::npos);
}

TEST_CASE("an Iface that has another name alone is no difference, and why whole ways are not compared is told") {
    const Scene scene;
    CHECK(scene("sed 's/\\bwan\\b/uplink/g' p.nacl > renamed.nacl").status == 0);
    const auto renamed = scene("naclc diff p.nacl renamed.nacl --fail-on incomparable");
    CHECK(renamed.status == 0);
    CHECK(renamed.output == "uplink.prerouting: equivalent\nname of an Iface: was wan, is uplink\nall together: equivalent\n");
    const std::string limit = "Limit l { rate: 1, per: second }\nIface wan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: f, input: g }\n"
                              "Filter::IP g { if (l.exceeded) { drop } accept }\n";
    scene.write("more.nacl", limit + "Filter::IP f { accept }\n");
    scene.write("less.nacl", limit + "Filter::IP f { if (ip.ttl == 3) { drop } accept }\n");
    const auto asked = scene("naclc diff less.nacl more.nacl");
    CHECK(asked.output.find("\n(a Limit is taken to find the same of a packet as before: others may ask those of wan.input)\nall together: more-permissive\n") !=
          std::string::npos);
    scene.write("both.nacl", limit + "Filter::IP f { if (ip.dscp == 3) { drop } accept }\n");
    CHECK(scene("naclc diff less.nacl both.nacl").output.find("\n(whole ways are not compared: chains ask Limits)\nall together: incomparable\n") !=
          std::string::npos);
    const auto refused = scene("naclc query more.nacl --chain wan.input --where 'l.exceeded' --verdict drop");
    CHECK(refused.status == 2);
    CHECK(refused.output.find("asks a Limit") != std::string::npos);
}

TEST_CASE("what is logged otherwise stands below its chain, which is equivalent all the same") {
    const Scene scene;
    CHECK(scene("sed 's/^    drop/    log(\"gone\")\\n    drop/' p.nacl > new.nacl").status == 0);
    const auto done = scene("naclc diff p.nacl new.nacl --fail-on more-permissive,less-permissive,incomparable");
    CHECK(done.status == 0);
    CHECK(done.output == "wan.prerouting: equivalent\n    log(\"gone\") at new.nacl:5:5: added\nall together: equivalent\n");
    CHECK(scene("naclc diff new.nacl p.nacl").output.find("at new.nacl:5:5: removed\n") != std::string::npos);
    CHECK(scene("naclc diff p.nacl new.nacl --json | python3 -c 'import json,sys; d = json.load(sys.stdin); "
                "assert d[\"chains\"][0][\"logs\"][0][\"change\"] == \"added\"'")
              .status == 0);
}

TEST_CASE("a policy with a broken Assert is neither built nor tested") {
    const Scene scene;
    scene.write("broken.nacl",
                policy + "Assert::TCP closed(wan.prerouting) { if (tcp.dport == 22) { drop } }\n");
    for (const auto* call : {"check broken.nacl", "test broken.nacl --on interp", "emit broken.nacl"}) {
        const auto done = scene("naclc " + std::string(call) + " 2>&1");
        CHECK(done.status == 1);
        CHECK(done.output.find("[broken-assert]") != std::string::npos);
    }
}

TEST_CASE("policies are read from pipes") {
    const Scene scene;
    const auto found = scene("cat p.nacl | naclc diff p.nacl /dev/stdin");
    CHECK(found.status == 0);
    CHECK(found.output.ends_with("all together: equivalent\n"));
}

TEST_CASE("of a packet that is translated otherwise it is told how its way goes on") {
    const Shell shell;
    const auto gateway = [](const std::string& web) {
        return "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, prerouting: to }\n"
               "Iface dmz { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
               "Gateway gw { connected: [wan, dmz], forward: f }\n"
               "Nat::TCP to { if (tcp.dport == 80) { dnat(" + web + ") } }\n"
               "Filter::IP f { if (ip.daddr == 10.0.0.5) { accept } drop }\n";
    };
    shell.write("old.nacl", gateway("10.0.0.5"));
    shell.write("new.nacl", gateway("10.0.0.6"));
    const auto found = shell("naclc diff old.nacl new.nacl");
    CHECK(found.output.find("    went on wan -> dmz, accept at old.nacl:5:44; goes on wan -> dmz, drop at new.nacl:5:53\n") !=
          std::string::npos);
}

TEST_CASE("a chain without functions does nothing by itself") {
    const Shell shell;
    shell.write("m.nacl", "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, masquerade: true }\n");
    CHECK(shell("naclc query m.nacl --chain wan.postrouting --where 'ct.state == invalid' --verdict drop").status == 1);
}
