#include "tests/fuzz/policies.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace fuzz {

namespace {

using Words = std::vector<std::string_view>;

class Writer {
public:
    explicit Writer(std::mt19937& random) : random_(random) {}

    std::string policy() {
        const auto ifaces = 1 + below(3), functions = 1 + below(4), lists = 1 + below(3);
        functions_ = functions;
        lists_ = lists;
        ifaces_ = ifaces;
        std::vector<std::string> parts;
        for (std::size_t i = 0; i < ifaces; ++i) parts.push_back(iface(i));
        for (std::size_t i = 0; i < lists; ++i) parts.push_back(name("list", i) + ": " + set(Field::address, 2) + "\n");
        for (std::size_t i = 0; i < functions; ++i) parts.push_back(function(i));
        if (ifaces > 1 && chance(60)) parts.push_back(gateway());
        if (chance(20)) parts.push_back("Conntrack { limit: 100 }\n");
        if (chance(30)) parts.push_back("extra: { a: 1, b: { c: \"x # y\" } }\nextra.d: list0\nextra.b.e: [true, 1.5]\n");
        for (auto left = below(3); left > 0; --left) parts.push_back(test(left));
        std::shuffle(parts.begin(), parts.end(), random_);
        std::string text;
        for (const auto& part : parts) text += comment() + part;
        return text;
    }

private:
    enum class Field { address, port, number, protocol, flags, type, state };

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
    bool chance(std::size_t percent) { return below(100) < percent; }
    std::string any(const Words& words) { return std::string(words[below(words.size())]); }
    static std::string name(std::string_view of, std::size_t i) { return std::string(of) + std::to_string(i); }
    std::string comment() { return chance(80) ? "" : any({"// why\n", "# why\n", "/* why */ ", "/* of\n   two */\n", "\n\n"}); }

    std::string address() { return "10." + std::to_string(below(3)) + ".0." + std::to_string(below(256)); }

    std::string value(Field field) {
        switch (field) {
        case Field::address:
            return chance(70) ? address() : chance(50) ? address() + "/" + std::to_string(below(33)) : "10.0.0.1-10.0.0.9";
        case Field::port:
            return any({"80", "ssh", "https", "1000-2000", "65535", "0"});
        case Field::number:
            return any({"0", "1", "20", "5-9", "0x10"});
        case Field::protocol:
            return any({"tcp", "udp", "icmp", "6", "47"});
        case Field::flags:
            return any({"syn", "ack", "fin", "[syn, ack]", "rst"});
        case Field::type:
            return any({"echo-request", "echo-reply", "8", "redirect"});
        case Field::state:
            return any({"new", "established", "related", "invalid"});
        }
        return {};
    }

    std::string set(Field field, std::size_t depth) {
        std::string items;
        const bool keys = chance(20);
        for (auto left = 1 + below(4); left > 0; --left) {
            items += keys ? name("key", left) + ": " : "";
            items += depth > 0 && chance(20) ? set(field, depth - 1) : value(field);
            items += left > 1 || chance(15) ? ", " + comment() : "";
        }
        return keys ? "{ " + items + " }" : "[" + items + "]";
    }

    std::string comparison(std::string_view layer) {
        static constexpr std::array<std::pair<std::string_view, Field>, 14> fields = {
            {{"ip.saddr", Field::address}, {"ip.daddr", Field::address}, {"ip.ttl", Field::number},
             {"ip.protocol", Field::protocol}, {"ip.length", Field::number}, {"ct.state", Field::state},
             {"tcp.sport", Field::port}, {"tcp.dport", Field::port}, {"tcp.flags", Field::flags},
             {"tcp.window", Field::number}, {"udp.sport", Field::port}, {"udp.dport", Field::port},
             {"icmp.type", Field::type}, {"ip.tos", Field::number}}};
        while (true) {
            const auto& [field, kind] = fields[below(fields.size())];
            const auto of = field.substr(0, 2);
            if (of != "ip" && of != "ct" && !field.starts_with(layer)) continue;
            if (field == "tcp.flags" && chance(30)) return any({"syn", "ack"}) + " in tcp.flags";
            if (kind == Field::address && chance(25)) return std::string(field) + " in " + name("list", below(lists_));
            if (chance(35)) return std::string(field) + any({" in ", " IN "}) + set(kind, 1);
            const bool ordered = kind == Field::number;
            return std::string(field) + (ordered ? any({" == ", " != ", " < ", " >= "}) : any({" == ", " != "})) +
                   (ordered ? any({"1", "64", "128"}) : value(kind));
        }
    }

