#include "compiler/analysis/comparison.hpp"

#include "compiler/analysis/choice.hpp"
#include "compiler/analysis/describe.hpp"
#include "compiler/analysis/places.hpp"
#include "compiler/analysis/region.hpp"
#include "compiler/analysis/unlike.hpp"
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
constexpr std::size_t translations_max = 4; ///< packets that are shown, one for each thing that Nats do
constexpr std::size_t pieces_max = 2'000;  ///< that are left when regions have been taken out
constexpr std::size_t steps_of_a_detail = 300'000, steps_of_a_region = 1'000'000;
constexpr std::size_t steps_of_a_translation = 5'000'000;
constexpr std::size_t shares_of_suspects = 20; ///< of a question's steps, all of them together

/// For each Iface of one policy its number in the other; those that are not there get numbers behind.
std::vector<IfaceId> numbers_in(const model::Appliance& from, const model::Appliance& to) {
    std::vector<IfaceId> ids;
    auto next = static_cast<IfaceId>(to.ifaces.size());
    for (IfaceId id = 0; id < from.ifaces.size(); ++id) {
        const auto known = same_iface(from, id, to);
        ids.push_back(known ? *known : next++);
    }
    return ids;
}

/// What a Nat's rule does to a packet; nothing, where it does nothing.
std::string translation(const model::Appliance& appliance, const symbolic::Rule& rule) {
    return rule.statement ? eval::translation_of(appliance.statements.at(*rule.statement)) : std::string();
}

using Suspects = std::deque<symbolic::Suspect>;

/// In a Space where Ifaces have the numbers of the new policy.
class Comparison {
public:
    Comparison(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
               ChainDiff& result, std::size_t regions_max = 0)
        : budget_(budget), regions_max_(regions_max), result_(result), engines_(space_), ids_(numbers_in(before, after)),
          before_{before, *result.before, ids_}, after_{after, *result.after} {}

    /// What all packets meet alike is asked first, then what Nats do is told apart.
    void run() {
        auto old_rules = rules_of(space_, before_.appliance, before_.way, ids_);
        auto new_rules = rules_of(space_, after_.appliance, after_.way);
        const Case together{{&old_rules, &new_rules}, packets_at(space_, after_.appliance, after_.way, true), {}, {{}, {}}};
        const bool have_nats = std::ranges::any_of(old_rules.links, is_nat) || std::ranges::any_of(new_rules.links, is_nat);
        result_.logs = log_changes({before_.appliance, old_rules}, {after_.appliance, new_rules}, space_, together.region,
                                   [&](const Box& box) { return logs_otherwise(together, box, have_nats); });
        result_.nats_do_the_same = are_nats_alike(old_rules, new_rules);
        bool all_decided = result_.nats_do_the_same && compare({&together});
        if (!all_decided && have_nats) {
            forget();
            all_decided = compare_cases();
        }
        conclude(all_decided);
    }

    /// Whether packets end otherwise is all that is asked of a whole way.
    void run_ends(const Wanted& wanted) {
        tells_all_ = false;
        wanted_ = wanted;
        conclude(compare_cases());
    }

private:
    bool compare_cases() {
        const auto cases = cases_of(space_, before_, after_);
        std::vector<const Case*> all;
        for (const auto& one : cases.all) all.push_back(&one);
        return compare(all) && cases.whole;
    }

    void conclude(bool all_decided) {
        const bool crosses = !result_.translated.empty() || (result_.more && result_.less);
        result_.change = crosses        ? Change::incomparable
                         : !all_decided ? Change::not_decided
                         : result_.more ? Change::more_permissive
                         : result_.less ? Change::less_permissive
                                        : Change::equivalent;
    }

    static bool is_nat(const Link& link) { return link.kind == FunctionKind::nat; }

    /// A case, and which rules a packet that ends otherwise in it meets one of; nothing where that is not known.
    struct Asked {
        const Case* one = nullptr;
        const Suspects* suspects = nullptr;

        const ChainRules& old_rules() const { return *one->rules.front(); }
        const ChainRules& new_rules() const { return *one->rules.back(); }
    };

    /// Without Nats engines know it of each packet that there is, though another log may print the same lines.
    bool logs_otherwise(const Case& one, const Box& box, bool have_nats) {
        const auto found = both_ends({&one}, box);
        return found && (!have_nats || found->before.logged != found->after.logged);
    }

