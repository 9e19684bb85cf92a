#include "compiler/analysis/prover.hpp"

namespace analysis {

using symbolic::Box;
using symbolic::Stage;

Verdict Prover::find(const symbolic::Question& question, Ending ending) {
    const auto answer = engines_.find(question, budget_);
    if (std::holds_alternative<symbolic::Proved>(answer)) return NoSuchPacket{};
    const auto* found = std::get_if<symbolic::Found>(&answer);
    if (found == nullptr) return NotDecided{};
    auto witness = witness_in(space_, found->box, appliance_, way_, rules_);
    if (!witness || witness->ending != ending) return NotDecided{};
    return std::move(*witness);
}

Verdict Prover::find(const std::vector<Box>& region, const std::vector<Stage>& before, Ending ending) {
    bool all_decided = true;
    for (const auto& course : courses_to(rules_, ending)) {
        symbolic::Question question{narrowed(space_, region, course), before};
        question.stages.insert(question.stages.end(), course.stages.begin(), course.stages.end());
        auto verdict = find(question, ending);
        if (std::holds_alternative<Witness>(verdict)) return verdict;
        if (std::holds_alternative<NotDecided>(verdict)) all_decided = false;
    }
    if (all_decided) return NoSuchPacket{};
    return NotDecided{};
}

} // namespace analysis
