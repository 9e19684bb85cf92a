// Cures work: what a hint says to write is written, and the compiler has nothing more to say.
#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

namespace {

constexpr std::string_view ifaces =
    "Iface eth0 { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, postrouting: f }\n"
    "blocked: [10.0.0.66]\n";

std::vector<syntax::Diagnostic> errors_in(const std::string& policy) {
    auto loaded = sema::load_text("policy.nacl", policy, std::filesystem::temp_directory_path());
    std::erase_if(loaded.diagnostics, [](const syntax::Diagnostic& d) {
        return syntax::info(d.kind).severity != syntax::Severity::error;
    });
    return loaded.diagnostics;
}

/// What stands between the backticks of a hint, each by itself; those with `…` are not whole.
std::vector<std::string> cures_in(const std::string& hint) {
    std::vector<std::string> cures;
    for (auto begin = hint.find('`'); begin != hint.npos;) {
        const auto end = hint.find('`', begin + 1);
        if (end == hint.npos) break;
        const auto cure = hint.substr(begin + 1, end - begin - 1);
        if (cure.find("…") == cure.npos) cures.push_back(cure);
        begin = hint.find('`', end + 1);
    }
    return cures;
}

/// The rule between these two is one mistake, on its line, and what the hint says to write in its place is
/// none.
void check_cure(const std::string& before, std::string_view rule, const std::string& after) {
    const auto policy = before + std::string(rule) + after;
    const auto errors = errors_in(policy);
    INFO(policy);
    REQUIRE(errors.size() == 1);
    const auto lines_before = std::count(before.begin(), before.end(), '\n');
    CHECK(errors.front().span.begin.line == static_cast<std::uint32_t>(lines_before) + 1);
    INFO(errors.front().hint);
    const auto cures = cures_in(errors.front().hint);
    REQUIRE(cures.size() == 1);
    CHECK(errors_in(before + cures.front() + after).empty());
}

} // namespace

TEST_CASE("a rule of another language is one mistake, and its cure can be typed in") {
    constexpr std::array<std::string_view, 74> rules = {
        "iif eth0 accept",
        "iifname \"eth0\" tcp dport 22 accept",
        "oif \"eth0\" drop",
        "ip saddr 1.2.3.4 drop",
        "ip saddr != 10.0.0.0/8 drop",
        "ip saddr { 10.0.0.1, 10.0.0.2 } accept",
        "ip saddr @blocked drop",
        "ip daddr 10.0.0.1-10.0.0.9 accept",
        "ip protocol icmp accept",
        "ip ttl < 5 drop",
        "ip.ttl == 5 accept",
        "tcp dport 22 accept",
        "tcp dport {22, 80} counter accept",
        "tcp dport != 22 drop",
        "tcp dport 22-80 accept",
        "tcp sport 22 tcp dport 80 accept",
        "tcp flags syn drop",
        "udp dport 53 accept",
        "icmp type echo-request accept",
        "ct state established,related accept",
        "ct state { established, related } accept",
        "ct state invalid drop",
        "meta l4proto tcp accept",
        "ether saddr 00:11:22:33:44:55 drop",
        "counter drop",
        "policy drop;",
        "type filter hook input priority 0; policy drop;",
        "add rule inet filter input tcp dport 22 accept",
        "pass in on eth0",
        "pass in quick on eth0 proto tcp from any to 10.0.0.1 port 80 keep state",
        "block drop in quick on eth0",
        "block in all",
        "drop in on eth0",
        "-A INPUT -j ACCEPT",
        "-A INPUT -i eth0 -p tcp -s 10.0.0.0/8 --dport 22 -m state --state NEW -j ACCEPT",
        "iptables -A INPUT -p udp --dport 1024:2048 -j DROP",
        "ufw allow 22/tcp",
        "permit tcp any any eq 80",
        "deny ip host 10.0.0.9 any",
        "access-list 101 permit udp any host 10.0.0.1 eq 53",
        "drop if ip.ttl == 5",
        "accept unless (ip.ttl == 5)",
        "accept ip.ttl == 5",
        "drop ip.saddr 10.0.0.9",
        "permit tcp 10.0.0.0 0.0.0.255 any eq 80",
        "deny udp any 10.1.0.0 0.0.255.255 range 5000 6000",
        "permit tcp any any established",
        "access-list 10 permit 10.0.0.0 0.0.0.255",
        "access-list 10 deny host 10.0.0.9",
        "ip saddr != @blocked tcp dport { 80, 443, 8000-8010 } accept",
        "ip saddr blocked drop",
        "iifname { \"eth0\" } accept",
        "ip protocol { tcp, udp } accept",
        "meta l4proto { tcp, udp } th dport 53 accept",
        "ip saddr 10.0.0.9 log prefix \"x\" drop",
        "pass in proto { tcp, udp } to port 53",
        "block in from <blocked> to any",
        "block in from ! 10.0.0.0/8",
        "-A INPUT ! -s 10.0.0.0/8 -j DROP",
        "-A INPUT -s 10.0.0.0/255.255.255.0 -j DROP",
        "-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT",
        "-A INPUT -p tcp --syn -j DROP",
        "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        "log prefix \"x\" drop",
        "tcp dport 22 log prefix \"ssh: \" level info reject",
        "tcp dport 22 reject with tcp reset",
        "ip saddr 1.2.3.4 reject with icmp type admin-prohibited",
        "vlan id 5 drop",
        "ether type vlan vlan id 5 drop",
        "block in log on eth0",
        "permit tcp any any eq 80 log",
        "-A INPUT -p tcp --dport 22 -j LOG",
        "-A INPUT -p tcp --dport 22 -j LOG --log-prefix \"ssh: \" --log-level 4",
        "-A INPUT -p tcp --dport 22 -j REJECT --reject-with tcp-reset",
    };
    for (const auto rule : rules)
        check_cure(std::string(ifaces) + "Filter::IP f {\n    if (ip.ttl == 1) { drop }\n    ", rule,
                   "\n    accept\n}\n");
}

