// Declarations become elements: names must be unique and allowed, types must exist.
#include "compiler/sema/constants.hpp"
#include "compiler/sema/scope.hpp"
#include "compiler/sema/subtype.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sema {

namespace {

using syntax::Kind;

constexpr std::array object_types = {ElementType::iface,         ElementType::gateway, ElementType::conntrack,
                                     ElementType::load_balancer, ElementType::syslog,  ElementType::timer,
                                     ElementType::limit,         ElementType::test};
constexpr std::array function_types = {ElementType::filter, ElementType::nat, ElementType::assertion};
constexpr std::array<std::string_view, 5> packet_objects = {"tcp", "udp", "icmp", "ct", "ip"};
constexpr std::array<std::string_view, 6> actions = {"accept", "drop", "log", "syslog", "dnat", "snat"};

template <typename Types>
std::optional<ElementType> type_named(const Types& types, std::string_view word) {
    const auto wanted = lower(word);
    for (const auto type : types)
        if (lower(name_of(type)) == wanted) return type;
    return std::nullopt;
}

template <typename Range>
bool contains(const Range& range, const std::string& text) {
    return std::find(range.begin(), range.end(), text) != range.end();
}

class Collector {
public:
    Collector(Scope& scope, syntax::Diagnostics& diagnostics) : scope_(scope), diagnostics_(diagnostics) {}

    void operator()(const syntax::Function& function) {
        const auto type = type_of(function);
        if (function.target && type != ElementType::assertion && type != ElementType::unsupported)
            report(Kind::type_misused, function.target->span, "only an `Assert` is about a chain or a path",
                   "leave it out; an Iface or the Gateway names the functions of its chains");
        Element element{type, {}, join(function.type.span, function.heading()), bad(function.span), &function};
        if (function.name) {
            element.name = *function.name;
            if (element.name.text == syntax::left_out) { // as has been said
                scope_.has_nameless_function = true;
                return scope_.add_hidden(std::move(element));
            }
            return add(std::move(element));
        }
        if (lacks_subtype(function)) {
            report(Kind::unknown_subtype, function.heading(),
                   "this function does not say which packets it is for",
                   "write `" + function.type.text + "::IP " + function.subtype.text +
                       " { … }`, or `::TCP`, `::UDP`, `::ICMP`");
            element.name = function.subtype;
            return add(std::move(element));
        }
        report(Kind::missing_name, function.heading(), "this function has no name",
               "write `" + function.type.text + "::" + function.subtype.text + " name { … }`");
        scope_.has_nameless_function = true;
        scope_.add_hidden(std::move(element));
    }

    void operator()(const syntax::Typed& typed) {
        const auto type = type_of(typed);
        const bool is_new = scope_.find(typed.name.text) == nullptr; // else that is the mistake
        if (is_new) check_single(type, typed.type.span);
        const auto value = type == ElementType::unsupported ? bad(typed.span) : typed.value;
        if (typed.name.text == syntax::left_out) { // as has been said
            scope_.has_nameless_object = true;
            return scope_.add_hidden({type, typed.name, join(typed.type.span, typed.name.span), value});
        }
        add({type, typed.name, join(typed.type.span, typed.name.span), value});
    }

    void operator()(const syntax::Untyped& untyped) {
        if (untyped.path.parts.size() > 1) return assignments.push_back(&untyped);
        Element element{ElementType::untyped, untyped.path.parts.front(), untyped.path.span, untyped.value};
        if (element.name.text != syntax::left_out) return add(std::move(element));
        scope_.has_nameless_object = true; // as has been said
        scope_.add_hidden(std::move(element));
    }

    void operator()(const syntax::Import&) {} // its file is among the programs

    Assignments assignments;

private:
    static syntax::Value bad(const syntax::Span& span) { return {syntax::Bad{}, span}; }
    static std::string or_else(std::string first, std::string second) {
        return first.empty() ? second : first;
    }

    void report(Kind kind, const syntax::Span& span, std::string message, std::string hint = {}) {
        diagnostics_.report({kind, span, std::move(message), {}, std::move(hint)});
    }

    /// A type that is misspelt, or called otherwise elsewhere, stands for the one that is meant.
    template <typename Types>
    ElementType resembled(const Types& types, std::string_view word, const std::vector<std::string>& names) {
        const auto* meant = nearest(word, names);
        return meant == nullptr ? ElementType::unsupported : *type_named(types, *meant);
    }

    ElementType type_of(const syntax::Function& function) {
        const auto word = lower(function.type.text);
        if (const auto type = type_named(function_types, word)) return *type;
        if (const auto object = type_named(object_types, word)) {
            const std::string name(name_of(*object));
            report(Kind::type_misused, function.type.span, "`" + name + "` is no function type",
                   "write `" + name + " " + (function.name ? function.name->text : "name") + " { … }`");
            return ElementType::unsupported;
        }
        const std::vector<std::string> names = {"Filter", "Nat", "Assert"};
        report(Kind::unknown_type, function.type.span,
               "there is no function type `" + function.type.text + "`",
               or_else(did_you_mean(word, names), "functions are " + one_of(names)));
        return resembled(function_types, word, names);
    }

