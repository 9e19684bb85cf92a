#include "codegen/nft/nft.hpp"

#include "codegen/names.hpp"
#include "codegen/nft/functions.hpp"
#include "codegen/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace codegen::nft {

namespace {

using model::Hook;
using model::IfaceId;

/// The Iface by which a route leads to an address of ours; its packets come by another Iface.
std::optional<IfaceId> egress_to(const model::Appliance& appliance, model::Ipv4Address address) {
    const model::Route* best = nullptr;
    for (const auto& route : appliance.gateway->routes) {
        if (!route.destination.contains(address)) continue;
        if (best == nullptr || route.destination.length > best->destination.length ||
            (route.destination.length == best->destination.length && route.cost < best->cost))
            best = &route;
    }
    return best ? std::optional(best->iface) : std::nullopt;
}

/// Between conntrack's place and that of translation there is room for so many base chains.
constexpr std::size_t functions_max = 40;

std::string join(const std::vector<std::string>& words) {
    if (words.size() == 1) return words.front();
    return fmt::format("{{ {} }}", fmt::join(words, ", "));
}

class Program {
public:
    Program(const model::Appliance& appliance, const Options& options)
        : appliance_(appliance), spelling_(appliance, linux_names(options)),
          functions_(appliance, spelling_, problems_) {}

    Emitted run() {
        refuse_the_rest();
        notes();
        source_checks();
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id) {
            filters(id, Hook::prerouting);
            nats(id, Hook::prerouting);
        }
        routed();
        forward("forward", "", {}, "forward", 0);
        other_addresses();
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id) filters(id, Hook::input);
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id) {
            filters(id, Hook::output);
            nats(id, Hook::output);
        }
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id) {
            filters(id, Hook::postrouting);
            nats(id, Hook::postrouting);
        }
        masquerade();
        return finish();
    }

