// Packets about which some rule on a chain decides, each in a Test that may show it.
#pragma once
#include "compiler/analysis/chain.hpp"

#include <functional>
#include <map>

namespace analysis {

/// The rules that are to decide: those of a statement, or some in a row.
struct Target {
    std::size_t link = 0; ///< the function's place on the chain
    std::optional<model::StatementId> statement{};
    std::size_t first = 0, end = 0; ///< in the function's list, when there is no statement
    std::optional<model::Action> unlike{}; ///< not those of this action
};

/// Whether the Test, whose one step expects nothing yet, is taken. `repeats`: the packet may have to be sent
/// several times, until the tokens of a Limit are spent.
using Take = std::function<bool(model::Scenario test, bool repeats)>;

enum class Reach : std::uint8_t { yes, no, unknown };

/// Of one chain, or of the path from one Iface to another.
class Candidates {
public:
    Candidates(const model::Appliance& appliance, const Way& way);

    symbolic::Space& space() { return space_; }
    const ChainRules& rules() const { return rules_; }
    /// False when some function has too many rules to say anything.
    bool is_whole() const;

    /// Of a field, in packets that can come to the chain.
    const model::IntervalSet& values_that_come(symbolic::Variable field);

    /// Whether any packet that can come to the chain gets to the target.
    Reach reach(const Target& target);
    /// Offers Tests, the best first, until one is taken: a verdict that shows as that of the chain is better
    /// than one that shows in its function only.
    bool offer(const Target& target, const Take& take);
    /// The same for packets of a box, none of which spends tokens.
    bool offer(const Target& target, const symbolic::Box& within, const Take& take);

private:
    enum class Scope : std::uint8_t { whole, chain, function };

    std::optional<model::Scenario> find(const Target& target, const symbolic::Box& within, Scope scope);
    std::vector<symbolic::Box> region(const Target& target, const symbolic::Box& within, Scope scope);
    symbolic::Answer ask(const symbolic::Question& question, const Target& target);
    const symbolic::RuleList& list(const Target& target, Scope scope) const;
    bool is_nat(const Target& target) const;
    /// All Limits have tokens left.
    symbolic::Box unspent();

    const model::Appliance& appliance_;
    Way way_;
    symbolic::Space space_;
    symbolic::Engines engines_;
    ChainRules rules_;
    std::map<model::FunctionId, symbolic::RuleList> alone_; ///< each function as a Test of its own sees it
    std::vector<symbolic::Box> packets_;
    std::map<symbolic::Variable, model::IntervalSet> coming_; ///< as far as it has been asked for
};

} // namespace analysis
