// What a policy makes use of, as words that a test can compare with a table of the language.
#pragma once
#include "compiler/syntax/ast.hpp"

#include <set>
#include <string>

namespace samples {

/// Each kind of use is a set of its own, so that a name is not taken for a constant of that name.
struct Uses {
    std::set<std::string> declarations; ///< "Iface", "Filter::TCP", "Nat", "import", "value", "assignment"
    std::set<std::string> keys;         ///< "Iface.index", "Gateway.*.net": `*` is the name of a route
    std::set<std::string> actions;      ///< "accept", "call"; severities as "syslog warning"
    std::set<std::string> properties;   ///< "ip.saddr", where a function reads them; "exceeded" for Limits
    std::set<std::string> operators;    ///< "==", "and"
    std::set<std::string> words;        ///< names that stand alone as a value: constants, config words
    std::set<std::string> literals;     ///< "integer", "list"
    std::set<std::string> arguments;    ///< "dnat(address, port)"
};

void add_uses(const syntax::Program& program, Uses& uses);

} // namespace samples
