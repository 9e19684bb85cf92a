#include "compiler/importer/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace importer {

namespace {

/// What an expression says of a packet's fate without being a verdict: nothing.
constexpr std::string_view without_meaning[] = {"counter", "comment", "continue"};

/// Marks, priorities, helpers: nothing here reads them, and no packet's fate hangs on them alone.
constexpr std::string_view without_verdict[] = {
    "set", "map", "flow", "ct helper", "ct timeout", "ct expectation", "secmark", "dup"};

template <std::size_t size>
bool is_one_of(std::string_view word, const std::string_view (&words)[size]) {
    return std::ranges::find(words, word) != std::end(words);
}

class Understanding {
public:
    Understanding(const Scope& scope, const Maker& maker, const Rule& rule)
        : scope_(scope), maker_(maker), rule_(rule), context_(scope.context) {
        now_.rule = &rule;
        now_.protocols = context_.protocols;
    }

    std::vector<Understood> run() {
        for (auto at = rule_.expressions.begin(); at != rule_.expressions.end(); ++at) {
            const auto& expression = *at;
            const auto [tag, content] = tagged(expression);
            if (content == nullptr) {
                refuse(fmt::format("no expression of nft: {}", shown(expression)), expression);
                now_.ends = Ends::unsayable;
                break;
            }
            try {
                if (mentions_bytes(expression)) context_.protocols &= protocols_named_behind(at);
                if (!one(tag, *content)) break;
            } catch (const Cannot& why) {
                refuse(why.what(), expression);
            }
            if (now_.ends != Ends::not_at_all) break;
        }
        if (all_.empty() || now_.ends != Ends::not_at_all || !now_.losses.empty())
            all_.push_back(std::move(now_));
        return std::move(all_);
    }

private:
    /// nft leaves the protocol out of what it prints where a match further on names a header, also before bytes that
    /// hang on it.
    unsigned protocols_named_behind(std::vector<Json>::const_iterator at) const {
        auto protocols = protocol_bit::any;
        for (++at; at != rule_.expressions.end(); ++at) {
            const auto [tag, content] = tagged(*at);
            if (content == nullptr || (tag != "match" && !is_one_of(tag, without_meaning))) break;
            if (tag == "match") protocols &= protocols_named_by(*content);
        }
        return protocols;
    }

    /// Without the expression the rule holds for more packets.
    void refuse(const std::string& why, const Json& expression) {
        const auto text = shown(expression);
        now_.losses.push_back(why.find(text) != why.npos ? why : why + ": " + text);
        now_.is_part = true;
        if (is_verdict_) now_.ends = Ends::unsayable;
    }

    Scope here() const { return {scope_.table, scope_.nics, context_, scope_.sets}; }

    void ask(Condition condition) {
        context_.protocols = protocols_behind(context_.protocols, condition);
        now_.protocols = context_.protocols;
        if (!is_always(condition)) now_.steps.push_back(Asked{std::move(condition)});
    }

    /// False when nothing behind it counts.
    bool one(std::string_view tag, const Json& content) {
        is_verdict_ = false;
        if (tag == "match") return match(content), true;
        if (is_one_of(tag, without_meaning)) return true;
        if (tag == "limit") return limit(content), true;
        if (tag == "log") return log(content), true;
        if (tag == "xt") return foreign(content);
        if (tag == "mangle") return mangle(content), true;
        if (is_one_of(tag, without_verdict)) {
            now_.losses.push_back(fmt::format("NaCl has no `{}`: {}", tag, shown(content)));
            return true;
        }
        if (tag == "ct count" || tag == "quota" || tag == "meter" || tag == "last")
            throw Cannot(fmt::format("NaCl has no `{}`", tag));
        is_verdict_ = true;
        verdict(tag, content);
        return false;
    }