    /// False when it is not decided whether there are differences of a kind that has not been found.
    bool compare(const std::vector<const Case*>& cases) {
        asked_.clear();
        for (const auto* one : cases) asked_.push_back({one, suspects_of(*one->rules.front(), *one->rules.back())});
        bool all_decided = true;
        std::size_t shown_more = 0, shown_less = 0;
        for (const auto strict : endings)
            for (const auto lenient : endings) {
                if (!is_stricter(after_.way, strict, lenient)) continue;
                if (wanted_.more) all_decided &= look_for(strict, lenient, result_.more, shown_more);
                if (wanted_.less) all_decided &= look_for(lenient, strict, result_.less, shown_less);
            }
        if (!tells_all_) return all_decided;
        result_.swaps_rejects = !keeps_rejects();
        return look_for_translations() && all_decided;
    }

    /// Whether no packet was rejected that is accepted now, or the other way round.
    bool keeps_rejects() {
        return std::ranges::all_of(asked_, [&](const Asked& asked) {
            return is_proved(find(asked, asked.one->region, Ending::reject, Ending::accept, steps_of_a_region)) &&
                   is_proved(find(asked, asked.one->region, Ending::accept, Ending::reject, steps_of_a_region));
        });
    }

    static bool is_proved(const symbolic::Answer& answer) { return std::holds_alternative<symbolic::Proved>(answer); }

    void forget() {
        for (auto* found : {&result_.more, &result_.less}) found->reset();
        result_.translated.clear();
        result_.regions.clear();
        result_.may_have_more_regions = false;
    }

    /// Whether the chains have the same Nats, one behind the other: then they do the same to each packet, whatever it is.
    bool are_nats_alike(const ChainRules& old_rules, const ChainRules& new_rules) const {
        const auto nats_of = [](const ChainRules& rules) {
            std::vector<const Link*> nats;
            for (const auto& link : rules.links)
                if (is_nat(link)) nats.push_back(&link);
            return nats;
        };
        return std::ranges::equal(nats_of(old_rules), nats_of(new_rules), [&](const Link* old_link, const Link* new_link) {
            const auto found = edits_of(*old_link, *new_link);
            return found && found->none();
        });
    }

    std::optional<symbolic::Edits> edits_of(const Link& old_link, const Link& new_link) const {
        return edits(
            old_link.rules, [&](const auto& rule) { return translation(before_.appliance, rule); }, new_link.rules,
            [&](const auto& rule) { return translation(after_.appliance, rule); });
    }

    const Suspects* suspects_of(const ChainRules& old_rules, const ChainRules& new_rules) {
        const auto [known, is_new] = suspects_.try_emplace({&old_rules, &new_rules});
        if (is_new) known->second = find_suspects(old_rules, new_rules);
        return known->second ? &*known->second : nullptr;
    }

    /// Which rules may make a difference: those that are not in both. Chains with as many Filters are compared one by one.
    std::optional<Suspects> find_suspects(const ChainRules& old_rules, const ChainRules& new_rules) const {
        if (old_rules.drops_invalid != new_rules.drops_invalid) return std::nullopt; // before any rule
        Suspects result;
        auto old_link = old_rules.links.begin(), new_link = new_rules.links.begin();
        while (true) {
            old_link = std::find_if_not(old_link, old_rules.links.end(), is_nat);
            new_link = std::find_if_not(new_link, new_rules.links.end(), is_nat);
            if (old_link == old_rules.links.end() && new_link == new_rules.links.end()) return result;
            if (old_link == old_rules.links.end() || new_link == new_rules.links.end()) return std::nullopt;
            const auto found = edits_of(*old_link, *new_link);
            if (!found) return std::nullopt;
            for (auto& one : symbolic::suspects(space_, old_link->rules, new_link->rules, *found))
                result.push_back(std::move(one));
            ++old_link;
            ++new_link;
        }
    }

    /// False when it is not decided whether a packet changes so.
    bool look_for(Ending from, Ending to, std::optional<Difference>& found, std::size_t& shown) {
        if (found && !tells_all_) return true;
        std::vector<Box> told;
        first_suspect_ = 0;
        bool all_decided = true;
        for (const auto& one : asked_) all_decided &= look_for(one, from, to, found, shown, told);
        return all_decided || found;
    }

