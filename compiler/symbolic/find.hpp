// Is there a packet in a region that meets certain rules? Answered by engines, with a witness or a proof, or
// not at all within the budget.
#pragma once
#include "compiler/symbolic/edits.hpp"

#include <memory>
#include <variant>

namespace symbolic {

/// Which rules of a list are meant: those of certain actions, of one statement, or some.
struct Wanted {
    unsigned actions = 0; ///< a bit for each model::Action
    std::optional<model::StatementId> statement{};
    const SomeRules* some = nullptr; ///< diagrams know it by its address: it outlives them

    bool operator()(const Rule& rule) const {
        if (rule.log != nullptr) return rule.statement && rule.statement == statement;
        if (some != nullptr) return some->contains(&rule);
        return statement ? rule.statement == statement
                         : (actions >> static_cast<unsigned>(rule.action) & 1) != 0;
    }
    friend bool operator==(const Wanted&, const Wanted&) = default;
};

template <typename... Actions>
constexpr Wanted wanting(Actions... actions) {
    return {((1U << static_cast<unsigned>(actions)) | ...), {}};
}

struct Stage {
    const RuleList* rules = nullptr;
    Wanted wanted;
};

/// A packet in one of the boxes for which a wanted rule decides at every stage.
struct Question {
    std::vector<Box> region;
    std::vector<Stage> stages;
};

/// Of work and memory, for one question.
struct Budget {
    std::size_t steps = 20'000'000;
    std::size_t bytes = std::size_t{512} << 20;
};

struct Found {
    Box box; ///< every packet in it is one of which the facts in it are true
    /// A part of it: they are true of every packet in that. Only for who knows what facts mean.
    std::optional<Box> meant{};
};
struct Proved {
    /// Rules of the last stage that suffice: without all others there is no such packet either.
    std::vector<RuleIndex> because;
};
struct GaveUp {};

using Answer = std::variant<Found, Proved, GaveUp>;

/// By subtracting from each wanted rule the ones before it that overlap (subtract.cpp).
class Subtraction {
public:
    explicit Subtraction(Space& space);
    ~Subtraction();
    Subtraction(const Subtraction&) = delete;
    Subtraction& operator=(const Subtraction&) = delete;

    /// `only`: no other rules of the last stage are looked at, but for the wanted ones.
    Answer find(const Question& question, std::size_t steps_max,
                const std::vector<RuleIndex>* only = nullptr);
    /// Of all questions so far.
    std::size_t steps() const { return steps_; }

private:
    struct Indexes;
    Space& space_;
    std::size_t steps_ = 0;
    std::unique_ptr<Indexes> indexes_; ///< of the lists that it has been asked about, kept by address
};

/// By walking interval decision diagrams of the lists (diagram.cpp).
class Diagrams {
public:
    explicit Diagrams(Space& space);
    ~Diagrams();
    Diagrams(const Diagrams&) = delete;
    Diagrams& operator=(const Diagrams&) = delete;

    Answer find(const Question& question, const Budget& budget);
    /// How large the diagrams are that have been made.
    std::size_t nodes() const;

private:
    struct State;
    Space& space_;
    std::unique_ptr<State> state_;
};

/// By a SAT solver (sat.cpp), which knows what facts mean: a proof counts that as well.
class Satisfiability {
public:
    explicit Satisfiability(Space& space) : space_(space) {}

    /// `only`: see Subtraction. A proof names few rules with it, and all that may matter without.
    Answer find(const Question& question, const Budget& budget,
                const std::vector<RuleIndex>* only = nullptr);
    /// Of all questions so far.
    std::size_t steps() const { return steps_; }

private:
    Space& space_;
    std::size_t steps_ = 0;
};

/// Whether facts in a box may contradict what it says of the variables that they follow from. Fields that differ
/// do not, as long as they have values to choose from, or none in common; and room there is, where the least have it.
bool may_contradict(const Space& space, const Box& box);

/// All of them, one after the other. Lists that it is asked about outlive it.
class Engines {
public:
    explicit Engines(Space& space) : subtraction(space), diagrams(space), sat(space), space_(space) {}

    Answer find(const Question& question, const Budget& budget = {});
    /// By the engine that knows what facts mean, whose budget is a multiple of what the others have.
    Answer with_meaning(const Question& question, const Budget& budget);
    /// What another engine says, if it holds whatever facts mean; else what the one says that knows.
    Answer confirmed(const Question& question, Answer answer, const Budget& budget,
                     const std::vector<RuleIndex>* only = nullptr);

    Subtraction subtraction;
    Diagrams diagrams;
    Satisfiability sat;

private:
    Space& space_;
};

} // namespace symbolic
