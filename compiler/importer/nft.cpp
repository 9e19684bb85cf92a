#include "compiler/importer/nft.hpp"

#include "compiler/syntax/format.hpp"
#include "compiler/syntax/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace importer {

namespace {

constexpr std::array<std::string_view, 5> hooks = {"prerouting", "input", "forward", "output", "postrouting"};

struct Standing {
    const Table* table;
    const Chain* chain;
    std::int64_t priority;
};

bool is_ours(const Table& table) {
    return table.family == "ip" || table.family == "inet" || table.family == "netdev";
}

bool has(const Rule& rule, std::initializer_list<std::string_view> tags) {
    return std::ranges::any_of(rule.expressions, [&](const Json& expression) {
        return std::ranges::find(tags, tagged(expression).tag) != tags.end();
    });
}

bool has(const Dump& dump, std::initializer_list<std::string_view> tags) {
    for (const auto& table : dump.tables)
        for (const auto& chain : table.chains)
            if (is_ours(table) &&
                std::ranges::any_of(chain.rules, [&](const Rule& rule) { return has(rule, tags); }))
                return true;
    return false;
}

/// `[iifname x] fib saddr . iif oif missing drop`
bool is_source_check(const Rule& rule) {
    if (rule.expressions.size() < 2 || rule.expressions.size() > 3 || !has(rule, {"drop"})) return false;
    const auto& match = rule.expressions[rule.expressions.size() - 2];
    const auto* content = member_of(match, "match");
    const auto* left = content == nullptr ? nullptr : member_of(*content, "left");
    const auto* fib = left == nullptr ? nullptr : member_of(*left, "fib");
    const auto* right = content == nullptr ? nullptr : member_of(*content, "right");
    return fib != nullptr && right != nullptr && *right == false && text_of(*content, "op") == "==" &&
           text_of(*fib, "result") == "oif" && member_of(*fib, "flags") != nullptr &&
           *member_of(*fib, "flags") == Json::array({"saddr", "iif"});
}

/// The names behind a sole `meta key == …` of a rule; nothing when it asks something else.
std::optional<std::vector<std::string>> sole_names(const Table& table, const Json& expression,
                                                   std::string_view key) {
    const auto* match = member_of(expression, "match");
    const auto* left = match == nullptr ? nullptr : member_of(*match, "left");
    const auto* meta = left == nullptr ? nullptr : member_of(*left, "meta");
    const auto* right = match == nullptr ? nullptr : member_of(*match, "right");
    if (meta == nullptr || right == nullptr || text_of(*meta, "key") != key || text_of(*match, "op") != "==")
        return std::nullopt;
    try {
        return names_in(table, *right);
    } catch (const Cannot&) {
        return std::nullopt;
    }
}

class Import {
public:
    Import(Dump dump, std::string name, const std::vector<NicOption>& options)
        : dump_(std::move(dump)), name_(std::move(name)), nics_(nics_of(dump_, options)) {}

    Imported run() {
        for (auto& table : dump_.tables)
            for (auto& chain : table.chains) {
                if (!is_ours(table) || !chain.base) continue;
                source_checks(table, chain);
                stand(table, chain);
            }
        for (auto& [hook, all] : standing_)
            std::ranges::stable_sort(all, {}, [](const Standing& one) { return one.priority; });
        whole_masquerades();
        write_functions();
        auto text = program();
        std::ranges::copy(functions_.messages(), std::back_inserter(messages_));
        return {std::move(text), std::move(messages_), {}};
    }

private:
    void lose(std::string text) { messages_.push_back({true, std::move(text)}); }
    void note(std::string text) { messages_.push_back({false, std::move(text)}); }

    std::vector<Nic*> nics_named(const std::vector<std::string>& names) {
        std::vector<Nic*> found;
        for (const auto& name : names)
            for (const auto* nic : named(nics_, name))
                found.push_back(&nics_[static_cast<std::size_t>(nic - nics_.data())]);
        return found;
    }

    /// What Linux does at a hook of its own is a property of an Iface here.
    void source_checks(const Table& table, Chain& chain) {
        if (chain.base->hook != "prerouting") return;
        std::erase_if(chain.rules, [&](const Rule& rule) {
            if (!is_source_check(rule)) return false;
            if (rule.expressions.size() == 2) {
                for (auto& nic : nics_) nic.strict = true;
                return true;
            }
            const auto names = sole_names(table, rule.expressions.front(), "iifname");
            if (!names) return false;
            for (auto* nic : nics_named(*names)) nic->strict = true;
            return true;
        });
    }

