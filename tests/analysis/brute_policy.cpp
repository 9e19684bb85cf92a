#include "tests/analysis/brute_policy.hpp"

#include "compiler/eval/datagram.hpp"

namespace brute {

namespace {

using harness::Dice;
using model::Field;
using model::Layer;
using model::State;
using model::Value;

struct Author {
    Dice& dice;
    bool about_limits = true;

    std::string test(Layer layer) {
        if (layer == Layer::tcp && dice.percent(65))
            return dice.one_of<std::string>({"tcp.dport == 80", "tcp.dport == 22", "tcp.dport in [22, 80]",
                                             "tcp.dport in web", "tcp.sport == 80", "tcp.sport < tcp.dport",
                                             "tcp.sport == tcp.dport", "syn in tcp.flags", "tcp.flags == syn",
                                             "tcp.flags == ack", "tcp.dport < 80"});
        if (layer == Layer::udp && dice.percent(65))
            return dice.one_of<std::string>({"udp.dport == 80", "udp.dport in [22, 80]", "udp.dport in web",
                                             "udp.sport == 80", "udp.sport < udp.dport", "udp.dport >= 80"});
        if (layer == Layer::icmp && dice.percent(65))
            return dice.one_of<std::string>({"icmp.type == echo-request", "icmp.type == echo-reply",
                                             "icmp.type in [3, 11]", "icmp.type == time-exceeded"});
        if (about_limits && dice.percent(4)) return "lim.exceeded";
        return dice.one_of<std::string>({"ip.protocol == tcp",
                                         "ip.protocol == udp",
                                         "ip.protocol == icmp",
                                         "ip.protocol in [tcp, udp]",
                                         "ip.protocol != tcp",
                                         "ct.state == new",
                                         "ct.state == established",
                                         "ct.state in [established, related]",
                                         "ct.state == related",
                                         "iface.in == wan",
                                         "iface.in == lan",
                                         "ip.saddr == 10.0.0.5",
                                         "ip.saddr in [10.0.0.5, 203.0.113.9]",
                                         "ip.saddr in hosts",
                                         "ip.daddr in hosts",
                                         "ip.daddr == 10.0.0.6",
                                         "ip.daddr in 10.0.0.0/24",
                                         "ip.ttl < 2",
                                         "ip.ttl == 64",
                                         "ip.ttl in [1, 2, 64]",
                                         "ip.dscp == 2",
                                         "ip.dscp == ip.ttl",
                                         "ip.ttl > ip.dscp",
                                         "ip.saddr < ip.daddr",
                                         "ip.dscp in [0, 2]",
                                         "ip.protocol == 47"});
    }

    std::string condition(Layer layer, unsigned depth) {
        if (depth == 0 || dice.percent(45)) return dice.percent(12) ? "not " + test(layer) : test(layer);
        const auto word = dice.percent(50) ? " and " : " or ";
        auto joined = condition(layer, depth - 1);
        for (auto more = 1 + dice.below(2); more > 0; --more) joined += word + condition(layer, depth - 1);
        return (dice.percent(15) ? "not (" : "(") + joined + ")";
    }

    std::string verdict() {
        return dice.one_of<std::string>({"accept\n", "accept\n", "drop\n", "reject\n", "log(\"seen\")\n"});
    }

    std::string body(Layer layer, unsigned depth, bool may_call) {
        return depth > 0 && dice.percent(50) ? block(layer, depth - 1, may_call) : verdict();
    }

    std::string statement(Layer layer, unsigned depth, bool may_call) {
        if (may_call && dice.percent(12)) return "h\n";
        if (depth > 0 && dice.percent(25)) {
            const auto [name, inner] = dice.one_of<std::pair<std::string, Layer>>(
                {{"TCP", Layer::tcp}, {"UDP", Layer::udp}, {"ICMP", Layer::icmp}});
            if (layer == Layer::ip || layer == inner)
                return "Filter::" + name + " {\n" + block(inner, depth - 1, false) +
                       (dice.percent(25) ? verdict() : "") + "}\n";
        }
        auto text = "if (" + condition(layer, 2) + ") {\n" + body(layer, depth, may_call) + "}";
        while (dice.percent(25))
            text += " else if (" + condition(layer, 1) + ") {\n" + body(layer, 0, may_call) + "}";
        if (dice.percent(20)) text += " else {\n" + body(layer, depth, may_call) + "}";
        return text + "\n";
    }

    std::string block(Layer layer, unsigned depth, bool may_call) {
        std::string text;
        for (auto count = 1 + dice.below(3); count > 0; --count) text += statement(layer, depth, may_call);
        return text;
    }