TEST_CASE("outside of functions too") {
    constexpr std::array<std::string_view, 15> rules = {
        "drop",
        "log(\"x\")",
        "dnat(10.0.0.9)",
        "policy drop",
        "ip saddr 1.2.3.4 drop",
        "tcp dport 22 accept",
        "iif eth0 accept",
        "ct state established accept",
        "pass in on eth0",
        "block all",
        "-A INPUT -p tcp --dport 22 -j ACCEPT",
        "permit tcp any any eq 80",
        "ufw allow 22/tcp",
        "accept",
        "if (ip.ttl == 5) { drop }",
    };
    for (const auto rule : rules)
        check_cure("", rule, "\n" + std::string(ifaces) + "Filter::IP f { accept }\n");
}

TEST_CASE("functions may be called as rules of other languages begin") {
    const auto policy = std::string(ifaces) + "Filter::IP policy { if (ip.ttl == 1) { drop } }\n"
                                              "Filter::IP counter { if (ip.ttl == 2) { drop } }\n"
                                              "Filter::IP f {\n    policy counter\n    counter accept\n}\n";
    CHECK(errors_in(policy).empty());
    // Another file may declare them: what they are is said where nothing does.
    const auto with_import =
        "import \"nowhere.nacl\"\n" + std::string(ifaces) + "Filter::IP f {\n    block pass\n    drop\n}\n";
    CHECK(errors_in(with_import).size() == 1);
}

