// Tests that are about less than the whole appliance: what one chain or one function says of a packet.
#pragma once
#include "compiler/eval/question.hpp"
#include "harness/outcome.hpp"

namespace harness {

using eval::About;
using eval::functions_asked;
using eval::Question;

/// What a step of such a Test asks of its frame. Throws Error for a frame that no function ever sees.
Question question_of(const model::Appliance& appliance, const model::Scenario& test,
                     const model::SendStep& step, View frame);

/// The interpreter's answer. `delivered` stands for a packet that is not dropped; a function without a
/// verdict decides nothing. `trace`: where somebody wants to know how it came to that.
Outcome judge(const model::Appliance& appliance, const Question& question, View frame, eval::Limits& limits,
              eval::Allowance& texts, Time now, eval::Trace* trace = nullptr);

} // namespace harness