    std::string translation() {
        const std::string address = dice.one_of<std::string>({"10.0.0.5", "10.0.0.6", "203.0.113.9"});
        if (dice.percent(40)) {
            const auto to = dice.one_of<std::string>({address, address + ", 80", "80", address + ", 22"});
            return "Nat::TCP { if (" + condition(Layer::tcp, 1) + ") { dnat(" + to + ") } }\n";
        }
        return "if (" + condition(Layer::ip, 1) + ") { dnat(" + address + ") }\n";
    }
};

} // namespace

std::string random_policy(Dice& dice, bool translates) {
    Author author{dice, translates};
    auto text =
        std::string("Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0 }\n"
                    "Iface lan { index: 1, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                    "Gateway gw { connected: [wan, lan], default: { net: 0.0.0.0, netmask: 0.0.0.0, iface: "
                    "wan, nexthop: 203.0.113.2 } }\n"
                    "Limit lim { rate: 1, per: second }\nweb: [22, 80]\nhosts: [10.0.0.5, 10.0.0.6]\n");
    text += translates
                ? dice.one_of<std::string>(
                      {"wan.prerouting: [a, n, b]\nlan.prerouting: a\ngw.forward: c\n",
                       "wan.prerouting: n\nlan.prerouting: [b, a]\ngw.forward: [c, a]\nlan.postrouting: b\n",
                       "wan.prerouting: [n, n2, a]\nlan.prerouting: n2\ngw.forward: c\nlan.postrouting: b\n"})
                : dice.one_of<std::string>({"wan.prerouting: [a, b]\nlan.prerouting: b\ngw.forward: c\n",
                                            "wan.prerouting: a\nlan.prerouting: [b, a]\ngw.forward: [c, a]\n",
                                            "wan.prerouting: [a, b, c]\ngw.forward: [b, c]\n"});
    text += "Filter::IP h {\n" + author.block(Layer::ip, 1, false) + "}\n";
    for (const std::string name : {"a", "b", "c"})
        text += "Filter::IP " + name + " {\n" + author.block(Layer::ip, 2, true) +
                dice.one_of<std::string>({"accept\n", "accept\n", "drop\n"}) + "}\n";
    if (translates)
        for (const std::string name : {"n", "n2"}) {
            text += "Nat::IP " + name + " {\n";
            for (auto count = 1 + dice.below(2); count > 0; --count) text += author.translation();
            text += "}\n";
        }
    author.about_limits = false;
    for (const std::string about : {"wan.prerouting", "lan.prerouting", "gw.forward", "wan -> lan"})
        for (const std::string claim : {"accept", "drop", "reject"})
            text += "Assert::IP " + claim + "_" + about.substr(0, about.find_first_of(". ")) +
                    (about.find('>') == about.npos ? "" : "_out") + "(" + about + ") { if (" +
                    author.condition(Layer::ip, 2) + ") { " + claim + " } }\n";
    return text;
}

namespace {

constexpr Value wan_host = 0xcb007109, lan_host = 0x0a000005, other_host = 0x0a000006, stranger = 0xc0000207,
                wan_own = 0xcb007101;

/// With each header and the states that go with it.
void with_headers(const Packet& made, std::vector<Packet>& packets) {
    auto packet = made;
    const auto add = [&](Value protocol, std::initializer_list<State> states) {
        packet[Field::ip_protocol] = protocol;
        packet[Field::ip_length] = protocol == eval::tcp   ? 40
                                   : protocol == 47        ? 20
                                   : protocol == eval::udp ? 28
                                                           : 56;
        for (const auto state : states) {
            packet[Field::ct_state] = static_cast<Value>(state);
            packets.push_back(packet);
        }
    };
    for (const Value dport : {22, 80, 5000})
        for (const Value sport : {22, 80, 40000}) {
            packet[Field::tcp_sport] = packet[Field::udp_sport] = sport;
            packet[Field::tcp_dport] = packet[Field::udp_dport] = dport;
            packet[Field::udp_length] = 8;
            packet[Field::tcp_doff] = 5;
            for (const Value flags : {2, 18, 16}) {
                packet[Field::tcp_flags] = flags;
                add(eval::tcp, {State::fresh, State::established});
            }
            add(eval::udp, {State::fresh, State::established});
        }
    packet[Field::icmp_type] = 8;
    add(eval::icmp, {State::fresh, State::established});
    for (const Value type : {0, 14}) {
        packet[Field::icmp_type] = type;
        add(eval::icmp, {State::established});
    }
    packet[Field::icmp_type] = 13;
    add(eval::icmp, {State::fresh});
    for (const Value type : {3, 11, 12}) {
        packet[Field::icmp_type] = type;
        add(eval::icmp, {State::related});
    }
    add(47, {State::fresh, State::established});
}

std::vector<Packet> packets(std::initializer_list<Value> destinations, model::IfaceId in, Value out,
                            std::initializer_list<Value> ttls) {
    std::vector<Packet> made;
    Packet packet;
    packet[Field::ip_version] = 4;
    packet[Field::ip_hdrlength] = 20;
    packet[Field::iface_in] = in;
    packet[Field::iface_out] = out;
    for (const auto source : {wan_host, lan_host, other_host, stranger})
        for (const auto destination : destinations)
            for (const auto ttl : ttls)
                for (const Value dscp : {0, 2, 63}) {
                    if (source == destination) continue;
                    packet[Field::ip_saddr] = source;
                    packet[Field::ip_daddr] = destination;
                    packet[Field::ip_ttl] = ttl;
                    packet[Field::ip_dscp] = dscp;
                    with_headers(packet, made);
                }
    return made;
}

} // namespace

std::vector<Packet> packets_at_prerouting(model::IfaceId iface) {
    return packets({wan_own, lan_host, other_host, stranger}, iface, model::no_iface, {1, 2, 7, 64});
}

std::vector<Packet> packets_at_forward() {
    std::vector<Packet> all;
    for (const model::IfaceId in : {0U, 1U}) {
        for (const auto& one : packets({lan_host, other_host}, in, 1, {1, 2, 64})) all.push_back(one);
        for (const auto& one : packets({wan_host, stranger}, in, 0, {1, 2, 64})) all.push_back(one);
    }
    return all;
}

} // namespace brute
