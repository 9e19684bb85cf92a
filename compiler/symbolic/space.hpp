// What guards are about: the fields of a packet, and facts of their own that no interval of a field can say.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/symbolic/sets.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>

namespace symbolic {

/// The fields of the registry come first, in its order; `header_complete` follows, then facts.
using Variable = std::uint32_t;

constexpr Variable variable(model::Field field) { return static_cast<Variable>(field); }

/// Whether the fixed part of the TCP, UDP or ICMP header is there: a body for such packets is entered with it
/// only.
inline constexpr Variable header_complete = static_cast<Variable>(model::field_table.size());

/// The values that one variable may have.
struct Side {
    Variable variable = 0;
    SetRef values = 0;

    friend bool operator==(const Side&, const Side&) = default;
};

/// A product of sets: the packets each of whose variables is in its set. Sorted by variable; one that is not
/// there may have all its values. No set is empty.
using Box = std::vector<Side>;

/// Two variables of one packet: equal, or the left one less.
struct Comparison {
    Variable left = 0;
    bool less = false;
    Variable right = 0;

    friend bool operator==(const Comparison&, const Comparison&) = default;
};

/// A sum of variables, each doubled so often, and of a constant, that is at most one more variable: a length has
/// room for others.
struct Room {
    struct Part {
        Variable variable = 0;
        unsigned doubled = 0;

        friend bool operator==(const Part&, const Part&) = default;
    };
    std::vector<Part> parts;
    Value more = 0;
    Variable within = 0;

    friend bool operator==(const Room&, const Room&) = default;
};

/// A condition: all of its operands, or some of them; without operands, a packet in one of the boxes.
struct Formula {
    std::vector<Formula> operands;
    bool all = false;
    std::vector<Box> boxes{};

    friend bool operator==(const Formula&, const Formula&) = default;
};

/// A variable that is no field. Two with one name are one; which they are, their maker says: one for each
/// evaluation of a Limit, one for all equal comparisons of two fields.
struct Fact {
    std::string name;
    Value max = 1; ///< the smallest value is 0
    /// When it is 1, where that follows from other variables. Intervals cannot say it, a SAT solver can.
    std::variant<std::monostate, Comparison, Room, Formula> meaning{};

    bool has_meaning() const { return !std::holds_alternative<std::monostate>(meaning); }
};

/// The variables and sets of one question. All rules that a question is about share one Space.
class Space {
public:
    Space();

    Variable fact(Fact fact);
    /// The fact that two variables are so.
    Variable fact(const Comparison& comparison);
    /// The fact that there is room.
    Variable fact(const Room& room);
    /// What there is to say of a variable behind `header_complete`; nothing of others.
    const Fact* fact(Variable variable) const {
        return variable > header_complete ? &facts_[variable - header_complete - 1] : nullptr;
    }
    std::size_t variables() const { return domains_.size(); }
    /// All values that it can have.
    SetRef domain(Variable variable) const { return domains_[variable]; }
    SetRef one(Value value) { return sets.add({{value, value}}); }

    Sets sets;

private:
    std::vector<Fact> facts_;
    std::map<std::string, Variable> by_name_;
    std::vector<SetRef> domains_;
};

SetRef values_of(const Space& space, const Box& box, Variable variable);
/// Whether there may be room where each variable may have any of its values. `values`: those of one.
template <typename Values>
bool may_have_room(const Room& room, const Values& values) {
    auto least = room.more;
    for (const auto& [variable, doubled] : room.parts) {
        const IntervalSet& of_part = values(variable);
        least += of_part.intervals().front().low << doubled;
    }
    const IntervalSet& of_whole = values(room.within);
    return least <= of_whole.intervals().back().high;
}
/// False when nothing is left of it.
bool narrow(Space& space, Box& box, Variable variable, SetRef values);
/// Nothing when they share no packet.
std::optional<Box> both(Space& space, Box a, const Box& b);
/// Whether there is anything in both.
bool meet(const Space& space, const Box& a, const Box& b);
/// What is in `box` and not in `other`, as boxes that do not overlap.
std::vector<Box> without(Space& space, Box box, const Box& other);
/// What is in one of `boxes` and not in `other`.
std::vector<Box> without(Space& space, std::vector<Box> boxes, const Box& other);

} // namespace symbolic