TEST_CASE("a misspelt member or value is cured by what the hint says") {
    struct Mistake {
        std::string_view wrong;
        std::string_view right; ///< among the cures
    };
    constexpr std::array<Mistake, 34> mistakes = {{
        {"trys.exceeded", "tries"},
        {"ipv4.saddr == 10.0.0.1", "ip.saddr"},
        {"ether.saddr == \"00:11:22:33:44:55\"", "eth.saddr"},
        {"ip.saddr in eth0", "ip.saddr in 10.0.0.0/24"},
        {"ip.saddr == eth0", "ip.saddr in 10.0.0.0/24"},
        {"ip.saddr != eth0", "not ip.saddr in 10.0.0.0/24"},
        {"tcp.established", "ct.state == established"},
        {"iifname == eth0", "iface.in"},
        {"vlan == 5", "vlan.id"},
        {"icmp == echo-request", "icmp.type == echo-request"},
        {"icmp.echo-request", "icmp.type == echo-request"},
        {"icmp: echo-request", "icmp.type == echo-request"},
        {"ct: new", "ct.state == new"},
        {"ip saddr 10.0.0.1", "ip.saddr == 10.0.0.1"},
        {"tcp port 22", "tcp.dport == 22"},
        {"src 10.0.0.1", "ip.saddr == 10.0.0.1"},
        {"10.0.0.0/8 contains ip.saddr", ""},
        {"tcp.flags has syn", "syn in tcp.flags"},
        {"ip.ttl := 5", "=="},
        {"ip.saddr in \"lists/blocked.txt\"", "file(\"lists/blocked.txt\")"},
        {"ip->ttl == 5", "ip.ttl"},
        {"ip.dport == 80", "tcp.dport"},
        {"ip.saddr = [10.0.0.1]", "ip.saddr == 10.0.0.1"},
        {"tcp.flags.syn", "syn in tcp.flags"},
        {"ip.saddr in \"blocked\"", "ip.saddr in blocked"},
        {"iface.in in \"eth0\"", "iface.in == eth0"},
        {"tries > 5", "tries.exceeded"},
        {"tries == exceeded", "tries.exceeded"},
        {"vlan.id == eth0", "iface.in == eth0"},
        {"ip.dscp == ef", "46"},
        {"ip.dscp == \"AF11\"", "10"},
        {"ip.options == TRUE", "true"},
        {"ip.saddr is any", ""},
        {"in 10.0.0.0/8 or 172.16.0.0/12", "ip.saddr in [10.0.0.0/8, 172.16.0.0/12]"},
    }};
    for (const auto& [wrong, right] : mistakes) {
        const auto policy = "Limit tries { rate: 10, per: minute, key: ip.saddr }\n" + std::string(ifaces) +
                            "Filter::IP f {\n    if (" + std::string(wrong) + ") { drop }\n    accept\n}\n";
        const auto errors = errors_in(policy);
        INFO(policy);
        REQUIRE(errors.size() == 1);
        INFO(errors.front().message << "\n" << errors.front().hint);
        if (right.empty()) continue;
        const auto cures = cures_in(errors.front().hint);
        CHECK(std::find(cures.begin(), cures.end(), right) != cures.end());
    }
}

TEST_CASE("what a value is asked for by, or is written like, is cured by what the hint says") {
    for (const auto* wrong : {"ip.saddr == \"blocked\"", "ip.saddr != \"blocked\"", "ip.saddr in \"blocked\"",
                              "iface.in == 10.0.0.1", "iface.in != 10.0.0.1", "eth0"})
        check_cure(std::string(ifaces) + "Filter::IP f {\n    if (ip.ttl == 1 or not (", wrong,
                   ")) { drop }\n    accept\n}\n");
    const auto nat = std::string(ifaces) + "web: { address: 10.0.0.4, port: 80 }\nIface eth1 { index: 1, address: 10.1.0.1, "
                                           "netmask: 255.255.255.0, prerouting: n, postrouting: m }\n"
                                           "Filter::IP f { accept }\n";
    check_cure(nat + "Nat::TCP m { snat(eth1.address) }\nNat::TCP n { ", "dnat(web)", " }\n");
    check_cure(nat + "Nat::TCP n { dnat(web.address) }\nNat::TCP m { ", "snat(eth1)", " }\n");
    check_cure(std::string(ifaces) + "Filter::IP f { log(", "eth0.address", ") accept }\n");
}