    /// `told`: regions that have been shown.
    bool look_for(const Asked& asked, Ending from, Ending to, std::optional<Difference>& found, std::size_t& shown,
                  std::vector<Box>& told) {
        auto left = asked.one->region;
        for (const auto& one : told) left = without(space_, std::move(left), one);
        while (!found || shown <= regions_max_) {
            if (found && left.size() > pieces_max) break;
            // Once it is known that packets change so, which others do is a detail.
            auto answer = find(asked, left, from, to, found ? steps_of_a_region : budget_.steps);
            const auto* box = std::get_if<symbolic::Found>(&answer);
            auto seen = box != nullptr ? difference(asked, *box, from, to) : std::nullopt;
            if (!found && box != nullptr && !seen && may_contradict(space_, box->box)) {
                with_meaning_ = true;
                answer = find(asked, left, from, to, budget_.steps);
                with_meaning_ = false;
                box = std::get_if<symbolic::Found>(&answer);
                if (box != nullptr) seen = difference(asked, *box, from, to);
            }
            if (std::holds_alternative<symbolic::Proved>(answer)) return true;
            if (!seen && !found) return false;
            if (!seen) break;
            if (!found) found = std::move(seen);
            if (!tells_all_) return true;
            if (++shown > regions_max_) break;
            const auto changed = around(asked, box->box);
            result_.regions.push_back(
                {describe(space_, after_.appliance, changed), from, to, is_all(changed, from, to)});
            told.push_back(changed);
            left = without(space_, std::move(left), changed);
        }
        result_.may_have_more_regions = true;
        return true;
    }

    /// A packet that ended so, and ends so now.
    symbolic::Answer find(const Asked& asked, const std::vector<Box>& region, Ending from, Ending to, std::size_t steps) {
        bool decided = true;
        for (const auto& old_course : courses_to(asked.old_rules(), from))
            for (const auto& new_course : courses_to(asked.new_rules(), to)) {
                Question question{narrowed(space_, narrowed(space_, region, old_course), new_course),
                                  asked.one->before};
                for (const auto* course : {&old_course, &new_course})
                    question.stages.insert(question.stages.end(), course->stages.begin(), course->stages.end());
                auto answer = ask(asked, question, steps);
                const auto& begun = asked.one->begun;
                if (!begun.empty() && !std::holds_alternative<symbolic::Proved>(answer)) {
                    question.stages.insert(question.stages.end(), begun.begin(), begun.end());
                    answer = ask(asked, question, steps);
                }
                if (std::holds_alternative<symbolic::Found>(answer)) return answer;
                decided &= std::holds_alternative<symbolic::Proved>(answer);
            }
        if (decided) return symbolic::Proved{};
        return symbolic::GaveUp{};
    }

    symbolic::Answer ask(const Asked& asked, const Question& question, std::size_t steps) {
        if (with_meaning_) return engines_.with_meaning(question, budget_);
        if (asked.suspects != nullptr) {
            auto answer = ask_of_suspects(*asked.suspects, question, steps);
            if (!std::holds_alternative<symbolic::GaveUp>(answer)) return answer;
        }
        if (steps < budget_.steps) return engines_.subtraction.find(question, steps);
        if (!asked.one->before.empty()) { // what Nats tell apart are few packets
            auto answer = engines_.subtraction.find(question, steps_of_a_region);
            if (!std::holds_alternative<symbolic::GaveUp>(answer)) return answer;
        }
        // Diagrams of the two chains are made once for all questions.
        auto answer = engines_.diagrams.find(question, budget_);
        if (std::holds_alternative<symbolic::GaveUp>(answer))
            answer = engines_.subtraction.find(question, steps);
        if (std::holds_alternative<symbolic::GaveUp>(answer))
            answer = engines_.with_meaning(question, budget_);
        return answer;
    }

