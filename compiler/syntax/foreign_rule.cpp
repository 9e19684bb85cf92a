#include "compiler/syntax/foreign_rule.hpp"

#include "compiler/syntax/foreign_comparison.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace syntax {

namespace {

using Words = std::vector<std::string>;
using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 9> verdicts = {{{"accept", "accept"},
                                           {"pass", "accept"},
                                           {"permit", "accept"},
                                           {"allow", "accept"},
                                           {"drop", "drop"},
                                           {"block", "drop"},
                                           {"deny", "drop"},
                                           {"reject", "reject"},
                                           {"refuse", "reject"}}};

/// Behind each of these stands a value.
constexpr std::array<Pair, 28> options = {{{"iif", "iface.in"},
                                           {"src", "ip.saddr"},
                                           {"source", "ip.saddr"},
                                           {"saddr", "ip.saddr"},
                                           {"dst", "ip.daddr"},
                                           {"destination", "ip.daddr"},
                                           {"daddr", "ip.daddr"},
                                           {"iifname", "iface.in"},
                                           {"-i", "iface.in"},
                                           {"--in-interface", "iface.in"},
                                           {"oif", "iface.out"},
                                           {"oifname", "iface.out"},
                                           {"-o", "iface.out"},
                                           {"--out-interface", "iface.out"},
                                           {"-s", "ip.saddr"},
                                           {"--src", "ip.saddr"},
                                           {"--source", "ip.saddr"},
                                           {"from", "ip.saddr"},
                                           {"-d", "ip.daddr"},
                                           {"--dst", "ip.daddr"},
                                           {"--destination", "ip.daddr"},
                                           {"to", "ip.daddr"},
                                           {"--state", "ct.state"},
                                           {"--ctstate", "ct.state"},
                                           {"--icmp-type", "icmp.type"},
                                           {"icmp-type", "icmp.type"},
                                           {"icmp6-type", "icmp.type"},
                                           {"--ttl", "ip.ttl"}}};

/// What says nothing of the packet that a policy would have to repeat.
constexpr std::array<std::string_view, 22> noise = {
    "counter",  "quick",    "in",  "inet", "filter", "input",  "forward", "output",
    "iptables", "nft",      "ufw", "add",  "rule",   "insert", "all",     "any",
    "ip",       "extended", "meta", "ct", "th",     ";"};
/// What has a word behind it that says nothing either.
constexpr std::array<std::string_view, 10> noise_with_word = {
    "-t",       "-m",       "--match",     "access-list", "keep",
    "--append", "priority", "--log-level", "level",       "--reject-with"};

template <typename Range>
bool contains(const Range& range, std::string_view word) {
    return std::find(range.begin(), range.end(), word) != range.end();
}

template <typename Table>
std::string_view look_up(const Table& table, std::string_view word) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Pair& pair) { return pair.first == word; });
    return found == table.end() ? std::string_view{} : found->second;
}

bool is_transport(std::string_view word) { return word == "tcp" || word == "udp" || word == "icmp"; }
bool is_number(std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789") == word.npos;
}

class Reader {
public:
    Reader(const Words& words, const std::set<std::string>& sets) : words_(words), sets_(sets) {}

    ForeignRule read() {
        while (!ends() && understood_) {
            const auto first = next();
            if (first == "-I" || first == "-A") // of iptables, where `-i` is another option
                next();
            else if (first == "-P")
                next(), rule_.is_policy = true, decide(next());
            else
                word(lower(first));
        }
        if (!understood_ || is_negated_ ||
            (conditions_.empty() && protocol_.empty() && rule_.verdict.empty() && log_.empty()))
            return {};
        const bool of_protocol = std::ranges::any_of(conditions_, [&](const std::string& condition) {
            return condition.find(protocol_ + ".") != condition.npos;
        });
        if (!protocol_.empty() && !of_protocol)
            conditions_.insert(conditions_.begin(),
                               is_of_both_ ? "ip.protocol in [tcp, udp]" : "ip.protocol == " + protocol_);
        rule_.decides_all = conditions_.empty();
        rule_.condition = joined();
        const auto deed = deeds();
        rule_.statement = conditions_.empty() ? deed : "if (" + rule_.condition + ") { " + deed + " }";
        if (!protocol_.empty() && of_protocol) {
            const auto own = "Filter::" + upper(protocol_) + " { " + rule_.statement + " }";
            rule_.statement = is_of_both_ ? own + ' ' + for_udp(own) : own;
        }
        return std::move(rule_);
    }

private:
    bool ends() const { return at_ == words_.size(); }
    const std::string& peek(std::size_t ahead = 0) const {
        static const std::string none;
        return at_ + ahead < words_.size() ? words_[at_ + ahead] : none;
    }
    std::string next() { return ends() ? std::string() : words_[at_++]; }

