#include "compiler/analysis/query.hpp"

#include "compiler/analysis/region.hpp"

namespace analysis {

Verdict answer(const model::Appliance& appliance, const model::Assert& question, Ending ending,
               const symbolic::Budget& budget) {
    Prover prover(appliance, way_of(question), names_invalid(appliance, question.body), budget);
    const auto body =
        symbolic::rules_of({prover.space(), appliance, {}, "question "}, question.layer, question.body);
    const auto meets = [&](Witness& witness, const symbolic::Box& box) {
        return decided_by(appliance, witness, {question.layer, question.body}, prover.space(), box, body).has_value();
    };
    return prover.find({{&body, symbolic::wanting(model::Action::accept)}}, ending, meets);
}

} // namespace analysis