private:
    Emitted finish() {
        auto chains = std::move(functions_).take_chains();
        // The kernel wants a chain declared before a rule jumps there, and nft sees to that: base chains come
        // first, since they tell where the path begins.
        std::ranges::move(chains, std::back_inserter(ruleset_.chains));
        ruleset_.sets = std::move(spelling_).take_sets();
        if (depth(ruleset_) > depth_max)
            problems_.push_back(
                {appliance_.functions.front().place,
                 fmt::format("the kernel takes chains no deeper than {}, and these functions nest {}",
                             depth_max, depth(ruleset_)),
                 "nest fewer `if`s with `else` and fewer calls"});
        std::ranges::sort(problems_, {}, [](const Problem& p) {
            return std::tuple(p.place.file, p.place.line, p.place.column, p.what);
        });
        const auto again = std::ranges::unique(problems_, [](const Problem& a, const Problem& b) {
            return a.place == b.place && a.what == b.what;
        });
        problems_.erase(again.begin(), again.end());
        return {problems_.empty() ? print(ruleset_) : "", std::move(problems_)};
    }

    std::vector<std::string> linux_names(const Options& options) {
        std::vector<std::string> names;
        for (const auto& iface : appliance_.ifaces) {
            const auto said = options.nics.find(iface.name);
            names.push_back(said == options.nics.end() ? iface.name : said->second);
            constexpr std::size_t name_max_bytes = 15; // IFNAMSIZ is 16
            if (names.back().size() > name_max_bytes)
                problems_.push_back({iface.place,
                                     fmt::format("Linux names no NIC `{}`: names have at most {} bytes",
                                                 names.back(), name_max_bytes),
                                     fmt::format("say its name there with `--ifname {}=eth0`", iface.name)});
        }
        return names;
    }

    void refuse_the_rest() {
        if (appliance_.load_balancer)
            problems_.push_back({appliance_.load_balancer->place, "nftables has no Load_balancer",
                                 "a balancer on the Linux host is another program's work"});
        for (const auto& iface : appliance_.ifaces)
            if (iface.config != model::IfaceConfig::fixed)
                problems_.push_back(
                    {iface.place,
                     "the ruleset names the addresses of its Ifaces, and this one leases its own",
                     "give the Iface a static address"});
    }

    /// What Linux is to be told besides, as comments.
    void notes() {
        const auto& ct = appliance_.conntrack;
        ruleset_.notes = {fmt::format("Made by naclc {} from {}: change the policy, not this file.", version,
                                      in_comment(appliance_.files.at(0))),
                          "Addresses and routes are the host's own. What else the policy means there:"};
        const auto sysctl = [&](std::string_view name, std::uint64_t value) {
            ruleset_.notes.push_back(fmt::format("  sysctl -w net.{}={}", name, value));
        };
        sysctl("ipv4.ip_forward", appliance_.gateway ? 1 : 0);
        sysctl("netfilter.nf_conntrack_max", ct.limit);
        sysctl("netfilter.nf_conntrack_checksum", 0);
        // Linux follows windows and handshakes when it is told to; what it makes of them is its own.
        sysctl("netfilter.nf_conntrack_tcp_be_liberal", ct.stateful_tcp ? 0 : 1);
        sysctl("netfilter.nf_conntrack_tcp_loose", ct.stateful_tcp ? 0 : 1);
        sysctl("netfilter.nf_conntrack_tcp_timeout_established", ct.established.tcp);
        sysctl("netfilter.nf_conntrack_udp_timeout", ct.confirmed.udp);
        sysctl("netfilter.nf_conntrack_udp_timeout_stream", ct.established.udp);
        sysctl("netfilter.nf_conntrack_icmp_timeout", ct.established.icmp);
    }

    Chain& base(std::string name, std::string_view type, std::string_view hook, const std::string& priority,
                std::string_view policy = "accept") {
        ruleset_.chains.push_back(
            {.name = std::move(name),
             .head = fmt::format("type {} hook {} priority {}; policy {};", type, hook, priority, policy)});
        return ruleset_.chains.back();
    }

    static std::string after(std::string_view priority, std::size_t k) {
        return k == 0 ? std::string(priority) : fmt::format("{} + {}", priority, k);
    }

    std::string all_nics() const {
        std::vector<IfaceId> all;
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id) all.push_back(id);
        return spelling_.nics(all);
    }

    void source_checks() {
        std::vector<IfaceId> strict;
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id)
            if (appliance_.ifaces[id].strict_rpf) strict.push_back(id);
        if (strict.empty()) return;
        auto& chain = base("strict_sources", "filter", "prerouting", "raw");
        chain.note = "rpf: strict";
        chain.rules = {fmt::format("iifname {} fib saddr . iif oif missing drop", spelling_.nics(strict))};
    }

    /// What a chain with functions drops before the first of them. NaCl tracks fewer kinds of ICMP than
    /// Linux.
    void guard(Chain& chain) const {
        if (!appliance_.conntrack.drop_invalid) return;
        chain.rules.push_back("ct state invalid drop");
        chain.rules.push_back("icmp type { 4, 5, 15-18 } drop");
    }

    /// Leads packets that the chain is not for past it.
    void only_for(Chain& chain, IfaceId id, Hook hook) const {
        const auto nic = fmt::format("\"{}\"", spelling_.nic(id));
        switch (hook) {
        case Hook::prerouting:
            chain.rules.push_back(fmt::format("iifname != {} accept", nic));
            return;
        case Hook::input: {
            chain.rules.push_back(fmt::format("iifname != {} accept", all_nics()));
            const auto& ipv4 = appliance_.ifaces[id].ipv4;
            std::vector<std::string> ours = {dotted(ipv4->address), "255.255.255.255"};
            if (const auto broadcast = ipv4->network.broadcast())
                ours.insert(ours.begin() + 1, dotted(*broadcast));
            chain.rules.push_back(fmt::format("iifname {} ip daddr != {} accept", nic, join(ours)));
            chain.rules.push_back(fmt::format("iifname != {} ip daddr != {} accept", nic, ours.front()));
            return;
        }
        case Hook::output:
        case Hook::postrouting: {
            chain.rules.push_back(fmt::format("oifname != {} accept", nic));
            // Answers of the appliance skip the chains.
            const std::string_view here = hook == Hook::postrouting ? "iif 0 " : "";
            chain.rules.push_back(fmt::format("{}icmp type {{ 3, 11, 12 }} accept", here));
            chain.rules.push_back(fmt::format("{}tcp flags & rst == rst accept", here));
            return;
        }
        }
    }

    Known known(Hook hook) const {
        Known known;
        known.has_ethernet = hook == Hook::prerouting || hook == Hook::input;
        known.may_reject = hook != Hook::postrouting;
        return known;
    }

    /// Before translation stands what precedes the chain's Nat; -100 is where Linux translates destinations.
    static std::string priority(Hook hook, std::size_t k, bool translated) {
        if (translated) return fmt::format("{}", -90 + static_cast<int>(k));
        return after(hook == Hook::input ? "filter" : "mangle", k);
    }

    void filters(IfaceId id, Hook hook) {
        const auto& iface = appliance_.ifaces[id];
        const auto& chain = iface.chain(hook);
        if (chain.empty() || (hook == Hook::input && !iface.ipv4))
            return; // nothing is for an Iface without address
        if (chain.size() > functions_max) {
            problems_.push_back(
                {iface.place,
                 fmt::format("nftables has no priorities for more than {} functions on a chain",
                             functions_max),
                 "call some of them from one function"});
            return;
        }
        const auto name = fmt::format("{}_{}", iface.name, model::hook_names[static_cast<std::size_t>(hook)]);
        const auto hook_name = model::hook_names[static_cast<std::size_t>(hook)];
        const bool translates = hook == Hook::prerouting || hook == Hook::output;
        bool translated = false;
        std::size_t k = 0;
        const auto make = [&](const std::string& own, bool late) -> Chain& {
            auto& made = base(own, "filter", hook_name, priority(hook, k, late));
            only_for(made, id, hook);
            return made;
        };
        for (std::size_t place = 0; place < chain.size(); ++place) {
            const auto function = chain[place];
            const bool is_nat = appliance_.functions.at(function).kind == model::FunctionKind::nat;
            translated |= is_nat && translates;
            if (is_nat && place > 0) continue;
            auto& early = make(place == 0 ? name : fmt::format("{}.{}", name, place + 1), false);
            if (place == 0) guard(early);
            if (is_nat) {
                ++k;
                continue;
            }
            const auto jump = "jump " + functions_.chain(function, known(hook));
            // A Filter behind a Nat sees first packets and those that follow them translated, replies as they
            // came.
            if (translated) early.rules.push_back("ct direction original ct state != related accept");
            early.rules.push_back(jump);
            if (translated) {
                auto& late = make(fmt::format("{}.{}.translated", name, place + 1), true);
                late.rules.push_back("ct direction reply accept");
                late.rules.push_back("ct state related,invalid accept");
                late.rules.push_back(jump);
            }
            ++k;
        }
    }

    /// Functions of the policy's chain that translate: at most one, since Linux decides once for a flow.
    void nats(IfaceId id, Hook hook) {
        const auto& iface = appliance_.ifaces[id];
        std::optional<model::FunctionId> first;
        for (const auto function : iface.chain(hook)) {
            if (appliance_.functions.at(function).kind != model::FunctionKind::nat) continue;
            if (first) {
                problems_.push_back(
                    {appliance_.functions.at(function).place,
                     fmt::format("nftables translates a flow once, and `{}` has two Nats on {}", iface.name,
                                 model::hook_names[static_cast<std::size_t>(hook)]),
                     "make one function of the two"});
                return;
            }
            first = function;
        }
        if (!first) return;
        Known known;
        known.may_reject = false;
        known.has_ethernet = hook == Hook::prerouting;
        known.translates_destination = hook != Hook::postrouting;
        known.translates_source = hook == Hook::postrouting;
        const auto hook_name = model::hook_names[static_cast<std::size_t>(hook)];
        auto& chain = base(fmt::format("{}_{}_nat", iface.name, hook_name), "nat", hook_name,
                           hook == Hook::postrouting  ? "srcnat"
                           : hook == Hook::prerouting ? "dstnat"
                                                      : "-100");
        chain.rules = {fmt::format("{} != \"{}\" accept", hook == Hook::prerouting ? "iifname" : "oifname",
                                   spelling_.nic(id))};
        chain.rules.push_back("jump " + functions_.chain(*first, known));
    }

    /// The Ifaces that routes name: nothing is forwarded between others.
    void routed() {
        if (!appliance_.gateway) {
            auto& chain = base("unrouted", "filter", "forward", "filter - 1", "drop");
            chain.note = "without a Gateway nothing is forwarded";
            return;
        }
        const auto nics = spelling_.nics(routed_ifaces());
        auto& chain = base("unrouted", "filter", "forward", "filter - 1");
        chain.note = "nothing is forwarded but between Ifaces that routes name";
        chain.rules = {fmt::format("iifname != {} drop", nics), fmt::format("oifname != {} drop", nics)};
    }

    std::vector<IfaceId> routed_ifaces() const {
        std::set<IfaceId> named;
        if (appliance_.gateway)
            for (const auto& route : appliance_.gateway->routes) named.insert(route.iface);
        return {named.begin(), named.end()};
    }

    /// The Gateway's chain, at the hook where Linux shows such packets.
    void forward(const std::string& name, const std::string& for_these, const Known& known,
                 std::string_view hook, int before) {
        if (!appliance_.gateway) return;
        const auto& chain = appliance_.gateway->forward;
        for (std::size_t place = 0; place < chain.size(); ++place) {
            const auto own = place == 0 ? name : fmt::format("{}.{}", name, place + 1);
            const auto at =
                before == 0 ? after("filter", place) : fmt::format("{}", before + static_cast<int>(place));
            const bool is_nat = appliance_.functions.at(chain[place]).kind == model::FunctionKind::nat;
            if (is_nat && place > 0) continue;
            const auto jump = is_nat ? "" : for_these + "jump " + functions_.chain(chain[place], known);
            auto& made = base(own, "filter", hook, at);
            if (before != 0) made.rules.push_back(fmt::format("iifname != {} accept", all_nics()));
            if (place == 0 && appliance_.conntrack.drop_invalid) {
                made.rules.push_back(for_these + "ct state invalid drop");
                made.rules.push_back(for_these + "icmp type { 4, 5, 15-18 } drop");
            }
            if (!is_nat) made.rules.push_back(jump);
        }
    }

    /// Linux takes a packet to any of its addresses as its own; here one that comes by another Iface is
    /// routed, and meets `forward`, before it gets to `input`.
    void other_addresses() {
        std::vector<std::string> rules;
        std::map<IfaceId, std::vector<std::string>> by_egress; ///< conditions of packets to be asked about
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id) {
            const auto& ipv4 = appliance_.ifaces[id].ipv4;
            if (!ipv4) continue;
            const auto foreign = fmt::format("iifname != \"{}\" ip daddr ", spelling_.nic(id));
            const auto address = dotted(ipv4->address);
            if (const auto broadcast = ipv4->network.broadcast())
                rules.push_back(fmt::format("{}{} drop", foreign, dotted(*broadcast)));
            const auto egress = appliance_.gateway ? egress_to(appliance_, ipv4->address) : std::nullopt;
            if (!egress) {
                rules.push_back(foreign + address + " drop");
                continue;
            }
            if (const auto closed = neither_own_nor_routed(id); !closed.empty())
                rules.push_back(fmt::format("iifname {} ip daddr {} drop", spelling_.nics(closed), address));
            by_egress[*egress].push_back(foreign + address + " ");
        }
        if (appliance_.ifaces.size() < 2 || rules.empty()) return;
        auto& chain = base("elsewhere", "filter", "input", "filter - 60");
        chain.note = "to an address of another Iface: routed, and asked in `forward`, before `input`";
        chain.rules = {fmt::format("iifname != {} accept", all_nics())};
        std::ranges::move(rules, std::back_inserter(chain.rules));
        if (!appliance_.gateway || appliance_.gateway->forward.empty()) return;
        for (const auto& [egress, conditions] : by_egress)
            for (std::size_t i = 0; i < conditions.size(); ++i) {
                Known known;
                known.egress = egress;
                const auto name = fmt::format("elsewhere_{}{}", appliance_.ifaces[egress].name,
                                              i == 0 ? "" : fmt::format(".{}", i + 1));
                forward(name, conditions[i], known, "input", -50);
            }
    }

    /// What comes by these Ifaces is not forwarded.
    std::vector<IfaceId> neither_own_nor_routed(IfaceId own) const {
        const auto routed = routed_ifaces();
        std::vector<IfaceId> closed;
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id)
            if (id != own && std::ranges::find(routed, id) == routed.end()) closed.push_back(id);
        return closed;
    }

    void masquerade() {
        std::vector<IfaceId> ifaces;
        for (IfaceId id = 0; id < appliance_.ifaces.size(); ++id)
            if (appliance_.ifaces[id].masquerade) ifaces.push_back(id);
        if (ifaces.empty()) return;
        auto& guard = base("untranslatable", "filter", "postrouting", "srcnat - 1");
        guard.note = "what belongs to no flow cannot be masqueraded";
        guard.rules = {fmt::format("oifname {} ct state invalid drop", spelling_.nics(ifaces))};
        auto& chain = base("masquerading", "nat", "postrouting", "srcnat + 10");
        chain.rules = {fmt::format("oifname {} masquerade", spelling_.nics(ifaces))};
    }

    const model::Appliance& appliance_;
    std::vector<Problem> problems_;
    Spelling spelling_;
    Functions functions_;
    Ruleset ruleset_;
};

} // namespace

Emitted emit(const model::Appliance& appliance, const Options& options) {
    return Program(appliance, options).run();
}

} // namespace codegen::nft
