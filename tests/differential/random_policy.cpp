#include "random_policy.hpp"

#include "harness/dice.hpp"

#include <fmt/format.h>

#include <functional>

namespace {

constexpr unsigned on_chain = 9;
constexpr unsigned helpers = 3; ///< that others call, and that need not decide

class Maker {
public:
    explicit Maker(std::uint64_t seed) : dice_(seed) {}

    std::string make() {
        std::string chain;
        for (unsigned i = 0; i < on_chain; ++i) chain += fmt::format("{}f{}", i == 0 ? "" : ", ", i);
        std::string text =
            fmt::format("Iface wan {{ index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: [{}] }}\n"
                        "Limit l {{ rate: 5, per: second, burst: 3, key: ip.saddr, size: 64 }}\n"
                        "hosts: [10.0.0.7, 10.0.0.9-10.0.0.30, 10.1.0.0/16, 192.168.0.0/24]\n",
                        chain);
        for (; helpers_ < helpers; ++helpers_) {
            const auto* const layer = dice_.one_of({"IP", "TCP", "UDP"});
            text += fmt::format("Filter::{} h{} {{\n{}}}\n", layer, helpers_, block(layer, 2));
        }
        for (unsigned i = 0; i < on_chain; ++i)
            text += fmt::format("Filter::IP f{} {{\n{}accept\n}}\n", i, block("IP", 3));
        return text;
    }

private:
    std::string block(const std::string& layer, unsigned depth) {
        std::string text;
        for (auto count = 1 + dice_.below(4); count > 0; --count) text += step(layer, depth);
        return text;
    }

    std::string step(const std::string& layer, unsigned depth) {
        const auto kind = dice_.below(12);
        if (kind == 0 && helpers_ > 0 && layer == "IP") return fmt::format("h{}()\n", dice_.below(helpers_));
        if (kind == 1) return fmt::format("log(\"{} \", ip.saddr, \"\\n\")\n", ++texts_);
        if (kind == 2 && depth > 1) return rules(layer);
        if (kind == 3 && depth > 0 && layer == "IP") {
            const auto* const inner = dice_.one_of({"TCP", "UDP", "ICMP"});
            return fmt::format("Filter::{} {{\n{}}}\n", inner, block(inner, depth - 1));
        }
        const auto body = depth > 0 && dice_.percent(50) ? block(layer, depth - 1)
                                                         : dice_.one_of<std::string>({"accept\n", "drop\n"});
        const auto otherwise =
            depth > 0 && dice_.percent(30) ? fmt::format(" else {{\n{}}}", block(layer, depth - 1)) : "";
        return fmt::format("if ({}) {{\n{}}}{}\n", condition(layer, 2), body, otherwise);
    }

    /// A long list, of one shape but for some.
    std::string rules(const std::string& layer) {
        std::string text;
        for (auto count = 20 + dice_.below(120); count > 0; --count) {
            std::string test = "ip.saddr in " + addresses();
            if (dice_.percent(70)) test += " and ip.daddr in " + addresses();
            if (layer != "IP" && layer != "ICMP" && dice_.percent(70)) test += " and " + transport(layer);
            if (dice_.percent(4)) test = condition(layer, 1);
            text += fmt::format("if ({}) {{ {} }}\n", test, dice_.percent(50) ? "accept" : "drop");
        }
        return text;
    }

    std::string condition(const std::string& layer, unsigned depth) {
        const auto kind = dice_.below(depth == 0 ? 6 : 9);
        if (kind == 0 && layer != "IP") return transport(layer);
        if (kind == 1) return "ip.saddr in hosts";
        if (kind == 2)
            return dice_.one_of<std::string>(
                {"ct.state == established", "ct.state in [new, related]", "ip.ttl < 5", "ip.hdrlength > 20",
                 "ip.saddr == ip.daddr", "ip.protocol in [tcp, udp, 47]", "ip.length in 40-60", "l.exceeded",
                 "ip.saddr > ip.daddr", "ip.dscp in [1, 3, 5, 7, 9, 11, 20-30]"});
        if (kind < 6) return dice_.one_of<std::string>({"ip.saddr", "ip.daddr"}) + " in " + addresses();
        if (kind == 6) return "not (" + condition(layer, depth - 1) + ")";
        return "(" + condition(layer, depth - 1) + (kind == 7 ? " and " : " or ") +
               condition(layer, depth - 1) + ")";
    }

    std::string transport(const std::string& layer) {
        if (layer == "ICMP")
            return dice_.one_of<std::string>({"icmp.type == 8", "icmp.type in [0, 3, 8, 11]"});
        if (layer == "TCP" && dice_.percent(25))
            return dice_.one_of<std::string>(
                {"syn in tcp.flags", "not (ack in tcp.flags)", "tcp.flags == syn"});
        const auto field = (layer == "TCP" ? "tcp." : "udp.") + dice_.one_of<std::string>({"dport", "sport"});
        const auto low = dice_.below(65000);
        if (dice_.percent(30))
            return field + " in [" + many([&] { return std::to_string(dice_.below(3000)); }) + "]";
        return field + (dice_.percent(50) ? fmt::format(" == {}", low)
                                          : fmt::format(" in {}-{}", low, low + dice_.below(500)));
    }

    std::string many(const std::function<std::string()>& value) {
        std::string list = value();
        for (auto count = dice_.below(dice_.percent(20) ? 90 : 12); count > 0; --count)
            list += ", " + value();
        return list;
    }

    std::string addresses() {
        const auto address = [&] {
            return fmt::format("10.{}.{}.{}", dice_.below(3), dice_.below(4), dice_.below(64));
        };
        const auto kind = dice_.below(10);
        if (kind < 4) return "[" + address() + "]";
        if (kind < 5) return "[" + many(address) + "]";
        if (kind < 7) return fmt::format("10.{}.0.0/{}", dice_.below(3), dice_.one_of({16, 20, 22}));
        return fmt::format("10.{}.{}.0/{}", dice_.below(3), dice_.below(4), dice_.one_of({24, 25, 28, 30}));
    }

    harness::Dice dice_;
    unsigned helpers_ = 0; ///< that have been made
    unsigned texts_ = 0;
};

} // namespace

std::string random_policy(std::uint64_t seed) { return Maker(seed).make(); }