TEST_CASE("a misspelt word of an assignment is one mistake, and right as the hint says it") {
    constexpr std::string_view policy = "Iface eth0 { index: 0 }\n"
                                        "eth0.address: 10.0.0.1\n"
                                        "eth0.netmask: 255.255.255.0\n"
                                        "eth0.prerouting: f\n"
                                        "Iface outside dhcp\n"
                                        "outside.index: 1\n"
                                        "Gateway router { forward: f }\n"
                                        "router.world: { net: 0.0.0.0, netmask: 0.0.0.0, iface: eth0 }\n"
                                        "router.world.nexthop: 10.0.0.2\n"
                                        "Conntrack flows { limit: 1000 }\n"
                                        "flows.timeout: { established: { udp: 5 } }\n"
                                        "flows.timeout.established.tcp: 5\n"
                                        "servers: { web: 10.0.0.9 }\n"
                                        "servers.mail: 10.0.0.8\n"
                                        "Load_balancer balancer { layer: tcp, clients: { iface: eth0, port: 80 } }\n"
                                        "balancer.servers: { iface: eth0, algorithm: round_robin }\n"
                                        "balancer.servers.pool: [{ address: servers.web, port: 80 }]\n"
                                        "Syslog logging { address: 10.0.0.7 }\n"
                                        "logging.port: 514\n"
                                        "Timer every { interval: 60 }\n"
                                        "every.data: [stats]\n"
                                        "Filter::IP f { if (ip.daddr in servers) { accept } drop }\n";
    REQUIRE(errors_in(std::string(policy)).empty());
    struct Mistake {
        std::string_view line, wrong, right;
    };
    constexpr std::array<Mistake, 15> mistakes = {{
        {"eth0.address:", "teh0", "eth0"},
        {"eth0.netmask:", "et0", "eth0"},
        {"eth0.netmask:", "nemtask", "netmask"},
        {"outside.index:", "outsied", "outside"},
        {"router.world:", "ruoter", "router"},
        {"router.world.nexthop:", "wrold", "world"},
        {"router.world.nexthop:", "nxethop", "nexthop"},
        {"flows.timeout.established.tcp:", "timeuot", "timeout"},
        {"flows.timeout.established.tcp:", "estblished", "established"},
        {"flows.timeout:", "flwos", "flows"},
        {"servers.mail:", "servres", "servers"},
        {"balancer.servers.pool:", "balancre", "balancer"},
        {"balancer.servers.pool:", "servesr", "servers"},
        {"logging.port:", "loging", "logging"},
        {"every.data:", "evrey", "every"},
    }};
    for (const auto& [line, wrong, right] : mistakes) {
        std::string mistaken(policy);
        const auto at = mistaken.find(right, mistaken.find('\n' + std::string(line)));
        mistaken.replace(at, right.size(), wrong);
        const auto errors = errors_in(mistaken);
        INFO(mistaken);
        for (const auto& error : errors) UNSCOPED_INFO(error.message << " | " << error.hint);
        REQUIRE(errors.size() == 1);
        CHECK(errors.front().hint == "did you mean `" + std::string(right) + "`?");
    }
}

TEST_CASE("a comparison of another language is one mistake, and its cure can be typed in") {
    constexpr std::array<std::string_view, 53> of_all = {
        "ip.saddr = blocked",
        "ip.saddr = 10.0.0.0/8",
        "ip.saddr in 10.0.0.0/8, 10.1.2.3",
        "ip.saddr in 10.0.0.1 - 10.0.0.9, 10.1.2.3",
        "ip.saddr in 10.1.2.3, 10.0.0.0/8, 192.168.0.0/16",
        "ip.saddr in 10/8",
        "ip.saddr in 192.168/16",
        "ip.ttl in 2-5,7",
        "ip.ttl = 7",
        "iface.in not in [eth0]",
        "iface.in not eth0",
        "iface.in is eth0",
        "iface.in is not eth0",
        "iface.in eq eth0",
        "iface.in neq eth0",
        "iface.in eth0",
        "iface.in is in [eth0]",
        "iifname \"eth0\"",
        "ip.saddr is 10.0.0.1",
        "ip.saddr isnt 10.0.0.1",
        "ip.saddr not in blocked",
        "ip.saddr not blocked",
        "ip.saddr ! in blocked",
        "ip.saddr blocked",
        "ip.saddr 10.0.0.0/8",
        "ip.saddr 10.0.0.1 - 10.0.0.9",
        "ip.saddr == !10.0.0.1",
        "ip.saddr != !10.0.0.1",
        "ip.saddr in !blocked",
        "ip.saddr in { 10.0.0.0/8, !10.0.0.1 }",
        "ip.saddr in [10.0.0.0/8, !10.0.0.1, not 10.0.0.2]",
        "ip.saddr != [10.0.0.0/8, !10.1.0.0/16]",
        "ip.saddr in [!10.0.0.1]",
        "ip.saddr == (10.0.0.1 or 10.0.0.2)",
        "ip.saddr == 10.0.0.1, 10.0.0.2",
        "ip.saddr [10.0.0.1, 10.0.0.2]",
        "ip.saddr == 10.0.0.0 0.0.0.255",
        "ip.saddr in 10.0.0.0 255.255.255.0",
        "ip.saddr == 10.0.0.0 mask 255.0.0.0",
        "ip.saddr in [10.0.0.0 0.0.0.255, 10.1.0.0 0.0.255.255]",
        "ip.saddr != 10.0.0.9 0.0.0.0",
        "ip saddr @blocked",
        "ip.saddr == @blocked",
        "ip saddr != { 10.0.0.1, 10.1.0.0/16 }",
        "ip.ttl gt 5",
        "ip.ttl not lt 5",
        "ip.ttl range 5 9",
        "ip.protocol == tcp/udp",
        "ip.protocol is tcp|udp",
        "meta l4proto { tcp, udp }",
        "ct state established,related",
        "ct.state { new, !established }",
        "ct state not invalid",
    };
    for (const auto wrong : of_all)
        check_cure(std::string(ifaces) + "Filter::IP f {\n    if (ip.ttl == 1 or not (", wrong,
                   ")) { drop }\n    accept\n}\n");
    constexpr std::array<std::string_view, 19> of_tcp = {
        "tcp.dport eq 80",
        "tcp.dport ports",
        "tcp.dport one_port",
        "tcp.dport not ports",
        "tcp.dport 80",
        "tcp.dport ge 1024",
        "tcp.dport range 1 1023",
        "tcp dport { 80, 443 }",
        "tcp dport 8000-8010",
        "tcp dport != ports",
        "tcp.dport (80, 443)",
        "tcp.flags == SYN+ACK",
        "tcp.flags == syn|ack",
        "tcp.flags != SYN,ACK",
        "tcp.flags == syn/ack",
        "tcp flags syn,ack",
        "tcp.flags == S/SA",
        "tcp.flags != SA/SAFR",
        "tcp.flags == \"S/SA\"",
    };
    for (const auto wrong : of_tcp)
        check_cure("ports: [80, 443]\none_port: 8080\n" + std::string(ifaces) +
                       "Filter::IP f {\n    Filter::TCP {\n    if (",
                   wrong, " and ip.ttl == 1) { drop }\n    }\n    accept\n}\n");
}

