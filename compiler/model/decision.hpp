// What a Filter or Nat function does with a packet, as structured data.
//
// A function is a block of steps run in order. A step either decides (Verdict) or lets the next one run; a
// block that ends without a verdict falls through to whatever follows it. Blocks keep the shape of the source,
// so that the code made from them reads like the policy, and a Call refers to its function, so that nothing is
// ever copied.
#pragma once
#include "compiler/model/interval_set.hpp"
#include "compiler/model/ipv4.hpp"
#include "compiler/model/place.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace model {

using SetId = std::uint32_t;       ///< indexes Appliance::sets
using FunctionId = std::uint32_t;  ///< indexes Appliance::functions
using StatementId = std::uint32_t; ///< indexes Appliance::statements
using IfaceId = std::uint32_t;     ///< indexes Appliance::ifaces
using LimitId = std::uint32_t;     ///< indexes Appliance::limits

/// One item of a set, as it is written.
struct Member {
    Interval values;
    Place place;
    Place end; ///< behind its last character
};

/// A named or inline set of values.
struct Set {
    std::string name; ///< of the element it was written as; empty for one written in place
    IntervalSet values;
    Place place;
    std::vector<Member> members{}; ///< those that stand in a policy, where they are several
};

/// True when (field & mask) is in the set. The mask is all ones except for `flag in tcp.flags`.
struct Test {
    Field field{};
    SetId set = 0;
    Value mask = std::numeric_limits<Value>::max();
};

enum class Relation : std::uint8_t { equal, not_equal, less, greater, less_equal, greater_equal };

constexpr bool holds(Value left, Relation relation, Value right) {
    switch (relation) {
    case Relation::equal:
        return left == right;
    case Relation::not_equal:
        return left != right;
    case Relation::less:
        return left < right;
    case Relation::greater:
        return left > right;
    case Relation::less_equal:
        return left <= right;
    case Relation::greater_equal:
        return left >= right;
    }
    return false;
}

/// Two fields of the same packet compared.
struct Compare {
    Field left{};
    Relation relation{};
    Field right{};
};

/// A field compared with a leased value of an Iface: 0.0.0.0 while there is no lease.
struct CompareLease {
    Field field{};
    Relation relation{};
    IfaceId iface = 0;
    Ipv4Member member{};
};

/// `limit.exceeded`: takes a token from the bucket of the packet's key; true when there is none left.
struct Exceeded { LimitId limit = 0; };

struct Condition;
struct Constant { bool value = false; };
struct Not { std::vector<Condition> operand; }; ///< exactly one
struct All { std::vector<Condition> operands; }; ///< `and`, left to right, at least two
struct Any { std::vector<Condition> operands; }; ///< `or`, left to right, at least two

struct Condition {
    std::variant<Constant, Test, Compare, CompareLease, Exceeded, Not, All, Any> is;
    Place place;
    Place end{}; ///< behind its last character
};

struct Step;
using Block = std::vector<Step>;

struct Branch {
    Condition condition;
    Block then;
    Block otherwise; ///< empty without an `else`
};

/// A nested function: its body is for packets of `layer` only (all packets for Layer::ip). A packet is of a
/// transport layer when ip.protocol says so and the fixed part of that header is complete.
struct Enter {
    Layer layer{};
    Block body;
};

/// Runs another function; falls through when that one reaches no verdict.
struct Call { FunctionId function = 0; };

/// `log`, or `syslog` when it has a severity (0 emerg .. 7 debug). Parts are texts and fields, in order.
struct Log {
    std::optional<std::uint8_t> severity;
    std::vector<std::variant<std::string, Field>> parts;
};

struct Verdict { StatementId statement = 0; };

struct Step {
    std::variant<Branch, Enter, Call, Log, Verdict> is;
    Place place;
};

enum class Action : std::uint8_t { accept, drop, reject, dnat, snat };

inline constexpr std::string_view action_names[] = {"accept", "drop", "reject", "dnat", "snat"};

constexpr std::string_view name(Action action) { return action_names[static_cast<std::size_t>(action)]; }

/// A statement that decides. Each has a hit counter of its own.
struct Statement {
    Action action{};
    std::optional<std::uint32_t> ipv4_address; ///< dnat, snat
    std::optional<std::uint16_t> port;         ///< dnat, snat
    Place place;
};

enum class FunctionKind : std::uint8_t { filter, nat };

struct Function {
    std::string name;
    FunctionKind kind{};
    Layer layer{}; ///< the subtype: packets of other layers fall through
    Block body;
    Place place;
};

} // namespace model
