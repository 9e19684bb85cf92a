#include "compiler/symbolic/circuit.hpp"

#include <cadical.hpp>

#include <algorithm>

namespace symbolic {

using model::Value;

namespace {

/// Of the bits of a number, the one that `number` begins with has this place.
bool bit_of(Value value, Bits number) { return (value >> (number.size() - 1) & 1) != 0; }

Value all_ones(std::size_t bits) { return (Value{1} << bits) - 1; }

} // namespace

Circuit::Circuit(CaDiCaL::Solver& solver, std::size_t clauses_max, std::size_t bytes)
    : solver_(solver), clauses_max_(clauses_max), bytes_left_(bytes) {
    require(yes);
}

void Circuit::clause(std::span<const Literal> literals) {
    // The solver's clause and the places where it watches it, and of a gate its place in a table.
    constexpr std::size_t overhead_bytes = 80;
    const auto bytes = overhead_bytes + literals.size() * sizeof(Literal);
    bytes_left_ -= std::min(bytes, bytes_left_);
    if (!fits()) return;
    ++clauses_;
    for (const auto literal : literals) solver_.add(literal);
    solver_.add(0);
}

Literal Circuit::both(Literal a, Literal b) {
    if (a > b) std::swap(a, b);
    if (a == no || b == no || a == -b) return no;
    if (a == yes || a == b) return b;
    if (b == yes) return a;
    const auto key = std::uint64_t{static_cast<std::uint32_t>(a)} << 32 | static_cast<std::uint32_t>(b);
    const auto [known, is_new] = pairs_.try_emplace(key, 0);
    if (!is_new) return known->second;
    const auto gate = known->second = input();
    clause({-gate, a});
    clause({-gate, b});
    clause({gate, -a, -b});
    return gate;
}

Literal Circuit::all(std::vector<Literal> operands) {
    std::ranges::sort(operands);
    operands.erase(std::ranges::unique(operands).begin(), operands.end());
    std::erase(operands, yes);
    for (const auto one : operands)
        if (one == no || std::ranges::binary_search(operands, -one)) return no;
    if (operands.empty()) return yes;
    if (operands.size() == 1) return operands.front();
    if (operands.size() == 2) return both(operands.front(), operands.back());
    const auto [known, is_new] = wide_.try_emplace(operands, 0);
    if (!is_new) return known->second;
    const auto gate = known->second = input();
    for (auto& one : operands) {
        clause({-gate, one});
        one = -one;
    }
    operands.push_back(gate);
    clause(operands);
    return gate;
}

Literal Circuit::any(std::vector<Literal> operands) {
    for (auto& one : operands) one = -one;
    return -all(std::move(operands));
}

Literal Circuit::is_in(Bits number, Value low, Value high) {
    // What both ends begin with, a prefix of an address: neighbours share the beginning of theirs.
    Literal common = yes;
    while (!number.empty() && bit_of(low, number) == bit_of(high, number)) {
        common = both(common, bit_of(low, number) ? number.front() : -number.front());
        number = number.subspan(1);
    }
    if (number.empty()) return common;
    const auto rest = number.subspan(1);
    const auto upper = both(number.front(), compare(rest, high, false));
    const auto lower = both(-number.front(), compare(rest, low, true));
    return both(common, either(upper, lower));
}

Literal Circuit::compare(Bits number, Value than, bool above) {
    if (number.empty()) return yes;
    const auto ones = all_ones(number.size());
    if ((than & ones) == (above ? 0 : ones)) return yes;
    const auto rest = compare(number.subspan(1), than, above);
    const auto beyond = above ? number.front() : -number.front();
    return bit_of(than, number) == above ? both(beyond, rest) : either(beyond, rest);
}

Literal Circuit::equal(Bits a, Bits b) {
    std::vector<Literal> each;
    // The longer one has nothing but zeros before the bits of the other.
    for (; a.size() > b.size(); a = a.subspan(1)) each.push_back(-a.front());
    for (; b.size() > a.size(); b = b.subspan(1)) each.push_back(-b.front());
    for (std::size_t i = 0; i < a.size(); ++i) each.push_back(same(a[i], b[i]));
    return all(std::move(each));
}

Literal Circuit::less(Bits a, Bits b) {
    if (a.empty() && b.empty()) return no;
    if (a.size() > b.size()) return both(-a.front(), less(a.subspan(1), b));
    if (b.size() > a.size()) return either(b.front(), less(a, b.subspan(1)));
    const auto rest = less(a.subspan(1), b.subspan(1));
    return either(both(-a.front(), b.front()), both(same(a.front(), b.front()), rest));
}

std::vector<Literal> Circuit::sum(Bits a, Bits b) {
    std::vector<Literal> bits;
    Literal carry = no;
    for (std::size_t place = 1; place <= std::max(a.size(), b.size()); ++place) {
        const auto one = place <= a.size() ? a[a.size() - place] : no;
        const auto other = place <= b.size() ? b[b.size() - place] : no;
        const auto differ = -same(one, other);
        bits.push_back(-same(differ, carry));
        carry = either(both(one, other), both(differ, carry));
    }
    bits.push_back(carry);
    std::ranges::reverse(bits);
    return bits;
}

} // namespace symbolic
