#include "compiler/analysis/prover.hpp"

namespace analysis {

/// What search and diagrams find may be there only as long as comparisons of fields say what they like: then
/// it is asked for once more, of the engine that knows what they mean.
Verdict packet_for(const Asking& asking, const ChainRules& rules, const symbolic::Question& question, const Meets& meets) {
    const auto& [space, engines, appliance, way, budget] = asking;
    const auto stands = [&](const symbolic::Box& box) -> std::optional<Witness> {
        auto witness = witness_in(space, box, appliance, way, rules);
        if (!witness || !meets(*witness, box) || !can_be_leased(appliance, *witness)) return std::nullopt;
        return witness;
    };
    for (const bool with_meaning : {false, true}) {
        const auto answer =
            with_meaning ? engines.with_meaning(question, budget) : engines.find(question, budget);
        if (std::holds_alternative<symbolic::Proved>(answer)) return NoSuchPacket{};
        const auto* found = std::get_if<symbolic::Found>(&answer);
        if (found == nullptr) return NotDecided{};
        if (auto witness = stands(found->box)) return std::move(*witness);
        if (found->meant)
            if (auto witness = stands(*found->meant)) return std::move(*witness);
        if (!may_contradict(space, found->box)) return NotDecided{};
    }
    return NotDecided{};
}

Verdict Prover::find(const std::vector<symbolic::Stage>& before, Ending ending, const Meets& meets) {
    return find(
        before, [&](const ChainRules& rules) { return courses_to(rules, ending); },
        [&](Witness& witness, const symbolic::Box& box) {
            return witness.ending == ending && (!meets || meets(witness, box));
        });
}

Verdict Prover::find(const std::vector<symbolic::Stage>& before, model::StatementId statement) {
    return find(
        before, [&](const ChainRules& rules) { return courses_to(rules, statement); },
        [&](const Witness& witness, const symbolic::Box&) { return witness.decided == statement; });
}

Verdict Prover::find(const std::vector<symbolic::Stage>& before, const Courses& courses, const Meets& meets) {
    bool all_decided = true;
    for (const auto& one : cases_.all)
        for (const auto& course : courses(*one.rules.front())) {
            symbolic::Question question{narrowed(space_, one.region, course), before};
            for (const auto* stages : {&one.before, &course.stages})
                question.stages.insert(question.stages.end(), stages->begin(), stages->end());
            auto verdict = packet_for({space_, engines_, appliance_, way_, budget_}, *one.rules.front(), question, meets);
            if (std::holds_alternative<Witness>(verdict)) return verdict;
            if (std::holds_alternative<NotDecided>(verdict)) all_decided = false;
        }
    if (all_decided) return NoSuchPacket{};
    return NotDecided{};
}

symbolic::RuleList packets_of_new_flows(symbolic::Space& space) {
    symbolic::RuleList list;
    auto& rule = list.rules.emplace_back();
    narrow(space, rule.guard, symbolic::variable(model::Field::ct_state),
           space.one(static_cast<model::Value>(model::State::fresh)));
    rule.action = model::Action::accept;
    return list;
}

} // namespace analysis