TEST_CASE("a value or member is cured where it stands") {
    check_cure("x: ", "10 . 0 . 0 . 1", "\n");
    check_cure("", "lan 10.0.0.0/24", "\n");
    check_cure("", "define lan = 10.0.0.0/24", "\n");
    check_cure("", "let lan: 10.0.0.1 - 10.0.0.9", "\n");
    check_cure("", "lan: 10.0.0.1, 10.0.0.16/28, 10.0.0.5 - 10.0.0.9", "\n");
    check_cure("", "lan: 10.0.0.0/8, 192.168.10.5", "\nx: 1\n");
    check_cure("", "lan { 10.0.0.0/8 }", "\n");
    check_cure("x: { lo: 10.0.0.0/25, ", "hi 10.0.0.128/25", " }\n");
    check_cure("Conntrack c { limit: ", "20_000", " }\n");
    check_cure(std::string(ifaces) + "Filter::IP f { if (ip.saddr in 10.0.0.0/8 or ", "in 172.16.0.0/12", ") { drop } accept }\n");
    const std::string decides = ") { drop } accept }\n";
    check_cure(std::string(ifaces) + "Filter::IP f { if (", "ip.saddr in 10.0.0.0/8 or 172.16.0.0/12", decides);
    check_cure(std::string(ifaces) + "Filter::IP f { if (ip.saddr in [10.0.0.0/8] or ", "172.16.0.0/12", decides);
    check_cure(std::string(ifaces) + "Filter::IP f { Filter::ICMP { if (", "icmp.type == 8/0",
               ") { drop } } accept }\n");
    check_cure("x: ", "10.0.\n0.1", "\n");
    check_cure("x: { ", "a => 5", " }\n");
    check_cure("x: ", "10.0.0.0 0.0.0.255", "\n");
    check_cure("x: [10.1.0.0/16, ", "10.0.0.0 255.255.255.0", "]\n");
    check_cure("", "x = { 10.0.0.1, 10.0.0.2 }", "\n");
    check_cure("", "define x = { 10.0.0.1 }", "\n");
    check_cure("Timer t { interval: ", "5 min", ", data: [stats] }\n");
    check_cure("Iface eth0 { index: 0, ", "address: 10.0.0.1 255.255.255.0", " }\n");
    check_cure("Iface eth0 { index: 0, ", "address: dhcp", " }\n");
    check_cure("web: 10.0.0.9\nNat::TCP n { ", "dnat(web:8080)", " }\n");
    check_cure("web: 10.0.0.9\nNat::TCP n { ", "dnat(web, port: 8080)", " }\n");
    check_cure(std::string(ifaces) + "Filter::IP f { drop }\nTest t { iface: eth0, packet: { ",
               "ip.saddr: 10.0.0.2, tcp.dport: 80, ip.daddr: 10.0.0.1", " }, expect: accept }\n");
    const std::string asks = std::string(ifaces) + "Filter::IP f { if (ip.ttl ";
    check_cure(asks + "== 1) ", "drop", " accept }\n");
    check_cure(asks + "== 1 or ", "== 2", ") { drop } accept }\n");
    check_cure(asks, "between 1 and 5", ") { drop } accept }\n");
    const std::string gateway = std::string(ifaces) + "Filter::IP f { drop }\nGateway gw { forward: f }\n";
    check_cure(gateway + "Assert::IP a", "(gateway.forward: f)", " { drop }\n");
    check_cure(gateway + "Assert::IP a(", "gateway.forward", ") { drop }\n");
    check_cure(gateway + "Filter::IP g { if (ip.ttl == 1) { drop } ", "else",
               " (ip.ttl == 2) { accept } drop }\n");
    check_cure("Iface eth0 { index: 0, address: ", "10.0.0.1/24", ", netmask: 255.255.255.0 }\n");
    check_cure("Limit u { rate: 6, per: minute, key: ip.saddr }\nFilter::IP f { if (", "u.exceeded.x", ") { drop } drop }\n");
    for (const auto address :
         {"10.0.0.O", "1O.0.0.l", "10.0..0.1", "10..0.0.1", "10,0.0.1", "10.0.0,1", "10.0.0.6-9"})
        check_cure("x: ", address, "\n");
    check_cure("", "set x { 10.0.0.1, 10.0.0.2 }", "\n");
    check_cure("", "list x { 10.0.0.0/8 }", "\n");
    check_cure("x: { y: ", "1, 2", ", z: 3 }\n");
    check_cure("x: ", "host 10.0.0.1", "\n");
    check_cure("Iface eth0 { ", "dhcp", ", index: 0 }\n");
    check_cure("web: 10.0.0.9\nNat::TCP n { ", "dnat(to: web)", " }\n");
    check_cure("", "x: 10.0.0.5 | 10.0.0.6", "\n");
    check_cure(asks + "== 1 and ip.saddr == ", "192,168.1.50", ") { drop } accept }\n");
}

