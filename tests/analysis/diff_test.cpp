// What changes from one policy to another.
#include "compiler/analysis/diff.hpp"
#include "tests/analysis/policy.hpp"

using analysis::Change;

namespace {

Change change(const std::string& before, const std::string& after) {
    const auto diff = analysis::diff(policy(before), policy(after));
    for (const auto& chain : diff.chains) {
        CHECK(chain.more.has_value() ==
              (chain.change == Change::more_permissive || chain.change == Change::incomparable));
        CHECK(chain.less.has_value() ==
              (chain.change == Change::less_permissive || chain.change == Change::incomparable));
    }
    return diff.whole;
}

std::string filter(const std::string& body) { return "wan.prerouting: f Filter::IP f {\n" + body + "\n}\n"; }

} // namespace

TEST_CASE("a policy is equivalent to itself, Limits and all") {
    const auto limited = "Limit l { rate: 1, per: second }" + filter("if (l.exceeded) { drop } accept");
    CHECK(change(limited, limited) == Change::equivalent);
    CHECK(change(limited, "Limit l { rate: 2, per: second }" + filter("if (l.exceeded) { drop } accept")) ==
          Change::incomparable);
    CHECK(change("", "") == Change::equivalent);
}

TEST_CASE("rules in another order, split or joined, are the same") {
    CHECK(change(filter("Filter::TCP { if (tcp.dport in [80, 443]) { accept } } drop"),
                 filter("Filter::TCP { if (tcp.dport == 443) { accept } if (tcp.dport == 80) { accept } drop "
                        "} drop")) == Change::equivalent);
    CHECK(change(filter("if (ip.ttl < 5) { drop } else if (ip.ttl < 9) { reject } accept"),
                 filter("if (not ip.ttl >= 5) { drop } if (ip.ttl in 0-8) { reject } accept")) ==
          Change::equivalent);
}

TEST_CASE("a packet shows each direction") {
    CHECK(change(filter("if (ip.ttl < 5) { drop } accept"), filter("if (ip.ttl < 4) { drop } accept")) ==
          Change::more_permissive);
    CHECK(change(filter("if (ip.ttl < 5) { drop } accept"), filter("if (ip.ttl < 6) { drop } accept")) ==
          Change::less_permissive);
    CHECK(change(filter("if (ip.ttl < 5) { drop } accept"), filter("if (ip.ttl == 5) { drop } accept")) ==
          Change::incomparable);
    CHECK(change(filter("if (ip.ttl < 5) { drop } accept"), filter("if (ip.ttl < 5) { reject } accept")) ==
          Change::more_permissive);
    CHECK(change("", filter("if (ip.ttl < 5) { drop } accept")) == Change::less_permissive);
}

TEST_CASE("Ifaces are known by their names") {
    const std::string before =
        "Iface a { index: 2 } Iface b { index: 3, address: 10.5.0.1, netmask: 255.255.255.0 }\n";
    const std::string after = "Iface b { index: 3, address: 10.5.0.1, netmask: 255.255.255.0 }\n";
    const auto rules = filter("if (iface.in == b) { drop } accept") + "b.prerouting: f\n";
    CHECK(change(before + rules, after + rules) == Change::equivalent);
    const auto diff =
        analysis::diff(policy(before + rules), policy(after + filter("accept") + "b.prerouting: f\n"));
    CHECK(diff.whole == Change::more_permissive);
    for (const auto& chain : diff.chains)
        CHECK(chain.change == (chain.name == "b.prerouting" ? Change::more_permissive : Change::equivalent));
}
