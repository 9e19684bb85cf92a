// A function as an ordered list of guarded rules: the first one whose guard holds decides. It derives from
// the function's blocks and says the same; the blocks stay the truth.
//
// A rule that logs decides nothing: what follows it goes on. Nested ifs, `or` and `not` may give several
// rules of one statement.
#pragma once
#include "compiler/symbolic/space.hpp"

namespace symbolic {

using RuleIndex = std::uint32_t;

struct Rule {
    Box guard;
    std::optional<model::StatementId>
        statement;                   ///< that decides; nothing for a log, and for what no statement says
    model::Action action{};          ///< of the statement
    const model::Log* log = nullptr; ///< a rule with one decides nothing; its statement, if any, is a question's
    model::Place place;
    bool conditional = false; ///< it stands in an `if`, or what calls its function does
};

using CallPath = std::vector<const model::Call*>;

/// An `if`, or a body for packets of one layer only, as packets come to it: a rule that decides nothing, whose
/// statement is a number of the step's own, stands there with what the conditions around it say.
struct Met {
    const model::Step* step = nullptr;
    model::Layer layer{}; ///< that packets are known to be of
    RuleIndex rule = 0;
};

/// The layer of the packets that get into the body of a step, an Enter or a Call.
std::optional<model::Layer> layer_of_body(const model::Appliance& appliance, const model::Step& step);

/// The rules of an `else` behind those of an `if` that decides about all of its packets. They do not say that the
/// condition is false: none of its packets gets so far.
struct Otherwise {
    std::size_t then = 0, begin = 0, end = 0;
};

struct RuleList {
    std::vector<Rule> rules;
    bool whole = true; ///< false when it grew too long: then it says nothing
    bool cut = false;  ///< steps are left out since all packets are decided before them
    std::vector<Otherwise> otherwise;
    /// The variable of each evaluation of a Limit, by the calls that lead to it.
    std::map<std::pair<CallPath, const model::Exceeded*>, Variable> evaluations;
    /// The variables of comparisons with leased values.
    std::map<const model::CompareLease*, Variable> leases;
    std::vector<Met> met; ///< in the order of their rules, where the derivation meets steps
};

using RulesInOrder = std::vector<const Rule*>;

/// Those that are no logs.
RulesInOrder deciding(const RuleList& list);

using RulesByStatement = std::map<model::StatementId, std::vector<RuleIndex>>;
/// In the order of the list.
RulesByStatement by_statement(const RuleList& list);

/// Under which variable a function reads each field: not the packet's own, where it has been translated
/// before.
using Names = std::map<model::Field, Variable>;

struct Derivation {
    Space& space;
    const model::Appliance& appliance; ///< outlives the rules
    Names names{};
    /// Told from other derivations in one Space by the evaluations of its Limits.
    std::string prefix{};
    /// The numbers by which the Space knows the appliance's Ifaces; empty: their own.
    std::vector<model::IfaceId> iface_ids{};
    /// By how much `ip.ttl` is less for the rules than for the variable: a packet that has been routed.
    Value ttl_spent = 0;
    std::size_t rules_max = 1 << 18;
    std::size_t steps_max = 1 << 20;
    bool meets_steps = false;
};

/// Whatever packet it is given: one of another layer meets no rule.
RuleList rules_of(const Derivation& derivation, model::FunctionId function);
RuleList rules_of(const Derivation& derivation, model::Layer layer, const model::Block& body);

/// The boxes of the packets for which a condition holds; a comparison with a field that a packet does not
/// have is false. `known`: the layer that packets are known to be of, or `meta` when nothing is known.
/// Nothing when there are too many.
std::optional<std::vector<Box>> boxes_of(const Derivation& derivation, const model::Condition& condition,
                                         model::Layer known);

} // namespace symbolic
