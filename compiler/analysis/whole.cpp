#include "compiler/analysis/whole.hpp"

#include "compiler/analysis/comparison.hpp"
#include "compiler/analysis/same_ways.hpp"
#include "compiler/analysis/walk.hpp"
#include "compiler/analysis/ways.hpp"
#include "compiler/eval/routing.hpp"
#include "compiler/eval/validity.hpp"

#include <algorithm>

namespace analysis {

namespace {

using model::Action;
using model::Hook;
using model::IfaceChain;
using model::IfaceId;

constexpr std::size_t ways_max = 200;          ///< that are asked about
constexpr std::size_t statements_max = 60'000; ///< on all of them together
constexpr std::size_t share_of_a_way = 10;     ///< of a question's steps

bool uses(const model::Appliance& appliance, Action action) {
    return std::ranges::any_of(appliance.statements, [&](const auto& one) { return one.action == action; });
}

/// What one packet finds in a Limit hangs on which others came to it.
bool has_limits(const model::Appliance& appliance) {
    return std::ranges::any_of(appliance.functions, [](const model::Function& function) { return analysis::asks_limits(function.body); });
}

class Whole {
public:
    Whole(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
          PolicyDiff& diff)
        : before_(before), after_(after), budget_(budget), diff_(diff),
          rejects_(uses(before, Action::reject) || uses(after, Action::reject)) {}

    void run() {
        diff_.whole = diff_.of_chains;
        if (diff_.of_chains == Change::equivalent) return;
        diff_.why_of_chains = why_not_comparable();
        if (!diff_.why_of_chains.empty()) return;
        for (const auto& chain : diff_.chains)
            for (const auto* found : {&chain.more, &chain.less})
                if (*found) follow(chain, **found);
        const bool all_decided = ask();
        diff_.is_of_ways = all_decided || (diff_.more && diff_.less);
        // What was shown of one packet of a chain is not so of all of them.
        std::erase_if(diff_.unseen, [&](const Unseen& one) { return (one.is_more ? diff_.more : diff_.less).has_value(); });
        if (!diff_.is_of_ways) {
            diff_.why_of_chains = "of some neither a packet nor a proof was found";
            return;
        }
        diff_.is_of_steady_flows = flows_may_wander();
        diff_.whole = diff_.more && diff_.less ? Change::incomparable
                      : diff_.more             ? Change::more_permissive
                      : diff_.less             ? Change::less_permissive
                                               : Change::equivalent;
    }

private:
    /// Empty where packets go the same ways in both, and are translated alike.
    std::string why_not_comparable() const {
        if (before_.load_balancer || after_.load_balancer) return "there is a Load_balancer";
        if (!have_same_ways(before_, after_)) return "Ifaces or routes are others";
        // Invalid packets that functions see are dropped later where an Iface masquerades; that is not followed.
        if (!after_.conntrack.drop_invalid) return "`drop_invalid` is false";
        for (const auto* policy : {&before_, &after_}) {
            if (has_limits(*policy)) return "chains ask Limits";
            if (translates_output(*policy)) return "a Nat stands on an output";
        }
        for (const auto& chain : diff_.chains) {
            if (!chain.before || !chain.after) return chain.name + " is in one policy only";
            if (chain.change != Change::equivalent && !chain.nats_do_the_same) return "Nats of " + chain.name + " are others";
        }
        return {};
    }

    bool flows_may_wander() const {
        const auto any_comes = [](const model::Iface& iface) { return !iface.strict_rpf; };
        const auto translations = translations_on_chains(after_);
        return after_.ifaces.size() > 1 && std::ranges::any_of(after_.ifaces, any_comes) &&
               std::ranges::any_of(translations, [](const auto* one) { return one->action == Action::dnat; });
    }

    const ChainDiff* difference_of(const Way& chain) const {
        const auto found = std::ranges::find(diff_.chains, text_of(after_, chain), &ChainDiff::name);
        return found == diff_.chains.end() || found->change == Change::equivalent ? nullptr : &*found;
    }

    /// What a chain's packet comes to on its whole way. A packet of a flow that may be translated is not followed.
    void follow(const ChainDiff& chain, const Difference& found) {
        const auto& shown = found.after;
        if (may_be_translated(shown) || shown.follows || !shown.assumed.empty() || !found.before.assumed.empty()) return;
        auto packet = shown;
        packet.decided.reset();
        packet.logged.clear();
        const auto way = way_of_packet(*chain.after, packet);
        if (std::holds_alternative<DeadEnd>(way) && has_leases()) return; // that may lead it on
        const Difference ends{played(before_, way, packet), played(after_, way, packet)};
        const bool is_more = is_stricter(way, ends.before.ending, ends.after.ending);
        if (!is_more && !is_stricter(way, ends.after.ending, ends.before.ending)) {
            diff_.unseen.push_back({chain.name, is_stricter(*chain.after, found.before.ending, shown.ending), way, ends});
            return;
        }
        auto& kind = is_more ? diff_.more : diff_.less;
        if (!kind) kind = on(way, ends);
    }

    /// To another destination: it is not known where it goes then.
    bool may_be_translated(const Witness& packet) const {
        return after_.translates() && (packet.state != model::State::fresh || uses(after_, Action::dnat));
    }

