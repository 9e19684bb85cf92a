// Tests for a policy, made from its rules: for each chain one for every verdict statement that a packet can
// get to, and one at either side of every boundary of the sets that its rules compare with.
#pragma once
#include "compiler/model/appliance.hpp"

#include <functional>
#include <map>
#include <set>

namespace analysis {

/// Executes a Test: sets what its last step expects to what it does, and tells the statements that decide
/// then, in order. Nothing when it cannot be run.
using Play = std::function<std::optional<std::vector<model::StatementId>>(model::Scenario&)>;

struct GeneratedTest {
    model::Scenario test;                        ///< without a name
    std::optional<model::StatementId> statement; ///< that decides last
    std::string
        boundary;      ///< "tcp.dport 79, outside 80 - 90 of line 12"; empty: it is there for the statement
    model::Place of{}; ///< whose boundary: the verdict of the rule
};

/// Why a statement has no Test.
enum class Untested : std::uint8_t {
    unreachable, ///< no packet gets there: a proof
    undecided,   ///< neither a proof nor a packet
    unsaid,      ///< some packet does, but none that a Test could say
    left_out,    ///< there were too many Tests before
};

struct Generated {
    std::vector<GeneratedTest> tests; ///< in the order of the statements that decide
    std::map<model::StatementId, Untested> untested;
    bool whole = true; ///< false when there would have been more Tests than allowed
};

struct Generation {
    std::uint64_t seed = 1; ///< of what is drawn from large sets
    std::size_t tests_max = 1000;
};

/// `statements`: all on chains.
Generated generate_tests(const model::Appliance& appliance, const std::set<model::StatementId>& statements,
                         const Play& play, const Generation& how);

} // namespace analysis