    void match(const Json& content) {
        try {
            ask(condition_of(here(), content));
        } catch (const Cannot&) {
            // Of a header that NaCl does not read it still knows whose it is.
            const auto* left = member_of(content, "left");
            const auto* payload = left == nullptr ? nullptr : member_of(*left, "payload");
            const auto protocol = payload == nullptr ? "" : text_of(*payload, "protocol");
            static constexpr std::string_view told[] = {"tcp", "udp",  "icmp", "sctp", "dccp", "udplite",
                                                        "esp", "comp", "ah",   "igmp", "gre"};
            if (is_one_of(protocol, told))
                ask(compare(here(), Json{{"meta", {{"key", "l4proto"}}}}, "==", protocol));
            throw;
        }
    }

    void verdict(std::string_view tag, const Json& content) {
        if (tag == "vmap") return verdict_map(content);
        if (tag == "dnat" || tag == "snat") return translate(tag, content);
        if (tag == "masquerade") return masquerade(content);
        if (tag == "redirect") return redirect(content);
        if (!plain_verdict(tag, content)) throw Cannot(fmt::format("NaCl has no `{}`", tag));
    }

    bool plain_verdict(std::string_view tag, const Json& content) {
        if (context_.is_nat && (tag == "drop" || tag == "reject")) throw Cannot("a Nat drops nothing");
        if (tag == "accept") return now_.ends = Ends::accept, true;
        if (tag == "drop") return now_.ends = Ends::drop, true;
        if (tag == "reject") {
            // nft leaves out the match that goes without saying.
            if (text_of(content, "type") == "tcp reset")
                ask({{model::Layer::ip, "ip.protocol == tcp", protocol_bit::tcp, true}});
            return now_.ends = Ends::reject, true;
        }
        if (tag == "return") return now_.ends = Ends::leave, true;
        if (tag != "jump" && tag != "goto") return false;
        now_.target = text_of(content, "target");
        now_.ends = tag == "jump" ? Ends::jump : Ends::go;
        return true;
    }

    void limit(const Json& content) {
        std::string name;
        const Json* said = &content;
        if (content.is_string()) {
            name = content;
            const auto found = scope_.table.limits.find(name);
            if (found == scope_.table.limits.end()) throw Cannot("the ruleset has no such limit");
            said = &found->second;
        }
        const auto number = [&](const char* key, std::int64_t otherwise, std::int64_t max) {
            const auto* member = member_of(*said, key);
            if (member == nullptr) return otherwise;
            if (!member->is_number_integer() || *member < 0 || *member > max)
                throw Cannot(fmt::format("no Limit has such a `{}`", key));
            return member->get<std::int64_t>();
        };
        constexpr std::int64_t rate_max = 1'000'000'000, burst_max = 1'000'000, burst_of_nft = 5;
        const auto unit = text_of(*said, "rate_unit");
        if (!unit.empty() && unit != "packets") throw Cannot("a Limit counts packets, and no bytes");
        const auto per = text_of(*said, "per");
        if (per != "second" && per != "minute" && per != "hour" && per != "day")
            throw Cannot("a Limit is per second, minute, hour or day");
        const auto rate = number("rate", 0, rate_max);
        const auto burst = number("burst", 0, burst_max);
        if (rate == 0) throw Cannot("no Limit has the rate 0");
        const auto* inverted = member_of(*said, "inv");
        const bool over = inverted != nullptr && *inverted == true;
        const auto limit = maker_.limit(
            name, fmt::format("rate: {}, per: {}, burst: {}", rate, per, burst == 0 ? burst_of_nft : burst));
        now_.steps.push_back(Limited{fmt::format("{}{}.exceeded", over ? "" : "not ", limit)});
    }

    void log(const Json& content) {
        static constexpr std::string_view severities[][2] = {
            {"emerg", "EMERG"},  {"alert", "ALERT"},   {"crit", "CRIT"}, {"err", "ERR"},
            {"warn", "WARNING"}, {"notice", "NOTICE"}, {"info", "INFO"}, {"debug", "DEBUG"}};
        constexpr std::size_t prefix_max_bytes = 512;
        auto prefix = text_of(content, "prefix");
        if (prefix.size() > prefix_max_bytes) throw_away("a log prefix that is too long");
        // The kernel prints the packet behind the prefix by itself.
        const auto text =
            (prefix.empty() ? std::string() : string_of(prefix.substr(0, prefix_max_bytes)) + ", ") +
            "ip.saddr, \" to \", ip.daddr, \" protocol \", ip.protocol";
        const auto level = text_of(content, "level");
        std::string said = fmt::format("log({}, \"\\n\")", text);
        for (const auto& [name, severity] : severities)
            if (name == level) said = fmt::format("syslog({}, {})", severity, text);
        now_.steps.push_back(Said{said});
    }

