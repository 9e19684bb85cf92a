#include "compiler/analysis/comparison.hpp"

#include "compiler/analysis/describe.hpp"
#include "compiler/analysis/region.hpp"
#include "compiler/symbolic/suspects.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace analysis {

namespace {

using model::Action;
using model::FunctionKind;
using model::IfaceId;
using symbolic::Box;
using symbolic::Question;
using symbolic::Stage;

constexpr std::array endings = {Ending::drop, Ending::reject, Ending::accept}; ///< the strictest first
constexpr std::size_t regions_max = 4;     ///< that are shown of packets that go one way
constexpr std::size_t pieces_max = 2'000;  ///< that are left when regions have been taken out
constexpr std::size_t steps_of_a_detail = 300'000, steps_of_a_region = 1'000'000;
constexpr std::size_t shares_of_suspects = 20; ///< of a question's steps, all of them together

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

/// What a Nat's rule does to a packet; nothing, where it does nothing.
std::string translation(const model::Appliance& appliance, const symbolic::Rule& rule) {
    return rule.statement ? eval::translation_of(appliance.statements.at(*rule.statement)) : std::string();
}

/// The first rule of a list that decides about one packet of a box.
const symbolic::Rule* deciding(const symbolic::Space& space, const symbolic::RuleList& list, const Box& box) {
    const auto holds = [&](const symbolic::Side& side) {
        const auto values = values_of(space, box, side.variable);
        return space.sets[side.values].contains(space.sets[values].intervals().front().low);
    };
    const auto found = std::ranges::find_if(list.rules, [&](const symbolic::Rule& rule) {
        return rule.log == nullptr && std::ranges::all_of(rule.guard, holds);
    });
    return found == list.rules.end() ? nullptr : &*found;
}

/// In a Space where Ifaces have the numbers of the new policy.
class Comparison {
public:
    Comparison(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
               ChainDiff& result)
        : before_(before), after_(after), budget_(budget), result_(result), engines_(space_),
          ids_(numbers_in(before, after)), old_rules_(rules_of(space_, before, *result.before, ids_)),
          new_rules_(rules_of(space_, after, *result.after)),
          region_(packets_at(space_, after, *result.after, true)) {}

    void run() {
        align();
        result_.logs = log_changes(before_, old_rules_, after_, new_rules_);
        bool all_decided = true;
        std::size_t shown_more = 0, shown_less = 0;
        for (std::size_t strict = 0; strict < endings.size(); ++strict)
            for (std::size_t lenient = strict + 1; lenient < endings.size(); ++lenient) {
                all_decided &= look_for(endings[strict], endings[lenient], result_.more, shown_more);
                all_decided &= look_for(endings[lenient], endings[strict], result_.less, shown_less);
            }
        for (const auto& nats : nats_) all_decided &= look_for_translations(nats);
        result_.change = result_.translated || (result_.more && result_.less) ? Change::incomparable
                         : !all_decided                                       ? Change::not_decided
                         : result_.more                                       ? Change::more_permissive
                         : result_.less                                       ? Change::less_permissive
                                                                              : Change::equivalent;
    }

private:
    /// The same Nat in both policies, which has been edited; nothing where one does not have it.
    struct Nats {
        const Link *before = nullptr, *after = nullptr;
    };

    /// Which rules may make a difference: those that are not in both. Chains with as many functions of the
    /// same kinds are compared function by function.
    void align() {
        const auto same_kind = [](const Link& a, const Link& b) { return a.kind == b.kind; };
        const bool same_invalid = old_rules_.drops_invalid == new_rules_.drops_invalid; // before any rule
        if (!same_invalid || !std::ranges::equal(old_rules_.links, new_rules_.links, same_kind)) return align_nats();
        bool known = true;
        suspects_.emplace();
        for (std::size_t i = 0; i < new_rules_.links.size(); ++i) {
            const auto &old_link = old_rules_.links[i], &new_link = new_rules_.links[i];
            const auto found = edits_of(old_link, new_link);
            if (found && found->none()) continue;
            if (new_link.kind == FunctionKind::nat) nats_.push_back({&old_link, &new_link});
            known = known && found;
            if (!found) continue;
            for (auto& one : symbolic::suspects(space_, old_link.rules, new_link.rules, *found))
                suspects_->push_back(std::move(one));
        }
        if (!known) suspects_.reset();
    }

