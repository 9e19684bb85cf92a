// A packet's way through the appliance, told to people: every stage that did something, the lines that were asked, and
// what they answered.
#pragma once
#include "harness/backend.hpp"

namespace harness {

/// The text of a source line.
using LineOf = std::function<std::string_view(const model::Place&)>;

/// What the interpreter noted about one frame that came in, and what became of it.
std::string describe(const model::Appliance& appliance, const eval::Trace& trace, const Outcome& outcome,
                     const LineOf& line_of);

} // namespace harness