    symbolic::Answer ask_of_suspects(const Suspects& suspects, const Question& question, std::size_t steps) {
        const auto spent = [&, before = engines_.subtraction.steps()] {
            return engines_.subtraction.steps() - before;
        };
        bool decided = true;
        // Of what is told first, each is another rule's doing.
        for (std::size_t i = 0; i < suspects.size(); ++i) {
            if (spent() > shares_of_suspects * steps) return symbolic::GaveUp{};
            const auto place = (first_suspect_ + i) % suspects.size();
            auto answer = ask_of(suspects[place], question, steps);
            if (std::holds_alternative<symbolic::Found>(answer)) {
                first_suspect_ = place + 1;
                return answer;
            }
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
    std::optional<Difference> difference(const Asked& asked, const symbolic::Found& box, Ending from, Ending to) {
        const auto changes = [&](const std::optional<Difference>& one) {
            return one && one->before.ending == from && one->after.ending == to && takes_way(one->after);
        };
        auto found = both_ends(asked, box.box);
        if (!changes(found) && box.meant) found = both_ends(asked, *box.meant);
        return changes(found) ? std::move(found) : std::nullopt;
    }

    /// What is translated back is not, where it is replayed.
    bool takes_way(const Witness& shown) {
        return !comes_in(after_.way) ||
               destinations_on(space_, after_.appliance, after_.way).contains(shown.translation.destination);
    }

    std::optional<Difference> both_ends(const Asked& asked, const Box& box) {
        auto chosen = choose(space_, box, after_.appliance);
        if (!chosen) return std::nullopt;
        if (asked.one->about == Case::About::later_packet) {
            const auto first = both_ends_of_first(asked, box, *chosen);
            if (!first || first->before.ending != Ending::accept || first->after.ending != Ending::accept)
                return std::nullopt;
            chosen->follows = true;
        }
        return both_ends(asked, box, *chosen);
    }

    /// The flow may have begun with such a packet.
    std::optional<Difference> both_ends_of_first(const Asked& asked, const Box& box, Witness packet) {
        packet.state = model::State::fresh;
        return both_ends(asked, box, packet);
    }

    std::optional<Difference> both_ends(const Asked& asked, const Box& box, const Witness& packet) {
        Difference found{packet, packet};
        auto& [before, after] = found;
        for (auto* iface : {&before.ingress, &before.egress}) {
            if (*iface == model::no_iface) continue;
            const auto known = std::ranges::find(ids_, static_cast<IfaceId>(*iface));
            if (known == ids_.end()) return std::nullopt;
            *iface = static_cast<model::Value>(known - ids_.begin());
        }
        replay(space_, box, before_.appliance, before_.way, asked.old_rules(), before);
        replay(space_, box, after_.appliance, after_.way, asked.new_rules(), after);
        if (packet.follows) after.assumed.push_back("the first packet of its flow was like it");
        if (!can_be_leased_together(found)) return std::nullopt;
        return found;
    }

    /// By Ifaces that have the same leases in both policies.
    bool can_be_leased_together(const Difference& found) const {
        if (found.before.leased.empty() && found.after.leased.empty()) return true;
        auto all = found.after;
        for (auto said : found.before.leased) {
            said.iface = ids_[said.iface];
            if (said.iface < after_.appliance.ifaces.size()) all.leased.push_back(said);
        }
        return can_be_leased(after_.appliance, all);
    }

    /// What the rules that decide about one packet of a box say together, without what rules before them
    /// decide, where that leaves a box.
    Box around(const Asked& asked, const Box& box) {
        Box result;
        std::vector<std::span<const symbolic::Rule>> before;
        const auto meets = [&](const symbolic::RuleList& list) {
            const auto* rule = deciding(space_, list, box);
            if (rule == nullptr) return rule;
            for (const auto& side : rule->guard) narrow(space_, result, side.variable, side.values);
            before.emplace_back(list.rules.data(), rule);
            return rule;
        };
        for (const auto& nat : asked.one->before) meets(*nat.rules);
        constexpr auto state = symbolic::variable(model::Field::ct_state);
        for (const auto* chain : {&asked.old_rules(), &asked.new_rules()}) {
            if (chain->drops_invalid && is_invalid(box)) {
                narrow(space_, result, state, values_of(space_, box, state));
                continue;
            }
            for (const auto& link : chain->links) {
                if (is_nat(link)) continue;
                const auto* rule = meets(link.rules);
                if (rule == nullptr || rule->action != Action::accept) break;
            }
        }
        for (const auto& rules : before)
            for (const auto& rule : rules)
                if (rule.log == nullptr) leave_out(result, rule.guard);
        // To where a packet has been sent is said by how it came.
        std::erase_if(result, [&](const symbolic::Side& side) {
            return side.variable > symbolic::header_complete &&
                   std::ranges::all_of(asked.one->region, [&](const Box& one) {
                       return space_.sets.covers(side.values, values_of(space_, one, side.variable));
                   });
        });
        // Invalid packets do not come so far: that they are others need not be said.
        if (!is_invalid(result) && asked.new_rules().drops_invalid && values_of(space_, result, state) != space_.domain(state))
            narrow(space_, result, state, space_.sets.add({{0, static_cast<model::Value>(model::State::related)}}));
        return result;
    }

    bool is_invalid(const Box& box) {
        return values_of(space_, box, symbolic::variable(model::Field::ct_state)) ==
               space_.one(static_cast<model::Value>(model::State::invalid));
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

    /// Whether all packets of a box that can come change so, whatever Limits and leases say, and fields that are compared.
    bool is_all(Box box, Ending from, Ending to) {
        std::erase_if(box, [](const symbolic::Side& side) { return side.variable > symbolic::header_complete; });
        return std::ranges::all_of(asked_, [&](const Asked& asked) {
            // What no changed rule decides ends as before, so all endings have to be asked for.
            const Asked plainly{asked.one, nullptr};
            // Of those that a chain never sees nobody thinks.
            const auto seen = courses_to(asked.new_rules(), Ending::accept).front();
            const auto region =
                within(space_, is_invalid(box) ? asked.one->region : narrowed(space_, asked.one->region, seen), {box});
            bool all = true;
            for (const auto was : endings)
                for (const auto is : endings)
                    all = all && ((was == from && is == to) || is_proved(find(plainly, region, was, is, steps_of_a_detail)));
            return all;
        });
    }

    /// False when it is not decided whether a packet is translated otherwise.
    bool look_for_translations() {
        bool all_decided = true;
        for (const auto& asked : asked_)
            if (result_.translated.size() < translations_max) all_decided &= look_for_translations(asked);
        return all_decided || !result_.translated.empty();
    }

    /// Only the first packet of a flow asks what becomes of it; of one that is dropped, that is nothing to anybody.
    bool look_for_translations(const Asked& asked) {
        if (asked.one->about == Case::About::later_packet) return true;
        const auto& rewrites = asked.one->rewrites;
        const auto others = within(space_, first_packets(space_, asked.one->region),
                                   unlike(space_, before_, rewrites.front(), after_, rewrites.back()));
        const Asked plainly{asked.one, nullptr};
        for (const bool with_meaning : {false, true}) {
            with_meaning_ = with_meaning;
            const auto answer = find(plainly, others, Ending::accept, Ending::accept, steps_of_a_translation);
            with_meaning_ = false;
            if (std::holds_alternative<symbolic::Proved>(answer)) return true;
            const auto* box = std::get_if<symbolic::Found>(&answer);
            if (box == nullptr) continue;
            auto found = translated(asked, box->box);
            if (!found && box->meant) found = translated(asked, *box->meant);
            if (found) return result_.translated.push_back(std::move(*found)), true;
            if (!may_contradict(space_, box->box)) return false;
        }
        return false;
    }

    /// Nothing when the interpreter does not see it so.
    std::optional<Difference> translated(const Asked& asked, const Box& box) {
        auto found = both_ends(asked, box);
        if (!found || found->before.translation.is_as(found->after.translation)) return std::nullopt;
        if (found->before.ending != Ending::accept || found->after.ending != Ending::accept) return std::nullopt;
        for (auto* end : {&found->before, &found->after}) end->decided = end->translation.by;
        return found;
    }

    symbolic::Budget budget_;
    std::size_t regions_max_; ///< that are shown of packets that change one way
    ChainDiff& result_;
    symbolic::Space space_;
    symbolic::Engines engines_;
    std::vector<IfaceId> ids_; ///< of the old policy's Ifaces
    WayIn before_, after_;
    std::vector<Asked> asked_;
    std::map<std::pair<const ChainRules*, const ChainRules*>, std::optional<Suspects>> suspects_;
    std::size_t first_suspect_ = 0; ///< behind the one that was found last
    bool tells_all_ = true; ///< regions and translations too
    Wanted wanted_;
    bool with_meaning_ = false; ///< only the engine is asked that knows what facts mean
};

} // namespace

void compare(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
             std::size_t regions_max, ChainDiff& chain) {
    Comparison(before, after, budget, chain, regions_max).run();
}

void compare_ends(const model::Appliance& before, const model::Appliance& after, const symbolic::Budget& budget,
                  const Wanted& wanted, ChainDiff& way) {
    Comparison(before, after, budget, way).run_ends(wanted);
}

bool is_stricter(const Way& way, Ending one, Ending other) {
    const auto* end = std::get_if<DeadEnd>(&way);
    if (end != nullptr && !end->is_decided)
        return other == Ending::reject && (one == Ending::drop || (one == Ending::accept && !end->is_answered));
    return std::ranges::find(endings, one) < std::ranges::find(endings, other);
}

} // namespace analysis