    ElementType type_of(const syntax::Typed& typed) {
        const auto word = lower(typed.type.text);
        if (const auto type = type_named(object_types, word)) return *type;
        if (const auto function = type_named(function_types, word)) {
            report(Kind::type_misused, typed.type.span,
                   "`" + std::string(name_of(*function)) + "` is a function type",
                   "write `" + typed.type.text + "::IP " + typed.name.text + " { … }`");
            return ElementType::unsupported;
        }
        if (word == "vlan") { // it was a type of the older language, with members of its own
            report(Kind::unknown_type, typed.type.span, "there is no type `" + typed.type.text + "`",
                   "a VLAN is an Iface that says its number: `Iface " + typed.name.text +
                       " { index: 0, vlan: 10, … }`");
            return ElementType::unsupported;
        }
        std::vector<std::string> names;
        for (const auto type : object_types) names.emplace_back(name_of(type));
        report(Kind::unknown_type, typed.type.span, "there is no type `" + typed.type.text + "`",
               or_else(did_you_mean(word, names), "types are " + one_of(names)));
        return resembled(object_types, word, names);
    }

    /// `Filter::name { … }`: what stands in the place of the subtype is none, nor one misspelt.
    static bool lacks_subtype(const syntax::Function& function) {
        return nearest(function.subtype.text, subtype_names()) == nullptr;
    }

    static bool is_single(ElementType type) {
        return type == ElementType::gateway || type == ElementType::conntrack ||
               type == ElementType::load_balancer || type == ElementType::syslog;
    }

    void check_single(ElementType type, const syntax::Span& span) {
        if (!is_single(type)) return;
        for (const auto& other : scope_.elements())
            if (other.type == type)
                return diagnostics_.report(
                    {Kind::second_of_its_kind,
                     span,
                     "a policy has one " + std::string(name_of(type)) + ", and this is the second",
                     {{other.name.span, "the first one"}},
                     "put everything into one"});
    }

    bool check_name(const Element& element) {
        const auto& name = element.name;
        if (name.text.find('-') != std::string::npos) {
            std::string better = name.text;
            std::replace(better.begin(), better.end(), '-', '_');
            report(Kind::bad_name, name.span, "the name `" + name.text + "` has a hyphen",
                   "write `" + better + "`; only members may have hyphens in their names");
            return true; // it is known by that name all the same
        }
        const auto word = lower(name.text);
        if (contains(packet_objects, word)) {
            report(Kind::bad_name, name.span,
                   "`" + name.text + "` is a part of every packet and cannot be a name",
                   "a property is asked for in a function, as in `if (ip.protocol == tcp) { … }`");
            return false;
        }
        if (const auto* constant = constant_named(word))
            report(Kind::name_hides, name.span,
                   "`" + name.text + "` hides the constant of that name, " +
                       std::string(with_article(constant->kind)) + " that is " +
                       std::to_string(constant->value));
        else if (element.type == ElementType::test || element.type == ElementType::assertion)
            return true; // no function calls it
        else if (contains(actions, word))
            report(Kind::name_hides, name.span,
                   "`" + name.text + "` is the name of an action, which wins in functions",
                   word == "syslog" ? "a server is declared by `Syslog name { address: 10.0.0.5, port: 514 }`"
                                    : "");
        else if (word == "reject") // newer than the programs that may have such a function
            report(Kind::name_hides, name.span, "`" + name.text + "` hides the action of that name");
        return true;
    }

    /// Two parts of one object, or `c: { limit: 5 }` beside `Conntrack c`, which was to complete it.
    static std::string hint_for_second(const Element& first, const Element& second) {
        if (first.type == second.type && is_single(first.type)) return "put the members of both into one";
        const auto* object = std::get_if<syntax::Object>(&second.value.is);
        const bool completes = is_object(first.type) && second.type == ElementType::untyped && object != nullptr &&
                               !object->pairs.empty();
        if (!completes) return "give one of them another name";
        return "what is added to " + quoted(first.name.text) + " is assigned, as in `" + first.name.text + '.' +
               object->pairs.front().key.text + ": …`";
    }

    void add(Element element) {
        if (const auto* first = scope_.find(element.name.text)) {
            diagnostics_.report({Kind::duplicate_name,
                                 element.name.span,
                                 quoted(element.name.text) + " is declared twice",
                                 {{first->name.span, "the first declaration"}},
                                 hint_for_second(*first, element)});
            return scope_.add_hidden(std::move(element));
        }
        if (check_name(element)) return scope_.add(std::move(element));
        scope_.refused_names.insert(element.name.text);
        scope_.add_hidden(std::move(element));
    }

    Scope& scope_;
    syntax::Diagnostics& diagnostics_;
};

} // namespace

Assignments collect(const std::vector<syntax::Program>& programs, Scope& scope,
                    syntax::Diagnostics& diagnostics) {
    Collector collector(scope, diagnostics);
    for (const auto& program : programs)
        for (const auto& declaration : program.declarations) std::visit(collector, declaration);
    return std::move(collector.assignments);
}

} // namespace sema