    std::string condition(std::string_view layer, std::size_t depth) {
        if (depth == 0 || chance(40)) return chance(5) ? "true" : comparison(layer);
        if (chance(20)) return any({"not (", "!("}) + condition(layer, depth - 1) + ")";
        const auto sign = any({" and ", " && ", " or ", " || "});
        const bool brackets = chance(30);
        return (brackets ? "(" : "") + condition(layer, depth - 1) + sign + comment() + condition(layer, depth - 1) +
               (brackets ? ")" : "");
    }

    std::string body(std::string_view layer, std::size_t depth, std::size_t callable) {
        std::string text = "{" + any({" ", "\n"});
        for (auto left = 1 + below(3); left > 0; --left) text += statement(layer, depth, callable) + any({" ", "\n", "\n\n"});
        return text + comment() + "}";
    }

    std::string statement(std::string_view layer, std::size_t depth, std::size_t callable) {
        if (depth > 0 && chance(50)) {
            auto text = "if (" + condition(layer, 2) + ") " + body(layer, depth - 1, callable);
            if (chance(30)) text += " else " + body(layer, depth - 1, callable);
            return text;
        }
        if (depth > 0 && layer == "ip" && chance(30)) {
            const auto inner = any({"tcp", "udp", "icmp"});
            const std::string type = inner == "tcp" ? "TCP" : inner == "udp" ? "UDP" : "ICMP";
            return "Filter::" + type + " " + body(inner, depth - 1, callable);
        }
        if (chance(20)) return "log(\"from \", ip.saddr, \"\\n\")";
        if (chance(10)) return "syslog(INFO, \"to \", ip.daddr)";
        if (callable > 0 && chance(30)) return name("f", below(callable)) + any({"", "()"});
        return any({"accept", "drop", "reject"});
    }

    /// Only those before it are called, so that none calls itself.
    std::string function(std::size_t i) {
        return "Filter::IP " + name("f", i) + " {\n" + statement("ip", 3, i) + "\n" + statement("ip", 2, i) + "\n" +
               any({"accept", "drop"}) + "\n}\n";
    }

    std::string iface(std::size_t i) {
        const auto number = std::to_string(i);
        auto text = "Iface " + name("eth", i) + " { index: " + number + ", address: 10." + number +
                    ".0.1, netmask: 255.255.0.0";
        for (const auto* chain : {"prerouting", "input", "output", "postrouting"})
            if (chance(40)) text += std::string(", ") + chain + ": " + any({"f0", "[f0]", "[ f0, ]"});
        if (chance(20)) return text + " }\n" + name("eth", i) + ".gateway: 10." + number + ".0.254\n";
        return text + any({" }\n", "\n}\n"});
    }

    std::string gateway() {
        auto text = "Gateway g { connected: [eth0, eth1], forward: " + name("f", below(functions_));
        if (chance(40)) text += ", far: { net: 192.168.0.0, netmask: 255.255.0.0, iface: eth1, nexthop: 10.1.0.2, cost: 5 }";
        return text + " }\n";
    }

    std::string test(std::size_t i) {
        return "Test " + name("t", i) + " { iface: eth0, packet: { ip: { saddr: " + address() +
               ", daddr: 10.0.0.1 }, tcp: { dport: 80, flags: [syn] } }, expect: " + any({"accept", "drop"}) + " }\n";
    }

    std::mt19937& random_;
    std::size_t functions_ = 0, lists_ = 0, ifaces_ = 0;
};

} // namespace

std::string random_policy(std::mt19937& random) { return Writer(random).policy(); }

} // namespace fuzz