    bool has_leases() const { return std::ranges::any_of(after_.ifaces, &model::Iface::leases); }

    /// Whether a packet goes another way as long as nothing is leased.
    bool is_led_by_lease(const Way& way, const Witness& packet) const {
        if (!has_leases() || packet.ingress == model::no_iface || may_be_translated(packet)) return false;
        const auto datagram = datagram_of(packet.packet);
        const auto without = way_from(after_, static_cast<IfaceId>(packet.ingress), eval::Datagram(datagram));
        return text_of(after_, without) != text_of(after_, way);
    }

    static bool leads_nowhere(const Way& way) {
        const auto* end = std::get_if<DeadEnd>(&way);
        return end != nullptr && !end->is_decided;
    }

    /// What a way leads nowhere, the appliance drops.
    WayDifference on(const Way& way, Difference ends) const {
        if (is_led_by_lease(way, ends.after)) ends.after.assumed.emplace_back("a lease leads it this way");
        for (auto* end : {&ends.before, &ends.after})
            if (end->ending == Ending::accept && leads_nowhere(way)) {
                end->ending = Ending::drop;
                end->decided.reset();
            }
        return {way, std::move(ends)};
    }

    /// As it set out on its way.
    Way way_of_packet(const Way& chain, Witness& packet) const {
        if (packet.ingress == model::no_iface) return Departure{static_cast<IfaceId>(packet.egress)};
        const auto from = static_cast<IfaceId>(packet.ingress);
        const auto* of_iface = std::get_if<IfaceChain>(&chain);
        const bool is_routed_there = of_iface == nullptr || of_iface->hook == Hook::postrouting ||
                                     (of_iface->hook == Hook::input && of_iface->iface != from);
        if (is_routed_there) restore_ttl(packet.packet);
        const auto datagram = datagram_of(packet.packet);
        const auto way = way_from(after_, from, eval::Datagram(datagram));
        const auto routed = eval::route_through(after_, eval::Datagram(datagram).destination());
        const auto* hop = std::get_if<eval::Hop>(&routed);
        packet.egress = is_routed(way) && hop != nullptr ? model::Value{hop->egress} : model::no_iface;
        return way;
    }

    /// Routing takes one.
    static void restore_ttl(model::PacketSpec& packet) {
        const auto datagram = datagram_of(packet);
        std::erase_if(packet.fields, [](const auto& one) { return one.field == model::Field::ip_ttl; });
        packet.fields.push_back({model::Field::ip_ttl, model::Value{eval::Datagram(datagram).ttl()} + 1});
    }

    static Witness played(const model::Appliance& appliance, const Way& way, Witness packet) {
        replay(symbolic::Space(), {}, appliance, way, functions_on(appliance, way), packet);
        return packet;
    }

    /// About the ways on which chains differ, as far as no packet shows it. False when something is not decided.
    bool ask() {
        bool all_decided = true;
        const symbolic::Budget budget{budget_.steps / share_of_a_way, budget_.bytes / share_of_a_way};
        const auto statements = before_.statements.size() + after_.statements.size();
        std::size_t ways_left = std::min(ways_max, statements_max / (statements + 1));
        for (const auto& way : ways_through(after_)) {
            auto wanted = wanted_on(way);
            wanted.more = wanted.more && !diff_.more;
            wanted.less = wanted.less && !diff_.less;
            if (!wanted.more && !wanted.less) continue;
            if (ways_left == 0) return false;
            --ways_left;
            ChainDiff found{text_of(after_, way), {}, way, way, {}, {}};
            compare_ends(before_, after_, budget, wanted, found);
            if (found.more) diff_.more = on(way, *found.more);
            if (found.less) diff_.less = on(way, *found.less);
            all_decided = all_decided && found.change != Change::not_decided;
        }
        return all_decided;
    }

    /// What may be found on a way, by its chains. Where none behind a chain decides, a packet ends as the chain
    /// says; and one that lets through what it dropped makes nothing end more strictly. What it rejected may be
    /// dropped behind it.
    Wanted wanted_on(const Way& way) const {
        Wanted wanted{false, false};
        const bool is_nowhere = leads_nowhere(way);
        if (is_nowhere && !rejects_) return wanted;
        const auto chains = chains_on(way);
        for (auto chain = chains.begin(); chain != chains.end(); ++chain) {
            const auto* differs = difference_of(*chain);
            if (differs == nullptr) continue;
            const bool is_last = std::all_of(chain + 1, chains.end(), [&](const Way& later) {
                return functions_of(before_, later).empty() && functions_of(after_, later).empty();
            });
            const bool any = is_nowhere || (differs->swaps_rejects && !is_last) || differs->change == Change::incomparable ||
                             differs->change == Change::not_decided;
            wanted.more = wanted.more || any || differs->change == Change::more_permissive;
            wanted.less = wanted.less || any || differs->change == Change::less_permissive;
        }
        return wanted;
    }

    const model::Appliance& before_;
    const model::Appliance& after_;
    symbolic::Budget budget_;
    PolicyDiff& diff_;
    bool rejects_;
};

} // namespace

void judge_whole(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
                 PolicyDiff& diff) {
    Whole(before, after, budget, diff).run();
}

} // namespace analysis