    /// The first Nat of the one chain stands for the first of the other, and so on, wherever Filters stand.
    void align_nats() {
        const auto nats_of = [](const ChainRules& rules) {
            std::vector<const Link*> nats;
            for (const auto& link : rules.links)
                if (link.kind == FunctionKind::nat) nats.push_back(&link);
            return nats;
        };
        auto olds = nats_of(old_rules_), news = nats_of(new_rules_);
        const auto count = std::max(olds.size(), news.size());
        olds.resize(count);
        news.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            if (olds[i] == nullptr || news[i] == nullptr || !are_alike(*olds[i], *news[i]))
                nats_.push_back({olds[i], news[i]});
    }

    std::optional<symbolic::Edits> edits_of(const Link& old_link, const Link& new_link) const {
        return edits(
            old_link.rules, [&](const auto& rule) { return translation(before_, rule); }, new_link.rules,
            [&](const auto& rule) { return translation(after_, rule); });
    }

    bool are_alike(const Link& old_link, const Link& new_link) const {
        const auto found = edits_of(old_link, new_link);
        return found && found->none();
    }

    /// False when it is not decided whether a packet changes so.
    bool look_for(Ending from, Ending to, std::optional<Difference>& found, std::size_t& shown) {
        auto left = region_;
        while (true) {
            // Once it is known that packets change so, which others do is a detail.
            auto answer = find(left, from, to, found ? steps_of_a_region : budget_.steps);
            const auto* box = std::get_if<symbolic::Found>(&answer);
            auto seen = box != nullptr ? difference(*box, from, to) : std::nullopt;
            if (!found && box != nullptr && !seen && may_contradict(space_, box->box)) {
                with_meaning_ = true;
                answer = find(left, from, to, budget_.steps);
                with_meaning_ = false;
                box = std::get_if<symbolic::Found>(&answer);
                if (box != nullptr) seen = difference(*box, from, to);
            }
            if (std::holds_alternative<symbolic::Proved>(answer)) return true;
            if (!seen) {
                result_.may_have_more_regions |= found.has_value();
                return found.has_value();
            }
            if (!found) found = std::move(seen);
            if (shown == regions_max) {
                result_.may_have_more_regions = true;
                return true;
            }
            ++shown;
            const auto changed = around(box->box);
            result_.regions.push_back(
                {describe(space_, after_, changed), from, to, is_all(changed, from, to)});
            std::vector<Box> rest;
            for (auto& one : left)
                for (auto& piece : without(space_, std::move(one), changed)) rest.push_back(std::move(piece));
            left = std::move(rest);
            if (left.size() > pieces_max) {
                result_.may_have_more_regions = true;
                return true;
            }
        }
    }

    /// A packet that ended so, and ends so now.
    symbolic::Answer find(const std::vector<Box>& region, Ending from, Ending to, std::size_t steps) {
        bool decided = true;
        for (const auto& old_course : courses_to(old_rules_, from))
            for (const auto& new_course : courses_to(new_rules_, to)) {
                Question question{narrowed(space_, narrowed(space_, region, old_course), new_course),
                                  old_course.stages};
                question.stages.insert(question.stages.end(), new_course.stages.begin(),
                                       new_course.stages.end());
                auto answer = ask(question, steps);
                if (std::holds_alternative<symbolic::Found>(answer)) return answer;
                decided &= std::holds_alternative<symbolic::Proved>(answer);
            }
        if (decided) return symbolic::Proved{};
        return symbolic::GaveUp{};
    }

    symbolic::Answer ask(const Question& question, std::size_t steps) {
        if (with_meaning_) return engines_.with_meaning(question, budget_);
        if (suspects_) {
            auto answer = ask_of_suspects(question, steps);
            if (!std::holds_alternative<symbolic::GaveUp>(answer)) return answer;
        }
        if (steps < budget_.steps) return engines_.subtraction.find(question, steps);
        // Diagrams of the two chains are made once for all questions.
        auto answer = engines_.diagrams.find(question, budget_);
        if (std::holds_alternative<symbolic::GaveUp>(answer))
            answer = engines_.subtraction.find(question, steps);
        if (std::holds_alternative<symbolic::GaveUp>(answer))
            answer = engines_.with_meaning(question, budget_);
        return answer;
    }

