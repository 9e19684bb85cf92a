// The Test in the message of a broken Assert can be pasted into the policy: it fails as it is, and passes when it
// expects what the message says.
#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/check.hpp"
#include "harness/runner.hpp"
#include "tests/analysis/policy.hpp"

#include <algorithm>

namespace {

const std::string office = "wan.postrouting: narrow\n"
                           "Filter::IP narrow { if (ip.dscp == 1) { reject } if (ip.ttl == 9) { drop } accept }\n"
                           "Limit often { rate: 1, per: second }\n";

/// The Tests that the messages about a policy hint at.
std::vector<std::string> hints(const std::string& text, const std::string& ifaces = two_ifaces) {
    const auto loaded = sema::load_text("test.nacl", ifaces + text);
    REQUIRE(loaded.appliance);
    std::vector<std::string> found;
    for (const auto& diagnostic : analysis::check(*loaded.appliance, loaded.sources)) {
        if (diagnostic.kind != syntax::Kind::broken_assert) continue;
        const auto begin = diagnostic.hint.find("`Test");
        if (begin == std::string::npos) continue;
        found.push_back(diagnostic.hint.substr(begin + 1, diagnostic.hint.rfind('`') - begin - 1));
    }
    return found;
}

std::size_t failures_of(const std::string& text) {
    const auto loaded = sema::load_text("test.nacl", text);
    REQUIRE(loaded.appliance);
    REQUIRE(loaded.appliance->tests.size() == 1);
    return harness::run_tests(*loaded.appliance, harness::interp_backend(*loaded.appliance)).failures.size();
}

/// The Test fails as it is pasted, and passes when it expects `ending` of its last step.
void check_pasted(const std::string& text, const std::string& test, const std::string& ending,
                  const std::string& ifaces = two_ifaces) {
    INFO(test);
    CHECK(failures_of(ifaces + text + test) == 1);
    auto passing = test;
    const auto expects = passing.rfind("expect: ") + 8;
    passing.replace(expects, passing.find_first_of(" ,", expects) - expects, ending);
    CHECK(failures_of(ifaces + text + passing) == 0);
}

} // namespace

TEST_CASE("the Test in the message of a broken Assert fails until the packet is decided as claimed") {
    struct Broken {
        std::string assertion, ending;
    };
    for (const auto& [assertion, ending] : std::vector<Broken>{
             {"(lan -> wan) { drop }", "accept"},
             {"(lan -> wan) { if (ip.dscp == 1) { drop } }", "reject"},
             {"(lan -> wan) { if (ip.ttl == 10) { accept } }", "drop"},
             {"(wan -> lan) { if (ct.state == established) { drop } }", "accept"},
             {"(lan -> wan) { if (ct.state == established) { drop } }", "accept"},
             {"(wan -> lan) { if (ct.state == established and ip.protocol == icmp) { drop } }", "accept"},
             {"(wan -> lan) { if (ct.state == established and ip.protocol == udp) { drop } }", "accept"},
             {"(wan -> lan) { if (ct.state == established and ip.protocol == 47) { drop } }", "accept"},
             {"(gw.forward) { if (ct.state == established) { drop } }", "accept"},
             {"(wan.postrouting) { if (ct.state == related and ip.ttl == 9) { accept } }", "drop"}}) {
        INFO(assertion);
        const auto text = office + "Assert::IP a" + assertion + "\n";
        const auto tests = hints(text);
        REQUIRE(tests.size() == 1);
        check_pasted(office, tests.front(), ending);
    }
}

TEST_CASE("an answer in the message comes from whom was asked, to whom the question was seen to come from") {
    for (const std::string policy : {"wan.masquerade: true\n", "wan.postrouting: out Nat::TCP out { snat(203.0.113.9, 4000) }\n"}) {
        INFO(policy);
        for (const std::string assertion : {"{ drop }", "{ if (ct.state == established and ip.saddr == 8.8.8.8) { drop } }"}) {
            const auto tests = hints(policy + "Assert::TCP a(wan -> lan) " + assertion);
            REQUIRE(tests.size() == 1);
            check_pasted(policy, tests.front(), "accept");
        }
    }
}

TEST_CASE("a Test of forward goes by the routes") {
    const std::string by_way = "gw.forward: ways\nFilter::IP ways { if (iface.in == lan and iface.out == wan) { accept } drop }\n";
    std::string ifaces = two_ifaces;
    const std::string stated = ", forward: middle";
    ifaces.erase(ifaces.find(stated), stated.size());
    const auto tests = hints(by_way + "Assert::IP a(gw.forward) { drop }\n", ifaces);
    REQUIRE(tests.size() == 1);
    check_pasted(by_way, tests.front(), "accept", ifaces);
}

TEST_CASE("a packet of a new flow is shown where there is one") {
    const auto shown = hints("wan.prerouting: f Filter::IP f { if (ct.state == established) { accept } if (ip.ttl == 9) { accept } drop }\n"
                             "Assert::IP a(wan.prerouting) { drop }\n");
    REQUIRE(shown.size() == 1);
    CHECK(shown.front().find("state:") == std::string::npos);
}

TEST_CASE("a Test of a chain sees the tag of its Iface's VLAN") {
    const std::string trunk = "Iface tagged { index: 2, vlan: 10, address: 10.7.0.1, netmask: 255.255.255.0, prerouting: v }\n"
                              "Filter::IP v { if (vlan.id == 10) { accept } drop }\n";
    const auto tests = hints(trunk + "Assert::IP a(tagged.prerouting) { if (vlan.id == 10) { drop } }\n");
    REQUIRE(tests.size() == 1);
    check_pasted(trunk, tests.front(), "accept");
}

TEST_CASE("where no Test can say it there is none in the message") {
    // An error about a flow, an exhausted Limit, and the way out of a packet that a chain is given.
    CHECK(hints(office + "Assert::IP a(wan -> lan) { if (ct.state == related) { drop } }\n").empty());
    CHECK(hints("wan.prerouting: f Limit often { rate: 1, per: second }\n"
                "Filter::IP f { if (often.exceeded) { drop } accept }\n"
                "Assert::IP a(wan.prerouting) { accept }\n")
              .empty());
}

TEST_CASE("a flow that no route leads back is broken without a Test of it") {
    const std::string backup =
        "Iface up { index: 0, address: 192.0.2.10, netmask: 255.255.255.0 }\n"
        "Iface main { index: 1, address: 198.51.100.10, netmask: 255.255.255.0 }\n"
        "Iface lan { index: 2, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
        "Gateway gw { l: { net: 10.0.0.0, netmask: 255.255.255.0, iface: lan },\n"
        "a: { net: 0.0.0.0, netmask: 0.0.0.0, iface: main, nexthop: 198.51.100.1, cost: 1 },\n"
        "b: { net: 0.0.0.0, netmask: 0.0.0.0, iface: up, nexthop: 192.0.2.1, cost: 10 }, forward: f }\n"
        "Filter::IP f { if (ct.state == established and ip.ttl == 7) { accept } drop }\n";
    const auto loaded = sema::load_text("test.nacl", backup + "Assert::IP nothing_by_the_backup(up -> lan) { drop }");
    REQUIRE(loaded.appliance);
    const auto found = analysis::check(*loaded.appliance, loaded.sources);
    const auto broken = std::ranges::find(found, syntax::Kind::broken_assert, &syntax::Diagnostic::kind);
    REQUIRE(broken != found.end());
    CHECK(broken->hint.find("this is such a packet") != std::string::npos);
}
