// The syntax tree: what a file says, before any name has a meaning.
#pragma once
#include "compiler/syntax/source.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace syntax {

struct Name {
    std::string text;
    Span span;
};

/// `a.b.c`; at least one part.
struct Path {
    std::vector<Name> parts;
    Span span;
};

std::string to_string(const Path& path);

struct Value;
struct Pair;

/// A value whose mistake has been reported: whoever meets it stays silent.
struct Bad {};
struct Boolean {
    bool value = false;
};
struct Integer {
    std::int64_t value = 0;
};
struct Decimal {
    double value = 0;
};
struct String {
    std::string text;
};
struct Address {
    std::uint32_t ipv4 = 0;
};
/// Host bits as written.
struct Cidr {
    std::uint32_t ipv4 = 0;
    std::uint8_t length = 0;
};
struct IntegerRange {
    std::int64_t low = 0;
    std::int64_t high = 0;
};
struct AddressRange {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
};
struct DecimalRange {
    double low = 0;
    double high = 0;
};
struct List {
    std::vector<Value> items;
};
struct Object {
    std::vector<Pair> pairs;
};
/// `file("…")`.
struct Call {
    Path callee;
    std::vector<Value> arguments;
};

struct Value {
    std::variant<Bad, Boolean, Integer, Decimal, String, Address, Cidr, IntegerRange, AddressRange,
                 DecimalRange, Path, List, Object, Call>
        is;
    Span span;
};

struct Pair {
    Name key;
    Value value;
};

enum class Operator : std::uint8_t { equal, not_equal, less, greater, less_equal, greater_equal, in };

std::string_view to_string(Operator relation);

struct Expression;
struct Comparison {
    Operator relation{};
    Span operator_span;
    Value left;
    Value right;
};
struct Not {
    std::vector<Expression> operand;
}; ///< exactly one
struct And {
    std::vector<Expression> operands;
}; ///< at least two
struct Or {
    std::vector<Expression> operands;
}; ///< at least two

struct Expression {
    std::variant<Value, Comparison, Not, And, Or> is;
    Span span;
};

struct Statement;

/// The name of a statement that stands for what was left out of a body.
inline constexpr std::string_view left_out = "…";

/// `verdict`, `log(…)`, or a call of a function.
struct Action {
    Path name;
    bool has_parentheses = false;
    std::vector<Value> arguments;
};

struct Arm {
    Expression condition;
    std::vector<Statement> then;
    Span span;
};

/// The first arm whose condition holds. A chain of `else if` may be long: nothing nests in it.
struct Conditional {
    std::vector<Arm> arms;            ///< the `if`, and each `else if`
    std::vector<Statement> otherwise; ///< empty without an `else`
};

/// What an Assert is about: a chain, or a path from one Iface to another.
struct Target {
    Path from;
    std::optional<Path> to;
    Span span;
};

struct Function {
    Name type;
    Name subtype;
    std::optional<Name> name;
    std::optional<Target> target;
    std::vector<Statement> body;
    Span span;

    /// Where messages about the whole function point at.
    Span heading() const { return name ? name->span : join(type.span, subtype.span); }
};

struct Statement {
    std::variant<Action, Conditional, Function> is;
    Span span;
};

struct Import {
    std::string path; ///< empty after a mistake
    Span span;
};

/// `Iface eth0 { … }`.
struct Typed {
    Name type;
    Name name;
    Value value;
    Span span;
};

/// `name: value` defines an element, `name.member: value` adds to one.
struct Untyped {
    Path path;
    Value value;
    Span span;
};

using Declaration = std::variant<Function, Typed, Untyped, Import>;

struct Program {
    FileId file = 0;
    std::string name;   ///< of the file
    std::vector<Declaration> declarations;
    std::string folder{}; ///< from which it names other files
};

} // namespace syntax
