// The way back from a line of the appliance's log to the statements that print such lines, and to what they
// read.
#pragma once
#include "compiler/model/appliance.hpp"

#include <string_view>

namespace analysis {

/// What a statement read of the packet, as far as its text tells.
using Told = std::vector<std::pair<model::Field, model::Value>>;

struct LogAt {
    const model::Log* log = nullptr; ///< of the appliance
    model::Place place{};

    friend bool operator==(const LogAt&, const LogAt&) = default;
};

/// What can have printed a line, and one way to read it.
struct Printed {
    std::vector<LogAt> by; ///< one statement, or several, one behind the other
    Told told{};
    std::string text{}; ///< the line without what a syslog server puts before it
};

/// All that can, in source order. A line is one as the console shows it, a message of RFC 5424, or one of a
/// syslog server's file, where anything may stand before the text, "nacl" in it (the name of the application).
std::vector<Printed> printed(const model::Appliance& appliance, std::string_view line);

/// The ways in which several `log` statements of a chain's functions print it together, since none of them but the
/// last ends the line.
std::vector<Printed> printed_together(const model::Appliance& appliance,
                                      const std::vector<model::FunctionId>& chain, std::string_view line);

} // namespace analysis
