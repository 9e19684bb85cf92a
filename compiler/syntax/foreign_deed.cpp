#include "compiler/syntax/foreign_deed.hpp"

#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace syntax {

namespace {

using Words = std::vector<std::string>;

bool is_number(std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789") == word.npos;
}
bool is_address(std::string_view word) {
    return std::ranges::count(word, '.') == 3 && word.find_first_not_of("0123456789.") == word.npos;
}

/// The words in lower case, with what a rule says found by name.
class Rule {
public:
    explicit Rule(const Words& words) {
        for (const auto& word : words) words_.push_back(lower(word));
    }

    bool has(std::initializer_list<std::string_view> names) const {
        return std::ranges::any_of(words_, [&](const auto& word) {
            return std::find(names.begin(), names.end(), word) != names.end();
        });
    }
    bool begins(std::string_view first, std::string_view second) const {
        return words_.size() > 1 && words_[0] == first && words_[1] == second;
    }

    /// The word behind the last of these.
    std::string behind(std::initializer_list<std::string_view> names) const {
        for (auto i = words_.size(); i-- > 1;)
            if (std::find(names.begin(), names.end(), words_[i - 1]) != names.end()) return words_[i];
        return {};
    }

    /// `6/minute`, for packets; empty where bytes are counted, or nothing is.
    std::string rate() const {
        for (std::size_t i = 1; i < words_.size(); ++i) {
            const auto& before = words_[i - 1];
            const bool names_rate = before == "rate" || before == "over" || before == "until" ||
                                    before == "--limit" || before.starts_with("--hashlimit");
            if (names_rate && words_[i].front() >= '0' && words_[i].front() <= '9' &&
                words_[i].find('/') != words_[i].npos)
                return words_[i];
        }
        return {};
    }

    /// By which property packets have a bucket each: empty for one bucket, nothing for what a Limit has not.
    std::optional<std::string> key_of_limit() const {
        const auto mode = behind({"--hashlimit-mode"});
        if (mode == "srcip" || mode == "dstip") return mode == "srcip" ? "ip.saddr" : "ip.daddr";
        if (!mode.empty()) return std::nullopt;
        const auto brace = std::ranges::find(words_, "{"), limit = std::ranges::find(words_, "limit");
        if (words_.end() - brace < 4 || limit < brace || std::ranges::find(brace, limit, "}") != limit)
            return std::string();
        const bool is_ip = brace[1] == "ip" && (brace[2] == "saddr" || brace[2] == "daddr");
        if (!is_ip || std::find(brace, limit, ".") != limit) return std::nullopt;
        return brace[1] + '.' + brace[2];
    }

    /// `10.0.0.5:8080`, or `10.0.0.5 port 8080`, as arguments.
    std::string target() const {
        auto to = behind({"->", "to", "--to-destination", "--to-source", "--to-ports", "--to-port"});
        const auto colon = to.find(':');
        auto address = to.substr(0, colon);
        auto port = colon == to.npos ? std::string() : to.substr(colon + 1);
        if (is_number(address)) port = address;
        const auto arrow = std::ranges::find(words_, "->");
        const auto named = std::find(arrow, words_.end(), "port");
        if (named != words_.end() && named + 1 != words_.end()) port = named[1];
        if (!is_address(address)) return is_number(port) ? port : "";
        return address + (is_number(port) ? ", " + port : "");
    }

    /// `if (tcp.dport == 80) { … }` around what is done, in a Nat of the rule's protocol.
    std::string as_nat(const std::string& deed) const {
        const bool of_arrow = std::ranges::find(words_, "->") != words_.end();
        const auto port = of_arrow ? first_behind("port") : behind({"dport", "--dport"});
        const auto source = of_arrow ? first_behind("from") : behind({"saddr", "-s", "--source", "--src"});
        const auto destination = behind({"daddr", "-d", "--destination", "--dst"});
        const std::string protocol = has({"udp"}) ? "UDP" : has({"tcp"}) || is_number(port) ? "TCP" : "IP";
        auto condition = asking("ip.saddr", source);
        for (const auto& more : {asking("ip.daddr", destination),
                                 is_number(port) ? lower(protocol) + ".dport == " + port : std::string()})
            condition += (condition.empty() || more.empty() ? "" : " and ") + more;
        return "Nat::" + protocol + " name { " + (condition.empty() ? deed : "if (" + condition + ") { " + deed + " }") +
               " }";
    }

