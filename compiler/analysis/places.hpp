// Where the `if`s of a policy stand, and bodies for packets of one layer: the functions of its chains as rules, and
// what comes to each of these steps in them.
#pragma once
#include "compiler/analysis/chain.hpp"
#include "compiler/symbolic/conditions.hpp"

#include <deque>
#include <set>

namespace analysis {

/// A function's place on a chain.
struct Use {
    Way chain;
    std::size_t place = 0;
};

/// A function of some chains with all that it calls. Its rules are for whatever packet it is given.
class Listing {
public:
    Listing(const model::Appliance& appliance, model::FunctionId function, const std::vector<Use>& uses);

    symbolic::Space& space() { return space_; }
    const symbolic::RuleList& rules() const { return rules_; }
    /// Those that can come to it, on one chain or another.
    const std::vector<symbolic::Box>& packets() const { return packets_; }
    /// Of these, those that some rule of a statement may be about.
    std::vector<symbolic::Box> packets_to(model::StatementId statement);
    /// On each chain: those that can come, and what functions before let through; these as far as they are short, and
    /// nothing that they would read has been translated.
    struct Approach {
        std::vector<symbolic::Box> packets;
        std::deque<symbolic::RuleList> before{};
    };
    const std::deque<Approach>& approaches() const { return approaches_; }
    const symbolic::Box& guard(const symbolic::Met& met) const { return rules_.rules[met.rule].guard; }
    /// Where a condition holds, or where it does not; nothing when that takes too many boxes. Each Limit
    /// says there what it likes, wherever it is asked.
    std::optional<std::vector<symbolic::Box>> where(const model::Condition& condition, bool holds,
                                                    model::Layer layer);
    /// Whether a packet of the region comes to where some rules of one statement stand.
    symbolic::Answer comes(const std::vector<symbolic::Box>& region, model::StatementId statement,
                           std::size_t steps_max, const std::deque<symbolic::RuleList>& before = {});
    /// What makes sure of the contrary, after a proof of it: as few statements as suffice.
    std::set<model::StatementId> decided_by(const std::vector<symbolic::Box>& region,
                                            model::StatementId statement, const symbolic::Proved& proved,
                                            std::size_t steps_max, const std::deque<symbolic::RuleList>& before = {});
    std::size_t steps() const { return engines_.subtraction.steps() + engines_.sat.steps(); }

private:
    symbolic::Question whether(const std::vector<symbolic::Box>& region, model::StatementId statement,
                               const std::deque<symbolic::RuleList>& before) const;
    void approach(const model::Appliance& appliance, const Use& use);

    symbolic::Space space_;
    symbolic::RuleList rules_;
    std::vector<symbolic::Box> packets_;
    std::deque<Approach> approaches_;
    symbolic::Derivation asking_;
    symbolic::RuleList asked_; ///< has a variable for each evaluation of a Limit that was asked about
    symbolic::Engines engines_;
};

/// What of a region lies in boxes too.
std::vector<symbolic::Box> within(symbolic::Space& space, const std::vector<symbolic::Box>& region,
                                  const std::vector<symbolic::Box>& boxes);

/// All packets of a region that come to a step, wherever it is called from.
struct Coming {
    enum class Answer : std::uint8_t { some, none, unknown } answer{};
    /// When there are none: what decides about them before, in the function. Nothing where none can come.
    std::vector<model::StatementId> decided_by{};
    bool by_functions = false; ///< those before it on a chain do
};

/// Which packets a question is about.
enum class Packets : std::uint8_t {
    all,
    that_can_come, ///< to the chains of the function
    let_through,   ///< by functions before it on these
};

class Places {
public:
    explicit Places(const model::Appliance& appliance);

    /// False when the functions are too long: then nothing is said.
    bool whole() const { return whole_; }
    std::deque<Listing>& listings() { return listings_; }

    /// `region` makes it from a listing and a layer, or nothing when it cannot.
    template <typename Region>
    Coming coming(const model::Step& step, Packets packets, const Region& region) {
        Coming none{Coming::Answer::none};
        std::set<model::StatementId> by;
        bool met_somewhere = false;
        for (const auto& [listing, met] : met_[&step]) {
            const auto boxes = region(*listing, met->layer);
            if (!boxes) return {Coming::Answer::unknown};
            met_somewhere = true;
            const auto answer = ask(*listing, *met, packets, *boxes, by, none.by_functions);
            if (answer != Coming::Answer::none) return {answer};
        }
        if (!met_somewhere) return {Coming::Answer::unknown};
        none.decided_by.assign(by.begin(), by.end());
        return none;
    }

private:
    Coming::Answer ask(Listing& listing, const symbolic::Met& met, Packets packets, std::vector<symbolic::Box> region,
                       std::set<model::StatementId>& by, bool& by_functions);
    Coming::Answer ask_of_each_chain(Listing& listing, model::StatementId number, const std::vector<symbolic::Box>& region,
                                     std::set<model::StatementId>& by);

    std::size_t steps_max_ = 0;
    std::size_t steps_ = 0;
    bool whole_ = true;
    std::deque<Listing> listings_;
    std::map<const model::Step*, std::vector<std::pair<Listing*, const symbolic::Met*>>> met_;
};

} // namespace analysis