TEST_CASE("a condition, heading or action is cured by what stands in the place of what is underlined") {
    const auto check = [](const std::string& before, const std::string& line, const std::string& after) {
        const auto errors = errors_in(before + line + after);
        INFO(before + line + after);
        REQUIRE(errors.size() == 1);
        const auto cures = cures_in(errors.front().hint);
        REQUIRE(cures.size() == 1);
        const auto line_begin = before.rfind('\n') + 1;
        const auto& span = errors.front().span;
        auto cured = before + line + after;
        cured.replace(line_begin + span.begin.column - 1, span.end.column - span.begin.column, cures.front());
        INFO(cured);
        CHECK(errors_in(cured).empty());
    };
    const std::string before = std::string(ifaces) + "lan_net: [10.0.0.0/24]\nFilter::IP f {\n    ";
    constexpr std::array<std::string_view, 14> conditions = {
        "ip.ttl == 5 {",
        "(ip.ttl == 5) {",
        "not ip.saddr in lan_net and ip.ttl == 1 {",
        "unless (ip.ttl == 5) {",
        "unless (ip.ttl == 5 or ip.ttl == 6) {",
        "if ip.ttl == 5 {",
        "if not (ip.ttl == 5) {",
        "if !(ip.ttl == 5) {",
        "if (ip.ttl == 5) || (ip.ttl == 6) {",
        "if (ip.ttl: 5 and ip.saddr == 10.0.0.2) {",
        "if (ip.saddr: 10.0.0.0/8) {",
        "if (eth0 -> eth0) {",
        "if (ip.ttl == 1 and eth0->eth0) {",
        "if (lim.exceeded()) {",
    };
    const std::string limit = "Limit lim { rate: 5, per: minute }\n";
    for (const auto condition : conditions)
        check(limit + before, std::string(condition), "\n        drop\n    }\n    accept\n}\n");
    for (const std::string condition : {"exceeded(lim)", "lim exceeded"})
        check(limit + before, "if (ip.ttl == 1 and " + condition + ") {",
              "\n        drop\n    }\n    accept\n}\n");
    for (const std::string heading : {"TCP {", "tcp {", "if (tcp) {"})
        check(before, heading, "\n        if (tcp.dport == 80) { drop }\n    }\n    accept\n}\n");
    check(before, "Filter::UDP (udp.dport == 53) { drop }", "\n    accept\n}\n");
    check("web: 10.0.0.1\n", "Nat::TCP n { dnat web }", "\n");
    check(std::string(ifaces) + "Filter::IP f { drop }\n", "Limit::TCP l { rate: 5, per: minute }", "\n");
    check("", "Iface::IP wan { index: 0 }", "\n");
    check("", "Test web from world { packet: { ip: { } }, function: f, expect: next }",
          "\n" + limit + before + "accept\n}\n");
    check("", "Filter::IP from wan to lan { drop }", "\n");
    check("", "Iface eth0 { dhcp: true, index: 0 }", "\n");
    check("", "lan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0 }", "\n");
    check("", "ports { web: 80, mail: 25 }", "\n");
    check("", "Iface eth0 { index: 0, vlan.id: 5, address: 10.0.0.1, netmask: 255.0.0.0 }", "\n");
}