    /// What is done with the packet; `…` where nothing is said.
    std::string deeds() const {
        if (log_.empty() && rule_.verdict.empty()) return "…";
        return log_ + (log_.empty() || rule_.verdict.empty() ? "" : " ") + rule_.verdict;
    }

    std::string joined() const {
        std::string text;
        for (const auto& condition : conditions_) text += (text.empty() ? "" : " and ") + condition;
        return text;
    }
    /// A statement for TCP as one for UDP.
    static std::string for_udp(std::string statement) {
        for (const std::string_view word : {"TCP", "tcp."})
            for (auto at = statement.find(word); at != statement.npos; at = statement.find(word, at))
                statement.replace(at, 3, word == "TCP" ? "UDP" : "udp");
        return statement;
    }
    static std::string upper(std::string word) {
        for (char& c : word) c = static_cast<char>(c - 'a' + 'A');
        return word;
    }

    void word(const std::string& word) {
        const auto dot = word.find('.');
        const auto object = word.substr(0, dot);
        if ((is_packet_object(object) || object == "ether") && (dot != word.npos || is_property(peek())))
            return property(object, dot == word.npos ? lower(next()) : word.substr(dot + 1));
        if (is_transport(word)) return transport(word);
        if (word == "-p" || word == "proto" || word == "protocol" || word == "l4proto")
            return transport(lower(next()));
        if (word == "policy") return rule_.is_policy = true, decide(next());
        if (word == "-j" || word == "--jump") return decide(next());
        if (!look_up(verdicts, word).empty()) {
            decide(word);
            const bool is_of_list = word == "permit" || word == "deny";
            if (is_of_list && is_protocol(peek())) return cisco();
            if (is_of_list && peek() == "host") next();
            if (is_of_list && !ends() && peek().find_first_not_of("0123456789.") == std::string::npos)
                compare("ip.saddr");
            return;
        }
        if (word == "log") return void(log_ = log_of(""));
        if (word == "prefix" || word == "--log-prefix") return void(log_ = log_of(next()));
        if (word == "with" && rule_.verdict == "reject")
            return void(at_ = words_.size()); // how is left to us
        if (word == "on") return compare(is_out_ ? "iface.out" : "iface.in");
        if (word == "out") return void(is_out_ = true);
        if (word == "from") end_ = 's';
        if (word == "to") end_ = 'd';
        if ((word == "to" || word == "from") && peek() == "port") return;
        if (word == "port") return port(end_);
        if (word == "!") return void(is_negated_ = true);
        if (word == "--syn") return protocol_ = "tcp", add("syn in tcp.flags and not ack in tcp.flags");
        if (word == "--dport" || word == "--dports" || word == "--destination-port" || word == "dport")
            return port('d');
        if (word == "--sport" || word == "--sports" || word == "--source-port" || word == "sport")
            return port('s');
        if (const auto property = look_up(options, word); !property.empty())
            return compare(std::string(property));
        const auto slash = word.find('/');
        if (!rule_.verdict.empty() && is_number(word.substr(0, slash)) &&
            (slash == word.npos || is_transport(word.substr(slash + 1)))) {
            protocol_ = slash == word.npos ? "tcp" : word.substr(slash + 1); // `ufw allow 22/tcp`
            return add(protocol_ + ".dport == " + word.substr(0, slash));
        }
        if (contains(noise_with_word, word)) return void(next());
        understood_ = contains(noise, word);
    }

    bool is_property(const std::string& word) const {
        if (word.empty() || is_relation_word(word) || word == "any" || word == "from" || word == "to" ||
            word == "host" || word == "port")
            return false;
        const auto& behind = peek(1);
        const bool is_name = (word[0] | 0x20) >= 'a' && (word[0] | 0x20) <= 'z';
        return is_name && !behind.empty() && look_up(verdicts, lower(word)).empty();
    }
    static bool is_protocol(const std::string& word) { return word == "ip" || is_transport(lower(word)); }

