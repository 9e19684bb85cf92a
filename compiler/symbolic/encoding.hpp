// Questions as circuits: a variable is a number in bits, a set a union of intervals, a list of rules a chain
// in which each says what is decided if those before it decide nothing. Facts with a meaning are tied to it.
#pragma once
#include "compiler/symbolic/circuit.hpp"
#include "compiler/symbolic/find.hpp"

namespace symbolic {

class Encoding {
public:
    Encoding(const Space& space, Circuit& circuit) : space_(space), circuit_(circuit) {}

    Literal of(const Box& box);
    /// Where some rules have a literal: of the last stage these alone take packets away, each if its literal
    /// holds.
    using Counting = std::map<RuleIndex, Literal>;

    Literal of(const Question& question, const Counting* last = nullptr);

    /// The variables that anything so far is about.
    const std::map<Variable, std::vector<Literal>>& numbers() const { return numbers_; }

private:
    Literal of(const Stage& stage, const Counting* counting);
    Literal of(const Side& side);
    Literal of(const Fact& fact);
    Literal of(const Room& room);
    Literal of(const Formula& formula);
    Literal in_one_of(const std::vector<Box>& boxes);
    Bits bits(Variable variable);

    const Space& space_;
    Circuit& circuit_;
    std::map<Variable, std::vector<Literal>> numbers_;
    std::map<std::pair<Variable, SetRef>, Literal> sides_;
};

} // namespace symbolic