TEST_CASE("a first line that is missing is cured by what the hint says to write above") {
    struct Lost {
        std::string before, body, after;
    };
    const std::string wan =
        "Iface wan { index: 0, address: 10.0.0.1, netmask: 255.255.255.0, prerouting: f }\n";
    const std::array<Lost, 5> all = {{
        {wan, "    if (ip.ttl == 1) { drop }\n    log(\"x\")\n    accept\n}\n", ""},
        {wan, "    Filter::TCP {\n        drop\n    }\n    accept\n}\n", "x: [1, 2]\n"},
        {wan + "Filter::IP f {\n",
         "        if (tcp.dport == 80) { drop }\n    }\n    log(\"x\")\n    drop\n}\n", ""},
        {"", "    index: 0,\n    address: 10.0.0.1,\n    netmask: 255.255.255.0 }\n", ""},
        {wan + "Filter::IP f { drop }\n",
         "    iface: wan,\n    packet: { ip: { saddr: 10.0.0.2, daddr: 10.0.0.1 }, tcp: { dport: 80 } },\n"
         "    expect: drop\n}\n",
         "x: 5\n"},
    }};
    for (const auto& [before, body, after] : all) {
        const auto errors = errors_in(before + body + after);
        INFO(before + body + after);
        REQUIRE(errors.size() == 1);
        const auto lines_before = std::count(before.begin(), before.end(), '\n');
        CHECK(errors.front().span.begin.line == static_cast<std::uint32_t>(lines_before) + 1);
        const auto cures = cures_in(errors.front().hint);
        REQUIRE(cures.size() == 1);
        INFO(cures.front());
        CHECK(errors_in(before + cures.front() + '\n' + body + after).empty());
    }
}

TEST_CASE("a quote that is missing in a log is put where the hint says") {
    constexpr std::array<std::string_view, 9> logs = {
        "log(\"bad packet)",
        "log(bad packet\")",
        "log(\"bad packet, ip.saddr)",
        "log(\"bad, or worse)",
        "log(\"a \", ip.saddr, \" b)",
        "log(\"a \", ip.saddr, b\\n\")",
        "log(\"a , ip.saddr, \" b\\n\")",
        "log(a \", ip.saddr, \" b (c)\")",
        "syslog(INFO, \"bad packet, ip.saddr)",
    };
    for (const auto log : logs)
        check_cure(std::string(ifaces) + "Filter::IP f {\n    if (ip.ttl == 1) { ", log, " drop }\n    accept\n}\n");
}

TEST_CASE("a rule that translates is cured by a Nat function") {
    constexpr std::array<std::string_view, 8> rules = {
        "iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5:8080",
        "-A POSTROUTING -o eth0 -j SNAT --to-source 10.0.0.1",
        "tcp dport 80 dnat to 10.0.0.5:8080",
        "udp dport 53 dnat to 10.0.0.5",
        "ip saddr 10.0.0.0/24 snat to 10.0.0.1",
        "tcp dport 80 redirect to :8080",
        "rdr on eth0 proto tcp from any to any port 80 -> 10.0.0.5 port 8080",
        "ip nat inside source static tcp 10.0.0.5 80 203.0.113.1 8080",
    };
    const std::string before = std::string(ifaces) + "Filter::IP f {\n    ";
    for (const auto rule : rules) {
        const auto errors = errors_in(before + std::string(rule) + "\n    accept\n}\n");
        INFO(rule);
        REQUIRE(errors.size() == 1);
        const auto cures = cures_in(errors.front().hint);
        INFO(errors.front().hint);
        REQUIRE(cures.size() == 2); // the chain, and the function
        CHECK(errors_in(std::string(ifaces) + "Filter::IP f { accept }\n" + cures.back() + "\n").empty());
    }
}