    void stand(const Table& table, const Chain& chain) {
        auto hook = chain.base->hook;
        auto priority = chain.base->priority;
        if (hook == "ingress") {
            hook = "prerouting";
            priority = std::numeric_limits<std::int64_t>::min();
        }
        if (std::ranges::find(hooks, hook) == hooks.end()) {
            if (chain.rules.empty() && !chain.base->drops) return;
            closed_ = true;
            lose(
                fmt::format("table {} {}, chain {}: NaCl has no hook {}; nothing leaves by any Iface instead",
                            table.family, table.name, chain.name, syntax::quoted(hook)));
            return;
        }
        standing_[hook].push_back({&table, &chain, priority});
    }

    Context context_of(const std::string& hook, const Standing& one) const {
        constexpr std::int64_t conntrack = -200, dstnat = -100, srcnat = 100;
        Context context{.hook = hook, .is_nat = one.chain->base->type == "nat"};
        const bool first = hook == "prerouting" || hook == "output";
        context.before_conntrack = first && one.priority <= conntrack;
        if (context.is_nat) return context;
        context.destination_translated =
            hook == "prerouting" && one.priority > dstnat && has(dump_, {"snat", "masquerade"});
        context.source_translated = hook == "postrouting" && one.priority >= srcnat &&
                                    has(dump_, {"snat", "masquerade", "dnat", "redirect"});
        return context;
    }

    /// A last nat chain that only masquerades whole Ifaces is what Ifaces can do by themselves.
    void whole_masquerades() {
        auto& all = standing_["postrouting"];
        const auto last = std::find_if(all.rbegin(), all.rend(),
                                       [](const Standing& one) { return one.chain->base->type == "nat"; });
        if (last == all.rend() || last->chain->base->drops) return;
        std::vector<Nic*> nics;
        for (const auto& rule : last->chain->rules) {
            if (rule.expressions.empty()) return;
            std::vector<Json> said;
            for (const auto& expression : rule.expressions)
                if (tagged(expression).tag != "counter") said.push_back(expression);
            if (said.size() != 2) return;
            const auto names = sole_names(*last->table, said[0], "oifname");
            const auto [tag, content] = tagged(said[1]);
            if (!names || tag != "masquerade" || member_of(*content, "port") != nullptr) return;
            for (auto* nic : nics_named(*names)) nics.push_back(nic);
        }
        for (auto* nic : nics) nic->masquerades = true;
        all.erase(std::next(last).base());
    }

    void write_functions() {
        for (const auto hook_name : hooks) {
            const std::string hook(hook_name);
            auto& list = lists_[hook];
            std::vector<std::string> nats;
            std::size_t nat_place = 0;
            bool has_nat = false;
            for (const auto& one : standing_[hook]) {
                const auto context = context_of(hook, one);
                const auto& devices = one.chain->base->devices;
                const auto name = functions_.base(*one.table, *one.chain, context);
                if (context.is_nat && !has_nat) nat_place = list.size();
                has_nat |= context.is_nat;
                if (name.empty()) continue;
                if (context.is_nat)
                    nats.push_back(name);
                else if (one.chain->base->hook == "ingress" && !devices.empty())
                    only_on_[name] = devices;
                if (!context.is_nat) list.push_back(name);
            }
            const auto at = list.begin() + static_cast<std::ptrdiff_t>(nat_place);
            // Two Nats would translate twice, and Linux translates a flow once.
            std::vector<std::string> placed;
            if (auto refusing = functions_.untranslated(hook); !refusing.empty()) placed.push_back(refusing);
            if (nats.size() == 1) placed.push_back(nats.front());
            if (nats.size() > 1)
                placed.push_back(
                    functions_.add("translate_" + hook, fmt::format("{}\n", fmt::join(nats, "\n")), "Nat"));
            list.insert(at, placed.begin(), placed.end());
        }
        const bool own_guard = dies("input") && (!routes() || dies("forward"));
        if (!own_guard &&
            std::ranges::any_of(lists_, [](const auto& list) { return !list.second.empty(); })) {
            keeps_invalid_ = true;
            if (functions_.reads_transport())
                lists_["prerouting"].insert(
                    lists_["prerouting"].begin(),
                    functions_.add(
                        "whole_headers",
                        "// Linux compares what there is of a header that is cut short. Here such packets "
                        "are dropped.\n"
                        "Filter::TCP { accept }\nFilter::UDP { accept }\nFilter::ICMP { accept }\n"
                        "if (ip.protocol in [tcp, udp, icmp]) { drop }\naccept\n"));
        }
        if (closed_) lists_["postrouting"].push_back(functions_.add("no_such_hook", "drop\n"));
    }

