// Conditions, and parts of them, that come out the same for all packets that come to them; and bodies for packets of
// one layer that none gets into.
#pragma once
#include "compiler/analysis/places.hpp"
#include "compiler/analysis/shadows.hpp"

namespace analysis {

/// That a condition holds, or that it does not.
struct Given {
    const model::Condition* condition = nullptr;
    bool holds = true;
};

struct Foregone {
    const model::Condition* condition = nullptr; ///< nothing: it is about a body
    const model::Step* body = nullptr;           ///< that no packet gets into: a nested function, or a call
    bool holds = false;                          ///< the condition does, always; else never
    enum class Because : std::uint8_t {
        itself,    ///< its parts say so
        given,     ///< the conditions around it, and those joined with it, say so
        callers,   ///< whatever leads to it does, in one way or another
        nobody,    ///< no packet for which it would be can come to the chain
        verdicts,  ///< it never is since all packets for which it would be are decided before
        functions, ///< they are decided by functions before it on a chain
        rest,      ///< it can be left out: what it is joined with says it
    } because{};
    std::vector<Given> given{};
    std::vector<model::StatementId> by{}; ///< of verdicts
    /// Verdicts that never decide for this reason: one mistake is one message.
    std::set<model::StatementId> explains{};
    bool is_said = false; ///< by a message about one of its comparisons alone
};

/// Those of the policy's own file, in the order of functions and statements. Nothing new is said of what a
/// comparison alone tells, and nothing of a condition that always holds since no others can come, or since verdicts
/// before it have decided about all other packets (leftover.hpp).
std::vector<Foregone> foregone_conditions(const model::Appliance& appliance, Places& places,
                                          const std::vector<Shadowed>& shadowed);

} // namespace analysis