    void throw_away(const std::string& what) { now_.losses.push_back(what); }

    void mangle(const Json& content) {
        const auto* key = member_of(content, "key");
        const auto [kind, what] = key == nullptr ? Tagged{} : tagged(*key);
        // Where packets go hangs on their addresses, ports and protocol.
        const auto field = what == nullptr ? "" : text_of(*what, "field");
        const bool harmless = kind == "meta" || kind == "ct" || kind == "tcp option" ||
                              (kind == "payload" && (field == "dscp" || field == "ecn" || field == "ttl"));
        if (harmless)
            return throw_away(fmt::format("NaCl changes nothing of a packet so: {}", shown(content)));
        is_verdict_ = true;
        throw Cannot("NaCl changes nothing of a packet so");
    }

    /// A match or a target of iptables that nft does not know itself.
    bool foreign(const Json& content) {
        if (text_of(content, "name") == "comment") return true;
        if (text_of(content, "type") != "match") is_verdict_ = true;
        throw Cannot("an extension of iptables that nft cannot show");
    }

    void verdict_map(const Json& content) {
        const auto* key = member_of(content, "key");
        const auto* data = member_of(content, "data");
        if (key == nullptr || data == nullptr) throw Cannot("no map that is understood");
        for (const auto& [values, verdict] : grouped(*data)) {
            const auto [tag, target] = tagged(verdict);
            const auto before = now_;
            const auto context = context_;
            if (tag == "continue") continue;
            if (target == nullptr || !plain_verdict(tag, *target))
                throw Cannot("no verdict that is understood");
            ask(compare(here(), *key, "==", values));
            all_.push_back(std::exchange(now_, before));
            context_ = context;
        }
    }

    /// The values of a map with the keys that have them, as sets; what was done before happens once.
    std::vector<std::pair<Json, Json>> grouped(const Json& data) const {
        for (const auto& step : now_.steps)
            if (!std::holds_alternative<Asked>(step)) throw Cannot("a map behind a limit or a log");
        std::vector<Json> anonymous;
        const auto* pairs = elements_of(scope_.table, data, anonymous);
        if (pairs == nullptr) throw Cannot("no map that is understood");
        std::vector<std::pair<Json, Json>> groups;
        std::map<std::string, std::size_t> places;
        for (const auto& pair : *pairs) {
            if (!pair.is_array() || pair.size() != 2 || element(pair[0]) == "*")
                throw Cannot(fmt::format("no pair of a map that is understood: {}", shown(pair)));
            const auto [at, is_new] = places.emplace(pair[1].dump(-1, ' ', true), groups.size());
            if (is_new) groups.emplace_back(Json{{"set", Json::array()}}, pair[1]);
            groups[at->second].first["set"].push_back(element(pair[0]));
        }
        return groups;
    }

    bool may_translate(bool destination) const {
        const auto& hook = context_.hook;
        return context_.is_nat &&
               (destination ? hook == "prerouting" || hook == "output" : hook == "postrouting");
    }

    static std::string address_in(const Json& json) {
        const auto address = json.is_string() ? address_of(json.get_ref<const std::string&>()) : std::nullopt;
        if (!address) throw Cannot("NaCl translates to one address");
        return dotted(*address);
    }

    static std::string port_in(const Json& json) {
        if (!json.is_number_unsigned() || json > 65535u) throw Cannot("NaCl translates to one port");
        return fmt::format("{}", json.get<unsigned>());
    }