    /// Whether something is forwarded at all.
    bool routes() const {
        const auto forward = standing_.find("forward");
        return (forward != standing_.end() && !forward->second.empty()) ||
               has(dump_, {"dnat", "snat", "masquerade", "redirect"});
    }

    /// Whether a hook surely drops what is `invalid`, so that it may be dropped earlier.
    bool dies(const std::string& hook) const {
        const auto found = standing_.find(hook);
        return found != standing_.end() && std::ranges::any_of(found->second, [&](const Standing& one) {
                   return one.chain->base->type != "nat" && drops_invalid(*one.table, *one.chain);
               });
    }

    bool drops_invalid(const Table& table, const Chain& chain) const {
        for (const auto& rule : chain.rules) {
            bool may_be = true, is_state_only = true;
            for (const auto& expression : rule.expressions) {
                const auto* match = member_of(expression, "match");
                if (match == nullptr) continue;
                const auto* left = member_of(*match, "left");
                const auto* ct = left == nullptr ? nullptr : member_of(*left, "ct");
                const auto* right = member_of(*match, "right");
                const auto op = text_of(*match, "op");
                if (const auto names = sole_names(table, expression, "iifname");
                    names && *names == std::vector<std::string>{"lo"})
                    may_be = false;
                const bool positive = op == "in" || op == "==";
                if (ct == nullptr || text_of(*ct, "key") != "state" || right == nullptr || !positive) {
                    is_state_only = false;
                    continue;
                }
                try {
                    const auto names = names_in(table, *right);
                    may_be &= std::ranges::find(names, "invalid") != names.end();
                } catch (const Cannot&) {
                    is_state_only = false;
                }
            }
            if (!may_be) continue;
            const bool drops = has(rule, {"drop"});
            const bool only_asks = !has(rule, {"limit", "ct count", "quota", "meter", "xt"});
            if (drops && is_state_only && only_asks) return true;
            static constexpr auto ways_out = {"accept", "jump", "goto", "return", "vmap", "queue", "xt"};
            for (const auto* way : ways_out)
                if (has(rule, {way})) return false;
        }
        return chain.base->drops;
    }

    std::string list_for(const std::string& hook, const Nic* nic) const {
        std::vector<std::string> names;
        for (const auto& name : lists_.at(hook)) {
            const auto only = only_on_.find(name);
            if (nic == nullptr || only == only_on_.end() ||
                std::ranges::find(only->second, nic->linux_name) != only->second.end())
                names.push_back(name);
        }
        if (names.empty()) return "";
        return fmt::format(",\n{}: {}", hook,
                           names.size() == 1 ? names.front() : fmt::format("[{}]", fmt::join(names, ", ")));
    }

    std::string iface(std::size_t index) {
        const auto& nic = nics_[index];
        std::string text;
        if (nic.name != nic.linux_name) text += fmt::format("// {}\n", syntax::quoted(nic.linux_name));
        auto ipv4 = nic.ipv4;
        if (!ipv4 && !nic.leased) {
            // Networks for tests of equipment (RFC 2544): nobody has them.
            const auto address = 198u << 24 | 18u << 16 | static_cast<unsigned>(index % 256) << 8 | 1;
            ipv4 =
                model::Ipv4Config{.address = address, .network = {address - 1, 24}, .gateway = {}, .dns = {}};
            text += fmt::format("// FILL IN the address of {}: a ruleset does not know it.\n",
                                syntax::quoted(nic.linux_name));
            lose(fmt::format(
                "the address of {0} is not in the ruleset: the program has a placeholder; fill it in, or "
                "say `--iface {0}=ADDRESS/LENGTH`",
                nic.linux_name));
        }
        text += fmt::format("Iface {} {{\nindex: {}", nic.name, index);
        if (nic.leased) text += ",\nconfig: dhcp";
        if (ipv4) {
            text += fmt::format(",\naddress: {},\nnetmask: {}", dotted(ipv4->address),
                                dotted(ipv4->network.mask()));
            if (ipv4->gateway) text += fmt::format(",\ngateway: {}", dotted(*ipv4->gateway));
        }
        if (nic.masquerades) text += ",\nmasquerade: true";
        if (nic.strict) text += ",\nrpf: strict";
        for (const auto* hook : {"prerouting", "input", "output", "postrouting"})
            text += list_for(hook, &nic);
        return text + "\n}\n\n";
    }