    /// The packet behind the prefix, which may have no quotes: its source will do.
    static std::string log_of(const std::string& prefix) {
        const bool is_quoted = prefix.starts_with('"');
        const bool is_empty = prefix.empty() || prefix == R"("")";
        return "log(" + (is_empty ? "" : (is_quoted ? prefix : '"' + prefix + '"') + ", ") +
               "ip.saddr, \"\\n\")";
    }

    void decide(const std::string& word) {
        if (lower(word) == "log") return void(log_ = log_.empty() ? log_of("") : log_);
        const auto verdict = look_up(verdicts, lower(word));
        if (verdict.empty()) return void(understood_ = false);
        if (rule_.verdict.empty() || verdict == "reject") rule_.verdict = verdict;
    }

    void transport(const std::string& word) {
        if (is_transport(word)) return void(protocol_ = word);
        if (word == "ip") return;
        if (word.empty()) return void(understood_ = false);
        --at_;
        compare("ip.protocol");
        is_of_both_ = !conditions_.empty() && (conditions_.back() == "ip.protocol in [tcp, udp]" ||
                                               conditions_.back() == "ip.protocol in [udp, tcp]");
        if (is_of_both_) conditions_.pop_back(), protocol_ = "tcp";
    }

    void property(const std::string& object, const std::string& name) {
        if (name == "type" && (object == "ether" || object == "vlan")) return frame_type(lower(next()));
        if (is_transport(object)) protocol_ = object;
        compare((object == "ether" ? "eth" : object) + '.' + name);
    }

    /// Functions see IPv4 alone, with a tag or without.
    void frame_type(const std::string& type) {
        constexpr std::array<std::string_view, 6> that_come = {"ip",    "vlan",   "8021q",
                                                               "0x800", "0x0800", "0x8100"};
        understood_ &= contains(that_come, type);
    }

    void port(char end) {
        if (protocol_.empty()) protocol_ = "tcp";
        compare(protocol_ + '.' + end + "port");
    }

    void add(std::string condition) { conditions_.push_back(std::move(condition)); }

    /// A property with the values behind it.
    void compare(const std::string& property) {
        const auto asked = read_comparison(property, words_, at_, sets_, std::exchange(is_negated_, false));
        understood_ &= asked.has_value();
        if (asked && !asked->empty()) add(*asked);
    }

    /// `tcp any host 10.0.0.1 eq 80`: protocol, source, destination, each of these with its port.
    void cisco() {
        transport(lower(next()));
        for (const char end : {'s', 'd'}) {
            if (peek() == "host") next();
            compare(std::string("ip.") + end + "addr");
            if (is_relation_word(peek())) port(end);
        }
        if (peek() == "established") next(), add("ct.state == established");
    }

    const Words& words_;
    const std::set<std::string>& sets_;
    std::size_t at_ = 0;
    ForeignRule rule_;
    Words conditions_;
    std::string log_; ///< as a statement; empty when nothing is logged
    std::string protocol_;
    char end_ = 'd'; ///< of which a port is, in pf
    bool is_out_ = false;
    bool is_of_both_ = false; ///< TCP and UDP
    bool is_negated_ = false; ///< `! -s 10.0.0.1`
    bool understood_ = true;
};

} // namespace

std::vector<std::string> words_of(std::span<const Token> rule) {
    std::vector<std::string> words;
    const auto is_alone = [](const Token& token) {
        return token.kind == TokenKind::comma || is_open_bracket(token.kind) ||
               is_close_bracket(token.kind) ||
               (token.kind >= TokenKind::equal && token.kind <= TokenKind::greater) ||
               token.kind == TokenKind::not_ || token.text == ";" || token.text == "=";
    };
    for (std::size_t i = 0; i < rule.size(); ++i) {
        const bool touches = i > 0 && rule[i - 1].span.end == rule[i].span.begin;
        if (touches && !is_alone(rule[i]) && !is_alone(rule[i - 1]))
            words.back() += rule[i].text;
        else
            words.push_back(rule[i].text);
    }
    return words;
}

ForeignRule read_foreign_rule(const std::vector<std::string>& words, const std::set<std::string>& sets) {
    // A chain's own line has nothing but its policy to say.
    const auto policy = std::ranges::find(words, "policy");
    if (policy != words.end()) {
        const Words own(policy, words.end());
        return Reader(own, sets).read();
    }
    return Reader(words, sets).read();
}

} // namespace syntax
