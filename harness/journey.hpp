// A packet's way through the appliance, told to people: every stage that did something, the lines that were asked, and
// what they answered.
#pragma once
#include "harness/runner.hpp"

namespace harness {

/// The text of a source line.
using LineOf = std::function<std::string_view(const model::Place&)>;

/// What the interpreter noted about one packet of a Test, and what became of it. The first line names the packet.
std::string describe(const model::Appliance& appliance, const eval::Trace& trace, const Witness& witness,
                     const LineOf& line_of);

} // namespace harness
