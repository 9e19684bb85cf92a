#include "compiler/analysis/prover.hpp"

namespace analysis {

Verdict Prover::find(const Case& one, const symbolic::Question& question, Ending ending) {
    const auto answer = engines_.find(question, budget_);
    if (std::holds_alternative<symbolic::Proved>(answer)) return NoSuchPacket{};
    const auto* found = std::get_if<symbolic::Found>(&answer);
    if (found == nullptr) return NotDecided{};
    auto witness = witness_in(space_, found->box, appliance_, way_, one.rules);
    if (!witness || witness->ending != ending) return NotDecided{};
    return std::move(*witness);
}

Verdict Prover::find(const std::vector<symbolic::Stage>& before, Ending ending) {
    bool all_decided = true;
    for (const auto& one : cases_)
        for (const auto& course : courses_to(one.rules, ending)) {
            symbolic::Question question{narrowed(space_, one.region, course), before};
            for (const auto* stages : {&one.before, &course.stages})
                question.stages.insert(question.stages.end(), stages->begin(), stages->end());
            auto verdict = find(one, question, ending);
            if (std::holds_alternative<Witness>(verdict)) return verdict;
            if (std::holds_alternative<NotDecided>(verdict)) all_decided = false;
        }
    if (all_decided) return NoSuchPacket{};
    return NotDecided{};
}

} // namespace analysis
