#include "compiler/analysis/diff.hpp"

#include "compiler/analysis/region.hpp"

#include <algorithm>
#include <array>

namespace analysis {

namespace {

using model::IfaceId;

constexpr std::array endings = {Ending::drop, Ending::reject, Ending::accept}; ///< the strictest first

std::optional<IfaceId> iface_named(const model::Appliance& appliance, const std::string& name) {
    const auto found = std::ranges::find(appliance.ifaces, name, &model::Iface::name);
    if (found == appliance.ifaces.end()) return std::nullopt;
    return static_cast<IfaceId>(found - appliance.ifaces.begin());
}

/// For each Iface of one policy its number in the other; those that are not there get numbers behind.
std::vector<IfaceId> numbers_in(const model::Appliance& from, const model::Appliance& to) {
    std::vector<IfaceId> ids;
    auto next = static_cast<IfaceId>(to.ifaces.size());
    for (const auto& iface : from.ifaces) {
        const auto known = iface_named(to, iface.name);
        ids.push_back(known ? *known : next++);
    }
    return ids;
}

std::optional<Way> in_other(const model::Appliance& from, const model::Appliance& to, const Way& chain) {
    const auto* of_iface = std::get_if<model::IfaceChain>(&chain);
    if (of_iface == nullptr) return to.gateway ? std::optional<Way>(chain) : std::nullopt;
    const auto iface = iface_named(to, from.ifaces.at(of_iface->iface).name);
    if (!iface) return std::nullopt;
    return model::IfaceChain{*iface, of_iface->hook};
}

/// One chain of two policies, in a Space where Ifaces have the numbers of the new one.
class Comparison {
public:
    Comparison(const model::Appliance& before, const model::Appliance& after, const Way& old_chain,
               const Way& new_chain, const symbolic::Budget& budget)
        : before_(before), after_(after), old_chain_(old_chain), new_chain_(new_chain), budget_(budget),
          engines_(space_), ids_(numbers_in(before, after)),
          old_rules_(rules_of(space_, before, old_chain, ids_)),
          new_rules_(rules_of(space_, after, new_chain)),
          region_(packets_at(space_, after, new_chain, true)) {}

    void run(ChainDiff& result) {
        bool all_decided = true;
        for (std::size_t strict = 0; strict < endings.size(); ++strict)
            for (std::size_t lenient = strict + 1; lenient < endings.size(); ++lenient) {
                if (!result.more) all_decided &= find(endings[strict], endings[lenient], result.more);
                if (!result.less) all_decided &= find(endings[lenient], endings[strict], result.less);
            }
        const bool both = result.more && result.less;
        result.change = both           ? Change::incomparable
                        : !all_decided ? Change::not_decided
                        : result.more  ? Change::more_permissive
                        : result.less  ? Change::less_permissive
                                       : Change::equivalent;
    }

private:
    /// False when it is not decided whether a packet changes so.
    bool find(Ending from, Ending to, std::optional<Difference>& found) {
        bool decided = true;
        for (const auto& old_course : courses_to(old_rules_, from))
            for (const auto& new_course : courses_to(new_rules_, to)) {
                symbolic::Question question{
                    narrowed(space_, narrowed(space_, region_, old_course), new_course), old_course.stages};
                question.stages.insert(question.stages.end(), new_course.stages.begin(),
                                       new_course.stages.end());
                // Diagrams of the two chains are made once for all of these questions.
                auto answer = engines_.diagrams.find(question, budget_);
                if (std::holds_alternative<symbolic::GaveUp>(answer))
                    answer = engines_.subtraction.find(question, budget_.steps);
                if (std::holds_alternative<symbolic::Proved>(answer)) continue;
                const auto* box = std::get_if<symbolic::Found>(&answer);
                if (box != nullptr) found = difference(box->box, from, to);
                if (found) return true;
                decided = false;
            }
        return decided;
    }

    /// Nothing when the interpreter does not see it so.
    std::optional<Difference> difference(const symbolic::Box& box, Ending from, Ending to) {
        auto after = witness_in(space_, box, after_, new_chain_, new_rules_);
        if (!after || after->ending != to) return std::nullopt;
        auto before = *after;
        before.assumed.clear();
        before.decided.reset();
        for (auto* iface : {&before.ingress, &before.egress}) {
            if (*iface == model::no_iface) continue;
            const auto known = std::ranges::find(ids_, static_cast<IfaceId>(*iface));
            if (known == ids_.end()) return std::nullopt;
            *iface = static_cast<model::Value>(known - ids_.begin());
        }
        replay(space_, box, before_, old_chain_, old_rules_, before);
        if (before.ending != from) return std::nullopt;
        return Difference{std::move(before), std::move(*after)};
    }

    const model::Appliance& before_;
    const model::Appliance& after_;
    Way old_chain_, new_chain_;
    symbolic::Budget budget_;
    symbolic::Space space_;
    symbolic::Engines engines_;
    std::vector<IfaceId> ids_; ///< of the old policy's Ifaces
    ChainRules old_rules_, new_rules_;
    std::vector<symbolic::Box> region_;
};

Change together(Change a, Change b) {
    if (a == b || b == Change::equivalent) return a;
    if (a == Change::equivalent) return b;
    return a == Change::not_decided || b == Change::not_decided ? Change::not_decided : Change::incomparable;
}

} // namespace

PolicyDiff diff(const model::Appliance& before, const model::Appliance& after,
                const symbolic::Budget& budget) {
    PolicyDiff result;
    for (const auto& chain : chains_of(after)) {
        ChainDiff one{
            text_of(after, chain), Change::more_permissive, in_other(after, before, chain), chain, {}, {}};
        if (one.before) Comparison(before, after, *one.before, chain, budget).run(one);
        result.chains.push_back(std::move(one));
    }
    for (const auto& chain : chains_of(before)) {
        ChainDiff one{
            text_of(before, chain), Change::less_permissive, chain, in_other(before, after, chain), {}, {}};
        const auto known = std::ranges::find(result.chains, one.name, &ChainDiff::name);
        if (known != result.chains.end()) continue;
        if (one.after) Comparison(before, after, chain, *one.after, budget).run(one);
        result.chains.push_back(std::move(one));
    }
    for (const auto& one : result.chains) result.whole = together(result.whole, one.change);
    return result;
}

} // namespace analysis