    /// `static tcp 10.0.0.5 80 203.0.113.1 8080`, of Cisco's.
    std::string as_static_nat() const {
        const auto found = std::ranges::find(words_, "static");
        if (words_.end() - found < 6 || !is_address(found[2]) || !is_address(found[4])) return {};
        const bool is_udp = found[1] == "udp";
        return std::string("Nat::") + (is_udp ? "UDP" : "TCP") + " name { if (ip.daddr == " + found[4] + " and " +
               (is_udp ? "udp" : "tcp") + ".dport == " + found[5] + ") { dnat(" + found[2] + ", " + found[3] + ") } }";
    }

private:
    static std::string asking(const std::string& property, const std::string& value) {
        const auto slash = value.find('/');
        if (!is_address(value.substr(0, slash))) return {};
        return property + (slash == value.npos ? " == " : " in ") + value;
    }

    std::string first_behind(std::string_view name) const {
        const auto found = std::ranges::find(words_, name);
        const auto arrow = std::ranges::find(words_, "->");
        return found < arrow && found + 1 != words_.end() ? found[1] : "";
    }

    Words words_;
};

std::string cure_of_translation(const Rule& rule) {
    constexpr std::string_view masquerade = "write `masquerade: true` in the Iface by which the packets leave";
    const std::string place = "translations stand in Nat functions on `";
    if (rule.begins("dnat", "to") || rule.begins("snat", "to")) {
        const std::string action = rule.begins("dnat", "to") ? "dnat" : "snat";
        return "in a Nat function write `" + action + "(" + rule.target() + ")`";
    }
    if (const auto cure = rule.as_static_nat(); !cure.empty()) return place + "prerouting`: write `" + cure + "`";
    if (rule.has({"masquerade", "overload"}) || rule.begins("ip", "nat")) return std::string(masquerade);
    const bool is_source = rule.has({"snat", "nat"}) && !rule.has({"dnat", "rdr", "redirect"});
    if (!is_source && !rule.has({"dnat", "rdr", "redirect"})) return {};
    const auto target = rule.target();
    if (target.empty() && is_source) return std::string(masquerade);
    const std::string deed = (is_source ? "snat(" : "dnat(") + (target.empty() ? "10.0.0.5, 80" : target) + ")";
    return place + (is_source ? "postrouting" : "prerouting") +
           "`: write `" + rule.as_nat(deed) + "`";
}

/// What a Limit says of time: `second`, `s`, `min`; empty for what it does not say.
std::string_view period_named(std::string_view word) {
    constexpr std::array<std::string_view, 4> periods = {"second", "minute", "hour", "day"};
    if (word.empty()) return {};
    const auto* found = std::ranges::find_if(periods, [&](auto period) { return period.starts_with(word); });
    return found == periods.end() ? std::string_view() : *found;
}

std::string cure_of_limit(const Rule& rule) {
    const auto rate = rule.rate();
    const auto slash = std::min(rate.find('/'), rate.size());
    const auto per =
        slash == rate.size() ? std::string_view() : period_named(std::string_view(rate).substr(slash + 1));
    const auto key = rule.key_of_limit();
    if (!is_number(rate.substr(0, slash)) || per.empty() || !key)
        return "what counts packets is declared, `Limit name { … }`, and a condition asks it: "
               "`if (name.exceeded) { … }`";
    const auto burst = rule.behind({"burst", "--limit-burst", "--hashlimit-burst"});
    return "declare `Limit name { rate: " + rate.substr(0, slash) + ", per: " + std::string(per) +
           (is_number(burst) ? ", burst: " + burst : "") + (key->empty() ? "" : ", key: " + *key) +
           " }`, and ask `if (name.exceeded) { drop }`";
}

} // namespace

std::string cure_of_deed(const std::vector<std::string>& words) {
    const Rule rule(words);
    if (rule.begins("ct", "status") || rule.has({"--ctstatus"}))
        return "whether a packet was translated cannot be asked: there is nothing like it here";
    if (auto cure = cure_of_translation(rule); !cure.empty()) return cure;
    if (rule.has({"--limit", "hashlimit", "limit", "meter"})) return cure_of_limit(rule);
    if (rule.has({"queue", "nfqueue"}))
        return "packets are not handed to other programs: there is nothing like it here";
    if (rule.has({"mark", "connmark", "--set-mark"}))
        return "packets have no marks: ask again, where it matters, what this rule asks";
    if (rule.has({"scrub"}))
        return "packets are checked, and fragments put together, before any function runs: leave it out";
    if (rule.begins("ip", "access-group"))
        return "functions stand on the chains of an Iface: write `prerouting: name` there";
    return {};
}

} // namespace syntax