    symbolic::Answer ask_of_suspects(const Question& question, std::size_t steps) {
        const auto spent = [&, before = engines_.subtraction.steps()] {
            return engines_.subtraction.steps() - before;
        };
        bool decided = true;
        for (const auto& suspect : *suspects_) {
            if (spent() > shares_of_suspects * steps) return symbolic::GaveUp{};
            auto answer = ask_of(suspect, question, steps);
            if (std::holds_alternative<symbolic::Found>(answer)) return answer;
            decided = decided && std::holds_alternative<symbolic::Proved>(answer);
        }
        if (decided) return symbolic::Proved{};
        return symbolic::GaveUp{};
    }

    /// Most rules have a packet of their own, which is found at once. Where there is none, it is quicker to look first at
    /// what decides in the rule's place than at all that comes before it.
    symbolic::Answer ask_of(const symbolic::Suspect& suspect, const Question& question, std::size_t steps) {
        const auto& rule = **suspect.own.begin();
        Question narrower{{}, {{suspect.list, {.some = &suspect.own}}}};
        for (const auto& stage : question.stages) {
            if (stage.rules != suspect.list)
                narrower.stages.push_back(stage);
            else if (!stage.wanted(rule))
                return symbolic::Proved{}; // what it decides ends in another way
        }
        for (const auto& box : question.region)
            if (auto inside = both(space_, box, rule.guard)) narrower.region.push_back(std::move(*inside));
        auto answer = engines_.subtraction.find(narrower, std::min(steps, steps_of_a_detail));
        if (!std::holds_alternative<symbolic::GaveUp>(answer)) return answer;
        const auto in_other = std::ranges::find(question.stages, suspect.other, &Stage::rules);
        if (in_other != question.stages.end()) {
            auto with_later = narrower;
            with_later.stages.insert(with_later.stages.begin(), Stage{&suspect.later, in_other->wanted});
            answer = engines_.subtraction.find(with_later, steps);
            if (!std::holds_alternative<symbolic::GaveUp>(answer)) return answer;
        }
        return engines_.subtraction.find(narrower, steps);
    }

    /// Nothing when the interpreter does not see it so.
    std::optional<Difference> difference(const symbolic::Found& box, Ending from, Ending to) {
        const auto changes = [&](const std::optional<Difference>& one) {
            return one && one->before.ending == from && one->after.ending == to;
        };
        auto found = both_ends(box.box);
        if (!changes(found) && box.meant) found = both_ends(*box.meant);
        return changes(found) ? std::move(found) : std::nullopt;
    }

    std::optional<Difference> both_ends(const Box& box) {
        auto after = witness_in(space_, box, after_, *result_.after, new_rules_);
        if (!after) return std::nullopt;
        auto before = *after;
        before.assumed.clear();
        before.decided.reset();
        for (auto* iface : {&before.ingress, &before.egress}) {
            if (*iface == model::no_iface) continue;
            const auto known = std::ranges::find(ids_, static_cast<IfaceId>(*iface));
            if (known == ids_.end()) return std::nullopt;
            *iface = static_cast<model::Value>(known - ids_.begin());
        }
        replay(space_, box, before_, *result_.before, old_rules_, before);
        return Difference{std::move(before), std::move(*after)};
    }

    /// What the rules that decide about one packet of a box say together, without what rules before them
    /// decide, where that leaves a box.
    Box around(const Box& box) {
        Box result;
        std::vector<std::span<const symbolic::Rule>> before;
        for (const auto* chain : {&old_rules_, &new_rules_})
            for (const auto& link : chain->links) {
                if (link.kind == FunctionKind::nat) continue;
                const auto* rule = deciding(space_, link.rules, box);
                if (rule == nullptr) break;
                for (const auto& side : rule->guard) narrow(space_, result, side.variable, side.values);
                before.emplace_back(link.rules.rules.data(), rule);
                if (rule->action != Action::accept) break;
            }
        for (const auto& rules : before)
            for (const auto& rule : rules)
                if (rule.log == nullptr) leave_out(result, rule.guard);
        // Invalid packets do not come so far: that they are others need not be said.
        constexpr auto state = symbolic::variable(model::Field::ct_state);
        if (new_rules_.drops_invalid && values_of(space_, result, state) != space_.domain(state))
            narrow(space_, result, state, space_.sets.add({{0, static_cast<model::Value>(model::State::related)}}));
        return result;
    }

