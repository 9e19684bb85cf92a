// The elements of a policy by name, their dotted assignments merged into them.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"

#include <deque>
#include <map>
#include <set>
#include <unordered_map>

namespace sema {

enum class ElementType : std::uint8_t {
    untyped,
    filter,
    nat,
    assertion,
    iface,
    gateway,
    conntrack,
    load_balancer,
    syslog,
    timer,
    limit,
    test,
    unsupported, ///< its declaration has been refused; what refers to it stays silent
};

/// How the language writes a type: "Iface".
std::string_view name_of(ElementType type);
std::string with_article(ElementType type);
/// Something with a body. Only Filters and Nats can be called and stand on chains.
constexpr bool is_function(ElementType type) {
    return type == ElementType::filter || type == ElementType::nat || type == ElementType::assertion;
}
constexpr bool is_object(ElementType type) { return type >= ElementType::iface && type <= ElementType::test; }
/// Whether members may be written in any case.
bool keys_ignore_case(ElementType type);

struct Element {
    ElementType type{};
    syntax::Name name;
    syntax::Span heading;                       ///< "Iface eth0", where messages about the whole point at
    syntax::Value value;                        ///< with everything that was assigned to it
    const syntax::Function* function = nullptr; ///< of a Filter, Nat or Assert
    bool value_is_known = true;                 ///< false after a mistake in its assignments
    bool is_used = false;                       ///< its name stands in some value or condition
};

class Scope {
public:
    /// In source order; addresses are stable.
    const std::deque<Element>& elements() const { return elements_; }
    std::deque<Element>& elements() { return elements_; }
    const Element* find(std::string_view name) const;
    Element* find(std::string_view name);
    std::vector<std::string> names() const;
    void add(Element element);
    /// One whose name is a mistake: it is looked at, and nothing refers to it.
    void add_hidden(Element element);

    bool has_nameless_function = false; ///< what nothing is called may be meant to be it
    bool has_nameless_object = false;   ///< likewise
    std::set<std::string, std::less<>> refused_names; ///< that no element may have, and some were given

private:
    std::deque<Element> elements_;
    std::map<std::string, std::size_t, std::less<>> index_;
};

/// An assignment to a member: `eth0.netmask: …`.
using Assignments = std::vector<const syntax::Untyped*>;

/// Makes elements of the declarations; returns the assignments, which come later.
Assignments collect(const std::vector<syntax::Program>& programs, Scope& scope,
                    syntax::Diagnostics& diagnostics);

/// Adds what is assigned to the elements' values; after it no key stands twice in any object.
void merge(const Assignments& assignments, Scope& scope, syntax::Diagnostics& diagnostics);

/// The keys of one object by name, for objects that may have very many.
class Keys {
public:
    explicit Keys(bool ignore_case) : ignore_case_(ignore_case) {}
    Keys(const syntax::Object& object, bool ignore_case);

    /// The index of the pair with that key.
    std::optional<std::size_t> find(std::string_view key) const;
    /// The next pair has that key; of two with one key the first counts.
    void add(std::string_view key);

private:
    std::string spelt(std::string_view key) const;

    bool ignore_case_;
    std::size_t count_ = 0;
    std::unordered_map<std::string, std::size_t> index_;
};

/// The pair with that key, if there is one.
const syntax::Pair* find_pair(const syntax::Object& object, std::string_view key, bool ignore_case);

} // namespace sema