    std::string gateway() {
        if (!routes()) {
            note("the ruleset has no hook `forward` and translates nothing: the program forwards nothing");
            return "";
        }
        std::vector<std::string> names;
        for (const auto& nic : nics_) names.push_back(nic.name);
        auto text = fmt::format("Gateway router {{\nconnected: [{}]", fmt::join(names, ", "));
        const auto way_out = std::ranges::find_if(
            nics_, [](const Nic& nic) { return nic.leased || (nic.ipv4 && nic.ipv4->gateway); });
        if (way_out != nics_.end())
            text += fmt::format(",\nworld: {{ net: 0.0.0.0, netmask: 0.0.0.0, iface: {} }}", way_out->name);
        else
            note("no gateway is known: the program forwards between the networks of its Ifaces only; say "
                 "`--iface NAME=ADDRESS/LENGTH,GATEWAY`, or add routes to `router`");
        return text + list_for("forward", nullptr) + "\n}\n\n";
    }

    void other_families() {
        for (const auto& table : dump_.tables) {
            if (is_ours(table)) continue;
            const bool has_rules =
                std::ranges::any_of(table.chains, [](const Chain& chain) { return !chain.rules.empty(); });
            if (has_rules)
                note(fmt::format(
                    "table {} {} is not in the program: it has no IPv6 and no bridges, and drops such frames",
                    table.family, table.name));
        }
        for (const auto& table : dump_.tables)
            for (const auto& [name, set] : table.sets)
                if (is_ours(table) && set.changes)
                    lose(fmt::format(
                        "table {} {}, set {}: packets or time change it; the program has what was in it",
                        table.family, table.name, name));
        if (has(dump_, {"reject"}))
            note(
                "`reject` answers TCP with a reset here, and all else with ICMP administratively prohibited");
    }

    std::string program() {
        other_families();
        std::string text = fmt::format("// Made by `naclc import nft` from {}.\n\n", syntax::quoted(name_));
        constexpr std::size_t nics_max = 16;
        if (nics_.size() > nics_max)
            lose(fmt::format(
                "{} NICs are more than an appliance has: give several Ifaces one `index` and a `vlan` each",
                nics_.size()));
        for (std::size_t index = 0; index < nics_.size(); ++index) text += iface(index);
        text += gateway();
        if (keeps_invalid_)
            text += "// Linux has no such guard but where a rule says so.\nConntrack flows { drop_invalid: "
                    "false }\n\n";
        return text + functions_.text();
    }

    Dump dump_;
    std::string name_;
    std::vector<Nic> nics_;
    Functions functions_{nics_};
    std::map<std::string, std::vector<Standing>> standing_;
    std::map<std::string, std::vector<std::string>> lists_;   ///< functions by hook
    std::map<std::string, std::vector<std::string>> only_on_; ///< NICs, by function; others stand on all
    std::vector<Message> messages_;
    bool keeps_invalid_ = false;
    bool closed_ = false;
};

/// In the canonical layout; nothing when it does not parse, which would be a mistake of ours.
std::optional<std::string> formatted(const std::string& text) {
    syntax::Sources sources;
    syntax::Diagnostics diagnostics;
    return syntax::format(sources, sources.add("imported", text), diagnostics);
}

} // namespace

Imported import_nft(std::string_view dump, const std::string& name, const std::vector<NicOption>& nics) {
    auto read = read_dump(dump);
    if (!read.error.empty()) return {{}, {}, std::move(read.error)};
    try {
        auto imported = Import(std::move(read.dump), name, nics).run();
        auto text = formatted(imported.text);
        if (!text) return {{}, {}, "the program does not parse; this is a mistake of naclc"};
        imported.text = std::move(*text);
        return imported;
    } catch (const BadChains& why) {
        return {{}, {}, fmt::format("this is no ruleset: {}", why.what())};
    }
}

} // namespace importer