    /// Where a guard covers a box in all variables but one.
    void leave_out(Box& box, const Box& guard) {
        const symbolic::Side* open = nullptr;
        for (const auto& side : guard) {
            if (space_.sets.covers(side.values, values_of(space_, box, side.variable))) continue;
            if (open != nullptr) return;
            open = &side;
        }
        if (open == nullptr) return;
        const auto outside = space_.sets.without(space_.domain(open->variable), open->values);
        narrow(space_, box, open->variable, outside);
    }

    /// Whether all packets of a box that can come change so.
    bool is_all(const Box& box, Ending from, Ending to) {
        std::vector<Box> region;
        // Of those that a chain never sees nobody thinks.
        for (const auto& one : narrowed(space_, region_, courses_to(new_rules_, Ending::accept).front()))
            if (auto inside = both(space_, one, box)) region.push_back(std::move(*inside));
        // What no changed rule decides ends as before, so all endings have to be asked for.
        auto suspects = std::exchange(suspects_, std::nullopt);
        bool all = true;
        for (const auto was : endings)
            for (const auto is : endings)
                all = all && ((was == from && is == to) ||
                              std::holds_alternative<symbolic::Proved>(find(region, was, is, steps_of_a_detail)));
        suspects_ = std::move(suspects);
        return all;
    }

    /// False when it is not decided whether a packet is translated otherwise.
    bool look_for_translations(const Nats& nats) {
        if (result_.translated) return true;
        const auto& old_list = with_rest(nats.before);
        const auto& new_list = with_rest(nats.after);
        std::map<std::string, symbolic::SomeRules> olds, news;
        for (const auto& rule : old_list.rules) olds[translation(before_, rule)].insert(&rule);
        for (const auto& rule : new_list.rules) news[translation(after_, rule)].insert(&rule);
        bool decided = true;
        for (const auto& [is, now] : news) {
            auto& others = others_.emplace_back();
            for (const auto& [was, then] : olds)
                if (was != is) others.insert(then.begin(), then.end());
            if (others.empty()) continue;
            const auto& here = others_.emplace_back(now);
            Question question{fresh(), {{&new_list, {.some = &here}}, {&old_list, {.some = &others}}}};
            // Of a packet that is dropped, the translation is nothing to anybody.
            for (const auto* chain : {&old_rules_, &new_rules_})
                for (const auto& course : courses_to(*chain, Ending::accept))
                    question.stages.insert(question.stages.end(), course.stages.begin(), course.stages.end());
            const auto answer = engines_.subtraction.find(question, budget_.steps);
            if (const auto* box = std::get_if<symbolic::Found>(&answer); box != nullptr)
                if (auto found = translated(box->box)) {
                    result_.translated = std::move(found);
                    return true;
                }
            decided = decided && std::holds_alternative<symbolic::Proved>(answer);
        }
        return decided;
    }

    /// Nothing when the interpreter does not see it so: a packet may be translated by another Nat, and in the end alike.
    std::optional<Difference> translated(const Box& box) {
        auto found = both_ends(box);
        if (!found || found->before.translation.is_as(found->after.translation)) return std::nullopt;
        if (found->before.ending != Ending::accept || found->after.ending != Ending::accept) return std::nullopt;
        for (auto* end : {&found->before, &found->after}) end->decided = end->translation.by;
        return found;
    }

    /// A Nat's rules, and one for what they leave as it is.
    const symbolic::RuleList& with_rest(const Link* link) {
        auto& list = lists_.emplace_back();
        if (link != nullptr) list = link->rules;
        list.rules.emplace_back();
        return list;
    }

    /// Only the first packet of a flow asks what becomes of it.
    std::vector<Box> fresh() {
        return narrowed(space_, region_, {{{0, 0}}, {}});
    }

    const model::Appliance& before_;
    const model::Appliance& after_;
    symbolic::Budget budget_;
    ChainDiff& result_;
    symbolic::Space space_;
    symbolic::Engines engines_;
    std::vector<IfaceId> ids_; ///< of the old policy's Ifaces
    ChainRules old_rules_, new_rules_;
    std::vector<Box> region_;
    /// A packet that ends otherwise meets one of these rules; nothing where that is not known.
    std::optional<std::deque<symbolic::Suspect>> suspects_;
    std::vector<Nats> nats_;
    bool with_meaning_ = false; ///< only the engine is asked that knows what facts mean
    // What stages point at.
    std::deque<symbolic::RuleList> lists_;
    std::deque<symbolic::SomeRules> others_;
};

} // namespace

void compare(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
             ChainDiff& chain) {
    Comparison(before, after, budget, chain).run();
}

} // namespace analysis
