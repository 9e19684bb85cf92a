// Gates over the variables of a SAT solver. Equal gates are one: comparisons with many constants share most
// of what they are made of.
#pragma once
#include "compiler/model/field.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

namespace CaDiCaL {
class Solver;
}

namespace symbolic {

/// A variable of the solver, or what it is not: `-a`.
using Literal = int;

/// Of a number, the highest one first.
using Bits = std::span<const Literal>;

class Circuit {
public:
    static constexpr Literal yes = 1, no = -yes;

    /// What goes beyond is left out: then it says nothing.
    Circuit(CaDiCaL::Solver& solver, std::size_t clauses_max, std::size_t bytes);

    bool fits() const { return bytes_left_ > 0 && clauses_ < clauses_max_; }
    std::size_t clauses() const { return clauses_; }

    Literal input() { return ++last_; }
    Literal both(Literal a, Literal b);
    Literal either(Literal a, Literal b) { return -both(-a, -b); }
    Literal same(Literal a, Literal b) { return either(both(a, b), both(-a, -b)); }
    Literal all(std::vector<Literal> operands);
    Literal any(std::vector<Literal> operands);
    /// From here on it holds.
    void require(Literal literal) { clause({literal}); }

    Literal is_in(Bits number, model::Value low, model::Value high);
    Literal equal(Bits a, Bits b);
    Literal less(Bits a, Bits b);
    /// One bit longer than the longer one.
    std::vector<Literal> sum(Bits a, Bits b);

private:
    /// `above`: the number is `than` or more; else `than` or less. The bits that count are the lowest.
    Literal compare(Bits number, model::Value than, bool above);
    void clause(std::span<const Literal> literals);
    void clause(std::initializer_list<Literal> literals) {
        clause(std::span(literals.begin(), literals.size()));
    }

    CaDiCaL::Solver& solver_;
    std::size_t clauses_max_, bytes_left_;
    std::size_t clauses_ = 0;
    Literal last_ = yes;
    std::unordered_map<std::uint64_t, Literal> pairs_;
    std::map<std::vector<Literal>, Literal> wide_; ///< gates of more than two
};

} // namespace symbolic
