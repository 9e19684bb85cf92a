// What changes from one policy to another.
#include "compiler/analysis/diff.hpp"
#include "harness/dice.hpp"
#include "tests/analysis/chain_end.hpp"
#include "tests/analysis/policy.hpp"

#include <algorithm>

using analysis::Change;

namespace {

/// What the chains are.
Change change(const std::string& before, const std::string& after) {
    const auto diff = analysis::diff(policy(before), policy(after));
    for (const auto& chain : diff.chains) {
        if (!chain.translated.empty()) continue;
        CHECK(chain.more.has_value() ==
              (chain.change == Change::more_permissive || chain.change == Change::incomparable));
        CHECK(chain.less.has_value() ==
              (chain.change == Change::less_permissive || chain.change == Change::incomparable));
    }
    return diff.of_chains;
}

/// The regions of all chains, one a line.
std::string regions(const std::string& before, const std::string& after) {
    std::string text;
    for (const auto& chain : analysis::diff(policy(before), policy(after)).chains)
        for (const auto& region : chain.regions)
            text += std::string(region.all ? "" : "part of ") + region.packets + ": " +
                    std::string(analysis::ending_names[static_cast<std::size_t>(region.from)]) + " -> " +
                    std::string(analysis::ending_names[static_cast<std::size_t>(region.to)]) + '\n';
    return text;
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

TEST_CASE("invalid packets that come to the rules now, or no more, are a difference") {
    const auto rules = filter("if (ip.ttl < 5) { drop } accept");
    const auto with_invalid = "Conntrack flows { drop_invalid: false }\n" + rules;
    CHECK(change(rules, with_invalid) == Change::more_permissive);
    CHECK(change(with_invalid, with_invalid) == Change::equivalent);
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

TEST_CASE("regions say what has changed, and whether all of them has") {
    CHECK(regions(filter("Filter::TCP { if (tcp.dport == 22) { accept } } drop"),
                  filter("Filter::TCP { if (tcp.dport in [22, 80-81]) { accept } } drop")) ==
          "tcp to port 80-81: drop -> accept\n");
    CHECK(regions(filter("if (ip.ttl == 9) { accept } if (ip.saddr in 10.9.0.0/16) { accept } drop"),
                  filter("if (ip.ttl == 9) { accept } if (ip.saddr in 10.8.0.0/15) { accept } drop")) ==
          "any packet from 10.8.0.0/16, ip.ttl other than 9: drop -> accept\n");
    CHECK(regions(filter("if (ip.ttl < 9 and ip.dscp < 9) { accept } if (ip.ttl == 5) { drop } drop"),
                  filter("if (ip.ttl < 9 and ip.dscp < 9) { accept } if (ip.ttl in 5-20) { reject } drop")) ==
          "any packet, ip.dscp 9-63, ip.ttl 5: drop -> reject\n"
          "part of any packet, ip.ttl 6-20: drop -> reject\n");
    CHECK(regions(filter("if (ip.daddr in 10.9.0.0/16) { drop } accept"),
                  filter("if (ip.daddr in 10.9.0.0/16) { reject } if (ip.ttl == 4) { drop } accept")) ==
          "any packet to 10.9.0.0/16: drop -> reject\n"
          "any packet to other than 10.9.0.0/16, ip.ttl 4: accept -> drop\n");
}

TEST_CASE("an Iface that has another name is the one on its NIC") {
    const auto named = [](const std::string& name, const std::string& port) {
        return policy("Iface " + name + " { index: 2, address: 10.9.0.1, netmask: 255.255.255.0, prerouting: f }\n"
                      "Filter::IP f { Filter::TCP { if (tcp.dport in [" + port + "]) { accept } } if (iface.in == " + name + ") { drop } accept }\n");
    };
    const auto same = analysis::diff(named("old", "80"), named("renamed", "80"));
    REQUIRE(same.chains.size() == 2); // and `forward`, of two_ifaces
    for (const auto& chain : same.chains) CHECK(chain.change == Change::equivalent);
    const auto other = analysis::diff(named("old", "80"), named("renamed", "80-81"));
    CHECK(other.chains.front().name == "renamed.prerouting");
    CHECK(other.chains.front().change == Change::more_permissive);
}

TEST_CASE("a packet that is translated otherwise is a difference") {
    const auto nat = [](const std::string& body) { return "wan.prerouting: n Nat::IP n {\n" + body + "\n}\n"; };
    const auto web = nat("Nat::TCP { if (tcp.dport == 80) { dnat(10.0.0.5) } }");
    CHECK(change(web, web) == Change::equivalent);
    CHECK(change(web, nat("Nat::TCP { if (not tcp.dport != 80) { dnat(10.0.0.5) } }")) == Change::equivalent);
    CHECK(change(web, nat("Nat::TCP { if (tcp.dport == 80) { dnat(10.0.0.6) } }")) == Change::incomparable);
    CHECK(change(web, nat("Nat::TCP { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } }")) == Change::incomparable);
    CHECK(change(web, nat("Nat::TCP { if (tcp.dport in 80-81) { dnat(10.0.0.5) } }")) == Change::incomparable);
    const auto shut = "Filter::IP shut { drop }\n" + web, elsewhere = "Filter::IP shut { drop }\n" +
                      nat("Nat::TCP { if (tcp.dport == 80) { dnat(10.0.0.6) } }");
    const auto behind = [](std::string text) {
        text.replace(text.find("prerouting: n"), 13, "prerouting: [shut, n]");
        return text;
    };
    CHECK(change(behind(shut), behind(elsewhere)) == Change::equivalent); // nothing comes so far
    const auto diff = analysis::diff(policy(web), policy(nat("Nat::TCP { if (tcp.dport == 443) { dnat(10.0.0.5) } }")));
    REQUIRE_FALSE(diff.chains.front().translated.empty());
    const auto& [before, after] = diff.chains.front().translated.front();
    CHECK(before.decided.has_value() != after.decided.has_value());
    // One is translated no more, another is now.
    REQUIRE(diff.chains.front().translated.size() == 2);
    CHECK(diff.chains.front().translated.back().before.decided.has_value() != before.decided.has_value());
}

TEST_CASE("a change that trying all packets shows is found") {
    constexpr unsigned values = 5;
    using harness::Dice;
    const auto lines_of = [](Dice& dice, std::uint64_t count) {
        std::vector<std::string> lines;
        for (; count > 0; --count) {
            const auto range = [&] {
                const auto low = dice.below(values);
                return std::to_string(low + 1) + '-' + std::to_string(low + 1 + dice.below(values - low));
            };
            lines.push_back("if (ip.ttl in " + range() + " and ip.dscp in " + range() + ") { " +
                            dice.one_of({"accept", "drop", "reject"}) + " }\n");
        }
        return lines;
    };
    const auto text_of = [](const std::vector<std::string>& lines) {
        std::string text;
        for (const auto& line : lines) text += line;
        return filter(text + "drop");
    };
    const auto rank = [](const model::Appliance& appliance, const model::PacketSpec& packet) {
        return chain_end(appliance, model::IfaceChain{0, model::Hook::prerouting}, Comer(packet)).rank;
    };
    std::size_t changed = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        Dice dice(seed);
        auto lines = lines_of(dice, seed % 6 == 0 ? 80 : 6);
        const auto before = policy(text_of(lines));
        for (auto count = 1 + dice.below(3); count > 0; --count) {
            const auto place = lines.begin() + static_cast<std::ptrdiff_t>(dice.below(lines.size()));
            if (dice.percent(50))
                *place = lines_of(dice, 1).front();
            else
                lines.insert(place, lines_of(dice, 1).front());
        }
        const auto after = policy(text_of(lines));
        bool more = false, less = false;
        for (model::Value ttl = 1; ttl <= values; ++ttl)
            for (model::Value dscp = 0; dscp <= values; ++dscp) {
                const model::PacketSpec packet{
                    {{model::Field::ip_ttl, ttl}, {model::Field::ip_dscp, dscp}}, {}, {}};
                const auto was = rank(before, packet), is = rank(after, packet);
                more = more || is > was;
                less = less || is < was;
            }
        changed += more || less;
        const auto found = analysis::diff(before, after).of_chains;
        CHECK(found == (more && less ? Change::incomparable
                        : more       ? Change::more_permissive
                        : less       ? Change::less_permissive
                                     : Change::equivalent));
    }
    CHECK(changed > 20);
}

namespace {

/// A chain in front of wan: functions by name, and how they are written.
std::string prerouting(const std::string& names, const std::string& functions) {
    return "wan.prerouting: [" + names + "]\n" + functions;
}

const std::string to_server = "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } if (tcp.dport in 90-99) { dnat(10.0.0.6) } }\n";

} // namespace

TEST_CASE("what means the same is equivalent, however it is written") {
    const std::string checks = "Filter::IP f { if (ip.ttl < 5) { drop } if (ip.saddr in [198.51.100.0/24, 192.0.2.7]) { reject } accept }\n";
    const auto whole = prerouting("f", checks);
    for (const auto& same : {
             prerouting("a, b", "Filter::IP a { if (ip.ttl < 5) { drop } accept }\n"
                                "Filter::IP b { if (ip.saddr in [198.51.100.0/24, 192.0.2.7]) { reject } accept }\n"),
             prerouting("g", "Filter::IP low { if (ip.ttl < 5) { drop } }\nFilter::IP bad { if (ip.saddr in them) { reject } }\n"
                             "them: [192.0.2.7, 198.51.100.0-198.51.100.255]\nFilter::IP g { low() bad() accept }\n"),
             prerouting("f", "Filter::IP f { if (ip.ttl >= 5 and not ip.saddr in [198.51.100.0/24, 192.0.2.7]) { accept }\n"
                             "if (ip.ttl > 4) { reject } drop }\n"),
             prerouting("f", "Filter::IP f { if (ip.ttl < 5) { drop } if (ip.saddr == 192.0.2.7) { reject } else {\n"
                             "if (ip.saddr in 198.51.100.0/24) { reject } accept } }\n")}) {
        INFO(same);
        CHECK(change(whole, same) == Change::equivalent);
        CHECK(change(same, whole) == Change::equivalent);
    }
}

TEST_CASE("a Nat may stand before or behind a Filter that reads nothing it changes, and Filters be split round it") {
    const std::string low = "Filter::IP low { if (ip.ttl < 5) { drop } accept }\n";
    const std::string bad = "Filter::IP bad { if (ip.saddr in 198.51.100.0/24) { drop } accept }\n";
    const std::string both = "Filter::IP all { if (ip.ttl < 5) { drop } if (ip.saddr in 198.51.100.0/24) { drop } accept }\n";
    const auto behind = prerouting("n, low", to_server + low), before = prerouting("low, n", to_server + low);
    CHECK(change(behind, before) == Change::equivalent);
    CHECK(change(before, behind) == Change::equivalent);
    CHECK(change(prerouting("n, all", to_server + both), prerouting("low, n, bad", low + to_server + bad)) == Change::equivalent);
    // Where the Filter reads the destination, it is another.
    const std::string there = "Filter::IP there { if (ip.daddr == 10.0.0.5) { drop } accept }\n";
    const auto moved = analysis::diff(policy(prerouting("n, there", to_server + there)), policy(prerouting("there, n", to_server + there)));
    CHECK(moved.of_chains != Change::equivalent);
    CHECK(moved.whole == Change::equivalent); // what the Nat sends there `middle` drops
}

TEST_CASE("of a packet that leaves as before nobody says that it is translated otherwise") {
    const std::string low = "Filter::IP low { if (ip.ttl < 5) { drop } accept }\n";
    const auto diff_of = [](const std::string& before, const std::string& after) {
        return analysis::diff(policy(before), policy(after)).chains;
    };
    const auto find = [](const auto& chains) {
        return *std::ranges::find(chains, "wan.prerouting", &analysis::ChainDiff::name);
    };
    const std::string split = "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5, 8080) } }\n"
                              "Nat::TCP m { if (tcp.dport in 90-99) { dnat(10.0.0.6) } }\n";
    const auto one = find(diff_of(prerouting("n, low", to_server + low), prerouting("n, m, low", split + low)));
    CHECK(one.translated.empty());
    CHECK(one.change != Change::incomparable);
    const auto other = find(diff_of(prerouting("n, low", to_server + low),
                                    prerouting("low, n", low + "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5, 8081) } }\n")));
    REQUIRE_FALSE(other.translated.empty());
    CHECK(other.change == Change::incomparable);
    CHECK_FALSE(other.translated.front().before.translation.is_as(other.translated.front().after.translation));
}

namespace {

/// Of a chain in front of wan, with a Filter that reads where packets are sent to.
struct Pair {
    std::string before, after;
};

std::string web(const std::string& name, const std::string& port, const std::string& to) {
    return "Nat::TCP " + name + " { if (tcp.dport == " + port + ") { dnat(" + to + ") } }\n";
}

const std::string servers = "Filter::IP servers { if (ct.state in [established, related]) { accept }\n"
                            "if (ip.daddr in [10.0.0.5, 10.0.0.6]) { Filter::TCP { if (tcp.dport in [80, 8080, 443]) { accept } } }\n"
                            "drop }\n";

} // namespace

TEST_CASE("Nats that do the same together are equivalent, however many they are") {
    const auto a = web("a", "80", "10.0.0.5"), b = web("b", "443", "10.0.0.6");
    const std::string both = "Nat::TCP n { if (tcp.dport == 80) { dnat(10.0.0.5) } if (tcp.dport == 443) { dnat(10.0.0.6) } }\n";
    const std::string overwritten = "Nat::TCP twice { if (tcp.dport in [80, 443]) { dnat(10.0.0.6) } }\n";
    for (const auto& [before, after] : {
             Pair{prerouting("a, b, servers", a + b + servers), prerouting("n, servers", both + servers)},
             Pair{prerouting("a, b, servers", a + b + servers), prerouting("b, a, servers", a + b + servers)},
             Pair{prerouting("a, b", a + b), prerouting("b, a", a + b)},
             // The later one decides.
             Pair{prerouting("a, twice, servers", a + overwritten + servers), prerouting("twice, servers", overwritten + servers)},
             // What goes there anyhow stays as it is.
             Pair{prerouting("a", a), prerouting("a", "Nat::TCP a { if (tcp.dport == 80 and ip.daddr != 10.0.0.5) { dnat(10.0.0.5) } }\n")},
             // The Filter reads what the Nat makes of it, or what it makes it of.
             Pair{prerouting("a, only", web("a", "80", "10.0.0.5, 8080") + "Filter::TCP inner { if (ip.daddr == 10.0.0.5 and tcp.dport == 8080) { drop } }\n"
                                                                             "Filter::IP only { inner() accept }\n"),
                  prerouting("only, a", web("a", "80", "10.0.0.5, 8080") +
                                            "Filter::TCP inner { if (tcp.dport == 80 or (ip.daddr == 10.0.0.5 and tcp.dport == 8080)) { drop } }\n"
                                            "Filter::IP only { if (ct.state == new) { inner() } later() accept }\n"
                                            "Filter::TCP later { if (ct.state == established and ip.daddr == 10.0.0.5 and tcp.dport == 8080) { drop } }\n")},
         }) {
        INFO(before << after);
        CHECK(change(before, after) == Change::equivalent);
        CHECK(change(after, before) == Change::equivalent);
    }
}

TEST_CASE("of Nats that do something else a packet is shown, with the ends it leaves with") {
    using analysis::Ending;
    const auto find = [](const Pair& pair) {
        const auto chains = analysis::diff(policy(pair.before), policy(pair.after)).chains;
        return *std::ranges::find(chains, "wan.prerouting", &analysis::ChainDiff::name);
    };
    const auto destinations = [&](const Pair& pair) {
        const auto chain = find(pair);
        REQUIRE_FALSE(chain.translated.empty());
        CHECK(chain.change == Change::incomparable);
        const auto& [before, after] = chain.translated.front();
        const auto text = [](const analysis::Translation& to) {
            return eval::show(model::Field::ip_daddr, to.destination) + ':' + std::to_string(to.destination_port);
        };
        return text(before.translation) + " -> " + text(after.translation);
    };
    const auto a = web("a", "80", "10.0.0.5"), b = web("b", "443", "10.0.0.6");
    CHECK(destinations({prerouting("a, b", a + b), prerouting("a, b", a + web("b", "443", "10.0.0.7"))}) ==
          "10.0.0.6:443 -> 10.0.0.7:443");
    CHECK(destinations({prerouting("a", a), prerouting("a", web("a", "80", "10.0.0.5, 8080"))}) ==
          "10.0.0.5:80 -> 10.0.0.5:8080");
    // Where both translate, the last one says where to.
    CHECK(destinations({prerouting("a, b", a + web("b", "80", "10.0.0.6")), prerouting("b, a", a + web("b", "80", "10.0.0.6"))}) ==
          "10.0.0.6:80 -> 10.0.0.5:80");
    // One that sends on what the other has sent is not as good before it.
    const std::string on = "Nat::TCP on { if (ip.daddr == 10.0.0.5 and tcp.dport == 80) { dnat(8080) } }\n";
    CHECK(destinations({prerouting("a, on", a + on), prerouting("on, a", a + on)}) == "10.0.0.5:8080 -> 10.0.0.5:80");
    // A Filter behind the Nat no longer lets through what it sends.
    const auto less = find({prerouting("a, b, servers", a + b + servers),
                            prerouting("a, b, servers", a + web("b", "443", "10.0.0.7") + servers)});
    CHECK(less.change == Change::less_permissive);
    REQUIRE(less.less);
    CHECK(analysis::value_in(less.less->after.packet, model::Field::tcp_dport) == 443U);
    CHECK(less.less->before.translation.destination == 0x0a000006);
    // A Filter that reads the destination sees another before the Nat than behind it.
    const auto moved = find({prerouting("a, b, servers", a + b + servers), prerouting("servers, a, b", a + b + servers)});
    CHECK(moved.change == Change::less_permissive);
    REQUIRE(moved.less);
    CHECK(moved.less->before.ending == Ending::accept);
    CHECK(moved.less->after.ending == Ending::drop);
    REQUIRE_FALSE(moved.regions.empty());
    CHECK(moved.regions.front().packets == "tcp to other than 10.0.0.5 - 10.0.0.6 port 443, state new");
    CHECK(moved.regions.front().all);
}

TEST_CASE("packets of known flows are sent where their first one was") {
    const auto a = web("a", "80", "10.0.0.5");
    const std::string known = "Filter::IP known { if (ct.state == established and ip.daddr == 10.0.0.5) { drop } accept }\n";
    const auto chains = analysis::diff(policy(prerouting("a, known", a + known)), policy(prerouting("known, a", a + known))).chains;
    const auto chain = *std::ranges::find(chains, "wan.prerouting", &analysis::ChainDiff::name);
    CHECK(chain.change == Change::more_permissive);
    REQUIRE(chain.more);
    CHECK(chain.more->after.follows);
    CHECK(chain.more->after.state == model::State::established);
    CHECK(chain.regions.front().packets == "tcp to other than 10.0.0.5 port 80, state established");
}

TEST_CASE("what is published by prerouting and let through by forward is decided as a whole") {
    const auto published = [](const std::string& port, const std::string& to, const std::string& condition) {
        return prerouting("n", web("n", port, to)) + "lan.postrouting: out\nFilter::IP out {\n"
               "Filter::TCP { if (ct.state == new and iface.in == wan) { if (" + condition + ") { accept } drop } }\naccept }\n";
    };
    const auto one = published("80", "10.0.0.5", "ip.daddr == 10.0.0.5 and tcp.dport == 80");
    CHECK(change(one, one) == Change::equivalent);
    CHECK(change(one, published("80", "10.0.0.5", "ip.daddr == 10.0.0.5 and not tcp.dport != 80")) == Change::equivalent);
    CHECK(change(one, published("80", "10.0.0.6", "ip.daddr == 10.0.0.6 and tcp.dport == 80")) == Change::incomparable);
    CHECK(change(one, published("80", "10.0.0.5", "ip.daddr == 10.0.0.5 and tcp.dport in [80, 443]")) == Change::more_permissive);
}

TEST_CASE("a source that is hidden now, or named otherwise, is a difference") {
    const auto as_from = [](const std::string& before, const std::string& after) {
        const auto one = sema::load_text("test.nacl", before).appliance, other = sema::load_text("test.nacl", after).appliance;
        REQUIRE(one);
        REQUIRE(other);
        const auto chains = analysis::diff(*one, *other).chains;
        const auto chain = std::ranges::find(chains, "wan.postrouting", &analysis::ChainDiff::name);
        if (chain == chains.end()) return std::string("no such chain");
        if (chain->translated.empty()) return std::string(analysis::change_names[static_cast<std::size_t>(chain->change)]);
        CHECK(chain->change == Change::incomparable);
        const auto text = [](const analysis::Witness& end) {
            const auto& source = end.translation.source;
            return source ? eval::show(model::Field::ip_saddr, *source) : std::string("itself");
        };
        return text(chain->translated.front().before) + " -> " + text(chain->translated.front().after);
    };
    auto hidden = two_ifaces;
    hidden.insert(hidden.find("index: 0"), "masquerade: true, ");
    const auto named = [](const std::string& body) { return "wan.postrouting: s Nat::IP s { " + body + " }\n"; };
    const auto all = named("snat(203.0.113.9)"), lan = named("if (ip.saddr in 10.0.0.0/24) { snat(203.0.113.9) }");
    CHECK(as_from(two_ifaces, two_ifaces) == "no such chain");
    CHECK(as_from(two_ifaces, hidden) == "itself -> 203.0.113.1");
    CHECK(as_from(hidden, two_ifaces) == "203.0.113.1 -> itself");
    CHECK(as_from(hidden + all, two_ifaces + all) == "equivalent"); // nothing is left to hide
    CHECK(as_from(hidden + all, hidden + named("snat(203.0.113.8)")) == "203.0.113.9 -> 203.0.113.8");
    CHECK(as_from(hidden + lan, hidden + named("if (not (ip.saddr < 10.0.0.0 or ip.saddr > 10.0.0.255)) { snat(203.0.113.9) }")) == "equivalent");
    CHECK(as_from(hidden + lan, two_ifaces + lan) == "203.0.113.1 -> itself");
    // Of several the last one decides, each about its part.
    CHECK(as_from(hidden + "wan.postrouting: [s, t] Nat::TCP s { snat(203.0.113.9) } Nat::TCP t { snat(99) }\n",
                  hidden + "wan.postrouting: s Nat::TCP s { snat(203.0.113.9, 99) }\n") == "equivalent");
}

TEST_CASE("that a chain drops invalid packets now, or no more, is told as that") {
    const std::string rest = "lan.input: i Filter::IP i { if (ip.saddr == 10.0.0.5) { accept } drop }\n";
    CHECK(regions("", filter("accept")) == "any packet, state invalid: accept -> drop\n");
    const auto chains = analysis::diff(policy(rest), policy("")).chains;
    const auto input = std::ranges::find(chains, "lan.input", &analysis::ChainDiff::name);
    REQUIRE(input != chains.end());
    REQUIRE(input->more);
    CHECK(input->more->after.state == model::State::fresh); // that one is more than that
}

TEST_CASE("where a way leads nowhere an accept is a drop, and less than a reject only where nobody is told") {
    // Who sends with too little time to live is told so.
    const std::string front = "lan.prerouting: p Filter::IP p { ";
    const auto rejecting = front + "if (ip.ttl < 9) { reject } accept }", open = front + "accept }";
    const auto more = analysis::diff(policy(rejecting), policy(open));
    CHECK(more.whole == Change::more_permissive);
    CHECK_FALSE(more.less);
    CHECK(analysis::diff(policy(open), policy(rejecting)).whole == Change::less_permissive);
    // From an Iface that nothing names nothing is forwarded.
    const auto spare = [](const std::string& verdict) {
        return "Iface spare { index: 2, address: 10.0.9.1, netmask: 255.255.255.0, prerouting: p }\n"
               "Filter::IP p { if (ip.daddr == 198.51.100.1) { " + verdict + " } accept }\n";
    };
    const auto less = analysis::diff(policy(spare("reject")), policy(spare("accept")));
    CHECK(less.of_chains == Change::more_permissive);
    CHECK(less.whole == Change::less_permissive);
    REQUIRE(less.less);
    CHECK(less.less->ends.before.ending == analysis::Ending::reject);
    CHECK(less.less->ends.after.ending == analysis::Ending::drop);
}

TEST_CASE("chains that ask Limits are alike only if the same packets ask in the same order") {
    const std::string limit = "Limit l { rate: 1, per: minute, burst: 2 }\n";
    const auto asked = [&](const std::string& condition, const std::string& before = "") {
        return limit + filter(before + "if (" + condition + ") { drop } accept");
    };
    const auto plain = asked("ip.saddr == 10.0.0.8 and l.exceeded");
    CHECK(change(plain, asked("l.exceeded and ip.saddr == 10.0.0.8")) == Change::not_decided);
    CHECK(change(plain, asked("ip.saddr == 10.0.0.8 and l.exceeded", "if (l.exceeded) { log(\"many\") }\n")) != Change::equivalent);
    CHECK(change(plain, "b: 10.0.0.8\n" + asked("ip.saddr == b and l.exceeded")) == Change::equivalent);
    CHECK(change(limit + filter("if (l.exceeded) { drop } if (ip.ttl == 4) { accept } accept"),
                 limit + filter("if (l.exceeded) { drop } accept")) == Change::equivalent);
}

TEST_CASE("a log beside a step that asks a Limit asks none") {
    const std::string limit = "Limit lim { rate: 1, per: second }\n";
    const auto asking = [&](const std::string& log) {
        return limit + prerouting("f", "Filter::IP f { Filter::UDP { " + log + " if (lim.exceeded) { drop } } accept }\n");
    };
    CHECK(analysis::diff(policy(asking("")), policy(asking("log(\"x\")"))).of_chains == Change::equivalent);
}

TEST_CASE("who takes tokens of a Limit takes them from all chains that ask it") {
    const auto sharing = [](const std::string& condition, const std::string& other) {
        return "Limit lim { rate: 1, per: second }\nLimit own { rate: 1, per: second }\n"
               "wan.prerouting: f Filter::IP f { if (" + condition + ") { drop } if (lim.exceeded) { drop } accept }\n"
               "lan.prerouting: g Filter::IP g { if (" + other + ".exceeded) { drop } accept }\n";
    };
    const auto change_of = [&](const std::string& other) {
        const auto diff = analysis::diff(policy(sharing("ip.ttl == 3 and ip.dscp == 9", other)), policy(sharing("ip.ttl == 3", other)));
        CHECK_FALSE(std::ranges::find(diff.chains, "wan.prerouting", &analysis::ChainDiff::name)->asks.alike);
        CHECK(diff.asked_by_others.size() == 2);
        return std::ranges::find(diff.chains, "lan.prerouting", &analysis::ChainDiff::name)->change;
    };
    CHECK(change_of("lim") == Change::not_decided); // but all together is what differs otherwise
    CHECK(analysis::diff(policy(sharing("ip.ttl == 3", "lim")), policy(sharing("ip.ttl == 3 and ip.dscp == 9", "lim"))).whole ==
          Change::more_permissive);
    CHECK(change_of("own") == Change::equivalent);
}

TEST_CASE("what a chain lets through newly may ask Limits of others") {
    const auto policies = [](const std::string& condition, const std::string& behind) {
        return policy("Limit lim { rate: 1, per: second }\nlan.prerouting: f Filter::IP f { if (" + condition + ") { drop } accept }\n"
                      "wan.postrouting: g Filter::IP g { if (" + behind + ") { drop } accept }\n");
    };
    const std::string limited = "lim.exceeded", free = "ip.ttl == 9";
    const auto asked = analysis::diff(policies("ip.ttl == 3", limited), policies("ip.ttl == 3 and ip.dscp == 1", limited));
    CHECK(asked.whole == Change::more_permissive);
    CHECK(asked.asked_by_others == std::vector<std::string>{"wan.postrouting"});
    CHECK(analysis::diff(policies("ip.ttl == 3", free), policies("ip.ttl == 3 and ip.dscp == 1", free)).asked_by_others.empty());
    CHECK(analysis::diff(policies("ip.ttl == 3", limited), policies("ip.ttl == 3", limited)).asked_by_others.empty());
    // The answers of flows that a later chain lets begin are known then.
    const auto begun = [](const std::string& condition) {
        return policy("Limit lim { rate: 1, per: second }\nwan.prerouting: f Filter::IP f { if (ct.state == established and lim.exceeded) { drop } accept }\n"
                      "wan.postrouting: g Filter::IP g { if (" + condition + ") { drop } accept }\n");
    };
    CHECK(analysis::diff(begun("ip.ttl == 3"), begun("ip.ttl == 3 and ip.dscp == 1")).asked_by_others == std::vector<std::string>{"wan.prerouting"});
}

TEST_CASE("of several edits each is told before the slices of one") {
    const auto rule = [](const std::string& port, const std::string& from) {
        return "if (tcp.dport == " + port + " and ip.saddr in " + from + ") { accept }\n";
    };
    const auto list = [&](const std::string& first, const std::string& second) {
        return filter("Filter::TCP {\n" + rule("80", "10.1.0.0/16") + rule("80", "10.3.0.0/16") + first + second + "}\ndrop");
    };
    const auto text = regions(list("", ""), list(rule("80", "10.0.0.0/14"), rule("443", "10.0.0.0/8")));
    const auto first_line_end = text.find('\n');
    INFO(text);
    CHECK(text.substr(0, first_line_end).find("port 80") != text.npos);
    CHECK(text.substr(first_line_end, text.find('\n', first_line_end + 1) - first_line_end).find("port 443") != text.npos);
}

TEST_CASE("as many regions are told as are wanted") {
    std::string rules;
    for (int port = 1; port < 10; ++port) rules += "if (tcp.dport == " + std::to_string(2 * port) + ") { accept }\n";
    const auto old_policy = policy(filter("drop")), new_policy = policy(filter("Filter::TCP {\n" + rules + "}\ndrop"));
    for (const std::size_t wanted : {1, 4, 20}) {
        const auto chains = analysis::diff(old_policy, new_policy, {}, wanted).chains;
        const auto& chain = *std::ranges::find(chains, "wan.prerouting", &analysis::ChainDiff::name);
        CHECK(chain.regions.size() == std::min<std::size_t>(wanted, 9));
        CHECK(chain.may_have_more_regions == (wanted < 9));
    }
}

TEST_CASE("no packet is shown that takes one lease to be two") {
    const auto leasing = [](const std::string& more) {
        return policy("Iface up { index: 2, config: dhcp, input: f }\n"
                      "Filter::IP f { " + more + " if (ip.daddr < up.address) { accept } drop }\n");
    };
    const auto none = analysis::diff(leasing(""), leasing("if (ip.daddr == up.address and ip.daddr < up.address) { drop }"));
    CHECK(std::ranges::none_of(none.chains, [](const auto& chain) { return chain.less.has_value(); }));
    const auto some = analysis::diff(leasing(""), leasing("if (ip.daddr == up.address) { accept }"));
    CHECK(some.of_chains == Change::more_permissive);
}
