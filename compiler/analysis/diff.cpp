#include "compiler/analysis/diff.hpp"

#include "compiler/analysis/comparison.hpp"
#include "compiler/analysis/whole.hpp"

#include <algorithm>

namespace analysis {

namespace {

std::optional<Way> in_other(const model::Appliance& from, const model::Appliance& to, const Way& chain) {
    const auto* of_iface = std::get_if<model::IfaceChain>(&chain);
    if (of_iface == nullptr) return to.gateway ? std::optional<Way>(chain) : std::nullopt;
    const auto iface = same_iface(from, of_iface->iface, to);
    if (!iface) return std::nullopt;
    return model::IfaceChain{*iface, of_iface->hook};
}

/// Every chain that has functions, and where one policy gives what leaves another source than the other.
std::vector<Way> chains_to_compare(const model::Appliance& from, const model::Appliance& to) {
    auto chains = chains_of(from);
    for (model::IfaceId iface = 0; iface < from.ifaces.size(); ++iface) {
        const model::IfaceChain chain{iface, model::Hook::postrouting};
        const auto other = in_other(from, to, chain);
        if (!from.functions_of(chain).empty() || !other) continue;
        if (masquerade_of(from, chain) != masquerade_of(to, *other)) chains.emplace_back(chain);
    }
    return chains;
}

Change together(Change a, Change b) {
    if (a == b || b == Change::equivalent) return a;
    if (a == Change::equivalent) return b;
    return a == Change::not_decided || b == Change::not_decided ? Change::not_decided : Change::incomparable;
}

/// Who is let off by a Limit on one chain, or takes a token there, asks the others of both.
void share_limits(std::vector<ChainDiff>& chains) {
    std::set<std::string> shared;
    const auto is_shared = [&](const std::string& limit) { return shared.contains(limit); };
    for (std::size_t known = chains.size() + 1; known != shared.size();) {
        known = shared.size();
        for (auto& chain : chains) {
            chain.asks.alike = chain.asks.alike && std::ranges::none_of(chain.asks.limits, is_shared);
            if (!chain.asks.alike) shared.insert(chain.asks.limits.begin(), chain.asks.limits.end());
        }
    }
    for (auto& chain : chains)
        if (!chain.asks.alike && chain.change == Change::equivalent) chain.change = Change::not_decided;
}

/// What one chain lets through comes to others: as it is, as the flow that it begins, or as a line for the Syslog server.
std::vector<std::string> asked_by_others(const std::vector<ChainDiff>& chains) {
    const bool others_come = std::ranges::any_of(chains, [](const ChainDiff& chain) {
        return chain.change != Change::equivalent || !chain.logs.changes.empty() || !chain.logs.compared;
    });
    std::vector<std::string> names;
    for (const auto& chain : chains)
        if (others_come && !chain.asks.limits.empty()) names.push_back(chain.name);
    return names;
}

} // namespace

std::optional<model::IfaceId> same_iface(const model::Appliance& from, model::IfaceId id, const model::Appliance& to) {
    const auto& iface = from.ifaces.at(id);
    const auto is_known = [](const model::Appliance& policy, const std::string& name) {
        return std::ranges::find(policy.ifaces, name, &model::Iface::name) != policy.ifaces.end();
    };
    const bool is_renamed = !is_known(to, iface.name);
    const auto found = std::ranges::find_if(to.ifaces, [&](const model::Iface& other) {
        if (!is_renamed) return other.name == iface.name;
        return other.nic == iface.nic && other.vlan == iface.vlan && !is_known(from, other.name);
    });
    if (found == to.ifaces.end()) return std::nullopt;
    return static_cast<model::IfaceId>(found - to.ifaces.begin());
}

PolicyDiff diff(const model::Appliance& before, const model::Appliance& after,
                const symbolic::Budget& budget, std::size_t regions_max) {
    PolicyDiff result;
    for (const auto& chain : chains_to_compare(after, before)) {
        ChainDiff one{
            text_of(after, chain), Change::more_permissive, in_other(after, before, chain), chain, {}, {}};
        if (one.before) compare(before, after, budget, regions_max, one);
        result.chains.push_back(std::move(one));
    }
    for (const auto& chain : chains_of(before)) {
        ChainDiff one{
            text_of(before, chain), Change::less_permissive, chain, in_other(before, after, chain), {}, {}};
        const auto name = one.after ? text_of(after, *one.after) : one.name;
        const auto known = std::ranges::find(result.chains, name, &ChainDiff::name);
        if (known != result.chains.end()) continue;
        if (one.after) compare(before, after, budget, regions_max, one);
        result.chains.push_back(std::move(one));
    }
    for (auto& one : result.chains) one.asks = compare_asks(before, one.before, after, one.after);
    for (const auto& one : result.chains) result.of_chains = together(result.of_chains, one.change);
    share_limits(result.chains);
    result.asked_by_others = asked_by_others(result.chains);
    const bool is_alike = std::ranges::all_of(result.chains, [](const ChainDiff& one) { return one.asks.alike; });
    if (result.of_chains == Change::equivalent && !is_alike) result.of_chains = Change::not_decided;
    judge_whole(before, after, budget, result);
    return result;
}

} // namespace analysis
