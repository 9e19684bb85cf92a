#include "compiler/analysis/candidates.hpp"

#include "compiler/analysis/choice.hpp"
#include "compiler/analysis/region.hpp"
#include "compiler/eval/ethernet.hpp"

#include <algorithm>

namespace analysis {

using model::Field;
using symbolic::Box;
using symbolic::Question;
using symbolic::Stage;

namespace {

// A packet that is not found at once is one Test less, and no wrong one.
constexpr symbolic::Budget of_a_statement{.steps = 2'000'000, .bytes = std::size_t{128} << 20};
constexpr std::size_t steps_of_a_boundary = 100'000;
constexpr auto first_packet = static_cast<model::Value>(model::State::fresh); ///< the state of one

/// A Test of one step, about nothing yet.
model::Scenario test_of(const Witness& witness) {
    model::SendStep step;
    if (witness.ingress != model::no_iface) step.iface = static_cast<model::IfaceId>(witness.ingress);
    step.packet = witness.packet;
    if (witness.state != model::State::fresh) step.state = witness.state;
    model::Scenario test;
    test.steps.push_back({std::move(step), {}});
    return test;
}

/// What is clear to a Test of the chain need not be said.
void leave_out_iface(model::Scenario& test, const model::IfaceChain& chain) {
    auto& iface = std::get<model::SendStep>(test.steps.front().is).iface;
    const bool comes_in = chain.hook == model::Hook::prerouting || chain.hook == model::Hook::input;
    if (comes_in && iface == chain.iface) iface.reset();
}

} // namespace

Candidates::Candidates(const model::Appliance& appliance, const Way& way)
    : appliance_(appliance), way_(way), engines_(space_), rules_(rules_of(space_, appliance, way)),
      packets_(packets_at(space_, appliance, way, !appliance.conntrack.drop_invalid)) {
    for (const auto& link : rules_.links)
        if (!alone_.contains(link.function))
            alone_[link.function] = symbolic::rules_of(
                {space_, appliance, {}, "alone " + std::to_string(link.function) + ' '}, link.function);
}

bool Candidates::is_whole() const {
    return std::ranges::all_of(rules_.links, [](const Link& link) { return link.rules.whole; });
}

bool Candidates::is_nat(const Target& target) const {
    return rules_.links[target.link].kind == model::FunctionKind::nat;
}

const symbolic::RuleList& Candidates::list(const Target& target, Scope scope) const {
    const auto& link = rules_.links[target.link];
    return scope == Scope::function ? alone_.at(link.function) : link.rules;
}

Box Candidates::unspent() {
    Box box;
    const auto narrow_all = [&](const symbolic::RuleList& rules) {
        for (const auto& [evaluation, variable] : rules.evaluations)
            narrow(space_, box, variable, space_.one(0));
    };
    for (const auto& link : rules_.links) narrow_all(link.rules);
    for (const auto& [function, rules] : alone_) narrow_all(rules);
    return box;
}

/// What of the packets that come to the chain a Test can say.
std::vector<Box> Candidates::region(const Target& target, const Box& within, Scope scope) {
    const bool is_first = is_nat(target) || scope == Scope::whole;
    // A Test of a function is about no route.
    const bool keeps_egress = scope != Scope::function;
    const auto egress = symbolic::variable(Field::iface_out);
    const auto one_frame = space_.sets.add({{0, eval::mtu_bytes}}); // longer ones come in fragments
    std::vector<Box> result;
    for (auto box : packets_) {
        if (!narrow(space_, box, symbolic::variable(Field::ip_length), one_frame)) continue;
        if (!keeps_egress) {
            std::erase_if(box, [&](const symbolic::Side& side) { return side.variable == egress; });
            narrow(space_, box, egress, space_.one(model::no_iface));
        }
        const auto state = symbolic::variable(Field::ct_state);
        if (is_first && !narrow(space_, box, state, space_.one(first_packet))) continue;
        if (auto made = both(space_, std::move(box), within)) result.push_back(std::move(*made));
    }
    return result;
}

symbolic::Answer Candidates::ask(const Question& question, const Target& target) {
    if (target.statement) return engines_.find(question, of_a_statement);
    return engines_.subtraction.find(question, steps_of_a_boundary);
}

const model::IntervalSet& Candidates::values_that_come(symbolic::Variable field) {
    const auto [known, is_new] = coming_.try_emplace(field);
    if (is_new) {
        std::vector<model::Interval> all;
        for (const auto& box : packets_)
            for (const auto& interval : space_.sets[values_of(space_, box, field)].intervals()) all.push_back(interval);
        known->second = model::IntervalSet(std::move(all));
    }
    return known->second;
}

Reach Candidates::reach(const Target& target) {
    Question question{is_nat(target) ? first_packets(space_, packets_) : packets_, {}};
    for (std::size_t i = 0; i < target.link; ++i)
        if (rules_.links[i].kind == model::FunctionKind::filter)
            question.stages.push_back({&rules_.links[i].rules, symbolic::wanting(model::Action::accept)});
    question.stages.push_back({&rules_.links[target.link].rules, {.statement = target.statement}});
    const auto answer = ask(question, target);
    if (std::holds_alternative<symbolic::Proved>(answer)) return Reach::no;
    return std::holds_alternative<symbolic::Found>(answer) ? Reach::yes : Reach::unknown;
}

std::optional<model::Scenario> Candidates::find(const Target& target, const Box& within, Scope scope) {
    const auto& rules = list(target, scope);
    symbolic::SomeRules some;
    symbolic::Wanted wanted{.statement = target.statement};
    if (!target.statement) {
        const auto end = std::min(target.end, rules.rules.size());
        for (auto i = target.first; i < end; ++i)
            if (rules.rules[i].log == nullptr && rules.rules[i].action != target.unlike) some.insert(&rules.rules[i]);
        wanted.some = &some;
    }
    Question question{region(target, within, scope), {}};
    for (std::size_t i = 0; i < rules_.links.size(); ++i) {
        const auto& link = rules_.links[i];
        if (i == target.link) {
            // Where a Nat's rules end nothing decides, which no stage can say.
            const bool may_fall_through =
                is_nat(target) && !target.statement && target.end > rules.rules.size();
            if (!may_fall_through) question.stages.push_back({&rules, wanted});
        } else if (link.kind == model::FunctionKind::filter && scope != Scope::function) {
            question.stages.push_back({&link.rules, symbolic::wanting(model::Action::accept)});
        }
    }
    const auto answer = ask(question, target);
    const auto* found = std::get_if<symbolic::Found>(&answer);
    if (found == nullptr) return std::nullopt;
    const auto witness = choose(space_, found->box, appliance_);
    if (!witness) return std::nullopt;
    auto test = test_of(*witness);
    if (scope == Scope::function) {
        test.about = rules_.links[target.link].function;
    } else if (scope == Scope::whole) {
        if (witness->ingress == model::no_iface) return std::nullopt;
    } else if (const auto* chain = std::get_if<model::IfaceChain>(&way_)) {
        test.about = *chain;
        leave_out_iface(test, *chain);
    } else {
        test.about = model::ForwardChain{};
    }
    return test;
}

bool Candidates::offer(const Target& target, const Take& take) {
    if (offer(target, {}, take)) return true;
    if (unspent().empty() || std::holds_alternative<model::Assert::Path>(way_)) return false;
    for (const auto scope : {Scope::chain, Scope::function}) {
        if (is_nat(target) && scope == Scope::chain) continue;
        auto test = find(target, {}, scope);
        if (test && take(std::move(*test), true)) return true;
    }
    return false;
}

bool Candidates::offer(const Target& target, const Box& within, const Take& take) {
    const auto box = both(space_, unspent(), within);
    if (!box) return false;
    std::vector<Scope> scopes = {Scope::chain, Scope::function};
    if (std::holds_alternative<model::Assert::Path>(way_))
        scopes = {Scope::whole};
    else if (is_nat(target)) // a chain lets through what a Nat decides about; the appliance shows the
                             // translation
        scopes = {Scope::whole, Scope::function};
    for (const auto scope : scopes) {
        auto test = find(target, *box, scope);
        if (test && take(std::move(*test), false)) return true;
    }
    return false;
}

} // namespace analysis