    void translate(std::string_view word, const Json& content) {
        const auto family = text_of(content, "family");
        if (family == "ip6") return ask({}); // not for us
        if (!may_translate(word == "dnat")) throw Cannot(fmt::format("no `{}` here", word));
        const auto* address = member_of(content, "addr");
        const auto* port = member_of(content, "port");
        const auto port_text = port == nullptr ? std::string() : port_in(*port);
        if (address == nullptr) {
            if (port == nullptr) throw Cannot("a translation to nothing");
            return to(fmt::format("{}({})", word, port_text));
        }
        const auto [tag, map] = tagged(*address);
        if (tag != "map")
            return to(fmt::format("{}({}{}{})", word, address_in(*address), port == nullptr ? "" : ", ",
                                  port_text));
        const auto* key = member_of(*map, "key");
        const auto* data = member_of(*map, "data");
        if (key == nullptr || data == nullptr) throw Cannot("no map that is understood");
        for (const auto& [values, target] : grouped(*data)) {
            const auto before = now_;
            const auto context = context_;
            const auto [kind, parts] = tagged(target);
            const bool both = kind == "concat" && parts->is_array() && parts->size() == 2;
            const auto said =
                both ? address_in((*parts)[0]) + ", " + port_in((*parts)[1]) : address_in(target);
            ask(compare(here(), *key, "==", values));
            to(fmt::format("{}({}{}{})", word, said, both || port == nullptr ? "" : ", ",
                           both ? "" : port_text));
            all_.push_back(std::exchange(now_, before));
            context_ = context;
        }
    }

    void to(const std::string& statements) {
        now_.ends = Ends::translate;
        now_.statements = statements;
    }

    /// The Ifaces that packets of this rule may leave by, or come in by.
    std::vector<const Nic*> possible(std::string_view key) const {
        for (const auto& expression : rule_.expressions) {
            const auto* match = member_of(expression, "match");
            const auto* left = match == nullptr ? nullptr : member_of(*match, "left");
            const auto* meta = left == nullptr ? nullptr : member_of(*left, "meta");
            if (meta == nullptr || text_of(*meta, "key") != key || member_of(*match, "right") == nullptr)
                continue;
            std::vector<const Nic*> said, nics;
            for (const auto& name : names_in(scope_.table, match->at("right")))
                for (const auto* nic : named(scope_.nics, name)) said.push_back(nic);
            const bool wanted = text_of(*match, "op") == "==";
            for (const auto& nic : scope_.nics)
                if ((std::ranges::find(said, &nic) != said.end()) == wanted) nics.push_back(&nic);
            return nics;
        }
        std::vector<const Nic*> all;
        for (const auto& nic : scope_.nics) all.push_back(&nic);
        return all;
    }

    void masquerade(const Json& content) {
        if (!may_translate(false)) throw Cannot("no `masquerade` here");
        std::string port;
        if (const auto* said = member_of(content, "port")) port = ", " + port_in(*said);
        own_addresses("snat", "out", possible("oifname"), port);
    }

    void redirect(const Json& content) {
        if (!may_translate(true) || context_.hook == "output") throw Cannot("no `redirect` here");
        std::string port;
        if (const auto* said = member_of(content, "port")) port = ", " + port_in(*said);
        own_addresses("dnat", "in", possible("iifname"), port);
    }

    void own_addresses(std::string_view word, std::string_view way, const std::vector<const Nic*>& nics,
                       const std::string& port) {
        std::string statements;
        for (const auto* nic : nics) {
            if (nic->leased)
                throw Cannot(
                    fmt::format("a Nat names no leased address, and `{}` leases its own", nic->name));
            if (nics.size() == 1) return to(fmt::format("{}({}.address{})", word, nic->name, port));
            statements += fmt::format("if (iface.{} == {}) {{ {}({}.address{}) }}\n", way, nic->name, word,
                                      nic->name, port);
        }
        if (statements.empty()) return ask({});
        to(statements);
    }

    const Scope& scope_;
    const Maker& maker_;
    const Rule& rule_;
    Context context_; ///< narrowed by the matches so far
    Understood now_;
    std::vector<Understood> all_;
    bool is_verdict_ = false; ///< what is being read decides about the packet
};

} // namespace

std::vector<Understood> understand(const Scope& scope, const Maker& maker, const Rule& rule) {
    return Understanding(scope, maker, rule).run();
}

} // namespace importer