TEST_CASE("a rule that limits is cured by a Limit") {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> rules = {{
        {"ct state new tcp dport 22 meter ssh { ip saddr limit rate over 6/minute } drop",
         "Limit name { rate: 6, per: minute, key: ip.saddr }"},
        {"limit rate 5/second accept", "Limit name { rate: 5, per: second }"},
        {"-A INPUT -m hashlimit --hashlimit-above 7/hour --hashlimit-mode dstip -j DROP",
         "Limit name { rate: 7, per: hour, key: ip.daddr }"},
        {"iptables -A INPUT -p tcp --dport 22 -m limit --limit 5/min -j ACCEPT", "Limit name { rate: 5, per: minute }"},
        {"tcp dport 22 limit rate 5/day accept", "Limit name { rate: 5, per: day }"},
        {"limit rate 5/second burst 10 packets accept", "Limit name { rate: 5, per: second, burst: 10 }"},
    }};
    for (const auto& [rule, limit] : rules) {
        const auto errors =
            errors_in(std::string(ifaces) + "Filter::IP f {\n    " + std::string(rule) + "\n    accept\n}\n");
        INFO(rule);
        REQUIRE(errors.size() == 1);
        const auto cures = cures_in(errors.front().hint);
        REQUIRE(cures.size() == 2);
        CHECK(cures[0] == limit);
        CHECK(errors_in(cures[0] + "\n" + std::string(ifaces) + "Filter::IP f {\n    " + cures[1] + "\n    accept\n}\n")
                  .empty());
    }
}

TEST_CASE("a statement, member or declaration in the form of others is one mistake, and its cure can be typed in") {
    const std::string head = "Limit tries { rate: 10, per: minute }\n"
                             "Syslog collector { address: 10.0.0.9, port: 514 }\n" +
                             std::string(ifaces) + "Iface eth1 { index: 1, address: 10.1.0.1, netmask: 255.255.255.0 }\n";
    constexpr std::array<std::string_view, 10> conditions = {
        "from eth0",   "from eth0 to eth1", "in == eth0",  "in eth0", "blocked.contains(ip.saddr)", "tries.exceeded is false",
        "tries.exceeded == false", "tries.exceeded != true", "tries.exceeded == true", "tries.exceeded is not true",
    };
    for (const auto condition : conditions)
        check_cure(head + "Filter::IP f {\n    if (", condition, ") { drop }\n    accept\n}\n");
    constexpr std::array<std::string_view, 6> statements = {
        "tcp.dport == 25: reject",         "ip.ttl == 5 then drop",
        "log \"x\", ip.saddr",             "syslog(collector, WARNING, \"x\")",
        "syslog(\"x\", WARNING)",          "syslog WARNING (\"x\", ip.saddr)",
    };
    for (const auto statement : statements) {
        const auto before = head + "Filter::IP f {\n    ", after = std::string("\n    accept\n}\n");
        check_cure(before, statement, after);
    }
    constexpr std::array<std::string_view, 5> targets = {"eth0 <- eth1", "from eth0 to eth1", "eth0 eth1", "eth0, eth1",
                                                         "eth0:postrouting"};
    for (const auto target : targets)
        check_cure(head + "Filter::IP f { accept }\nAssert::IP a(", target, ") { if (ip.ttl == 0) { drop } }\n");
    check_cure(head + "Filter::IP f { accept }\nAssert::IP a(eth0 -> eth1)", ": ip.ttl == 0 implies drop", "\n");
    for (const std::string_view range : {"10.0.0.1 .. 10.0.0.9", "10.0.0.1:10.0.0.9", "10.0.0.0/24-10.0.1.0/24"})
        check_cure(head + "Filter::IP f { accept }\nunused: ", range, "\n");
    check_cure("Iface eth2 { index: ", "eth2.10", ", address: 10.2.0.1, netmask: 255.255.255.0 }\n" + head +
                   "Filter::IP f { accept }\n");
    check_cure("Iface eth2 { index: 2, netmask: 255.255.255.0, address: ", "10,2,0,1",
               " }\n" + head + "Filter::IP f { accept }\n");
    check_cure(head + "Limit other { rate: ", "6 per minute", " }\nFilter::IP f { accept }\n");
}
