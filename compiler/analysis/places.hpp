// Where the `if`s of a policy stand: the functions of its chains as rules, and what comes to each `if` in them.
#pragma once
#include "compiler/symbolic/conditions.hpp"
#include "compiler/symbolic/find.hpp"

#include <deque>
#include <set>

namespace analysis {

/// A function of a chain with all that it calls. Whatever packet it is given.
class Listing {
public:
    Listing(const model::Appliance& appliance, model::FunctionId function);

    symbolic::Space& space() { return space_; }
    const symbolic::RuleList& rules() const { return rules_; }
    const symbolic::Box& guard(const symbolic::Met& met) const { return rules_.rules[met.rule].guard; }
    /// Where a condition holds, or where it does not; nothing when that takes too many boxes. Each Limit
    /// says there what it likes, wherever it is asked.
    std::optional<std::vector<symbolic::Box>> where(const model::Condition& condition, bool holds,
                                                    model::Layer layer);
    /// Whether a packet of the region comes to where some rules of one statement stand.
    symbolic::Answer comes(const std::vector<symbolic::Box>& region, model::StatementId statement,
                           std::size_t steps_max);
    /// What makes sure of the contrary, after a proof of it: as few statements as suffice.
    std::set<model::StatementId> decided_by(const std::vector<symbolic::Box>& region,
                                            model::StatementId statement, const symbolic::Proved& proved,
                                            std::size_t steps_max);
    std::size_t steps() const { return engine_.steps(); }

private:
    symbolic::Space space_;
    symbolic::RuleList rules_;
    symbolic::Derivation asking_;
    symbolic::RuleList asked_; ///< has a variable for each evaluation of a Limit that was asked about
    symbolic::Subtraction engine_;
};

/// What of a region lies in boxes too.
std::vector<symbolic::Box> within(symbolic::Space& space, const std::vector<symbolic::Box>& region,
                                  const std::vector<symbolic::Box>& boxes);

/// All packets of a region that come to an `if`, wherever it is called from.
struct Coming {
    enum class Answer : std::uint8_t { some, none, unknown } answer{};
    std::vector<model::StatementId> decided_by; ///< when there are none: what decides about them before
};

class Places {
public:
    explicit Places(const model::Appliance& appliance);

    /// False when the functions are too long: then nothing is said.
    bool whole() const { return whole_; }
    std::deque<Listing>& listings() { return listings_; }

    /// `region` makes it from a listing and a layer, or nothing when it cannot.
    template <typename Region>
    Coming coming(const model::Branch& branch, const Region& region) {
        std::set<model::StatementId> by;
        bool met_somewhere = false;
        for (const auto& [listing, met] : met_[&branch]) {
            const auto boxes = region(*listing, met->layer);
            if (!boxes) return {Coming::Answer::unknown, {}};
            met_somewhere = true;
            const auto answer = ask(*listing, *met, *boxes, by);
            if (answer != Coming::Answer::none) return {answer, {}};
        }
        if (!met_somewhere) return {Coming::Answer::unknown, {}};
        return {Coming::Answer::none, {by.begin(), by.end()}};
    }

private:
    Coming::Answer ask(Listing& listing, const symbolic::Met& met, const std::vector<symbolic::Box>& region,
                       std::set<model::StatementId>& by);

    std::size_t steps_max_ = 0;
    std::size_t steps_ = 0;
    bool whole_ = true;
    std::deque<Listing> listings_;
    std::map<const model::Branch*, std::vector<std::pair<Listing*, const symbolic::Met*>>> met_;
};

} // namespace analysis
