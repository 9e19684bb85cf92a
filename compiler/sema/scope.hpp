// The elements of a policy by name, their dotted assignments merged into them.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"

#include <deque>
#include <map>

namespace sema {

enum class ElementType : std::uint8_t {
    untyped,
    filter,
    nat,
    iface,
    gateway,
    conntrack,
    load_balancer,
    syslog,
    timer,
    test,
    unsupported, ///< its declaration has been refused; what refers to it stays silent
};

/// How the language writes a type: "Iface".
std::string_view name_of(ElementType type);
std::string with_article(ElementType type);
constexpr bool is_function(ElementType type) {
    return type == ElementType::filter || type == ElementType::nat;
}
constexpr bool is_object(ElementType type) { return type >= ElementType::iface && type <= ElementType::test; }
/// Whether members may be written in any case.
bool keys_ignore_case(ElementType type);

struct Element {
    ElementType type{};
    syntax::Name name;
    syntax::Value value;                        ///< with everything that was assigned to it
    const syntax::Function* function = nullptr; ///< of a Filter or Nat
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

/// The pair with that key, if there is one.
const syntax::Pair* find_pair(const syntax::Object& object, std::string_view key, bool ignore_case);

} // namespace sema
