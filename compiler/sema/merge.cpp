// Dotted assignments are merged into the elements before anything reads them.
#include "compiler/sema/constants.hpp"
#include "compiler/sema/context.hpp"
#include "compiler/sema/scope.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <compare>

namespace sema {

namespace {

using syntax::Kind;

class Merger {
public:
    Merger(Scope& scope, syntax::Diagnostics& diagnostics) : scope_(scope), diagnostics_(diagnostics) {}

    /// Shorter paths first, so that `a.b.c: 1` may stand before `a.b: { }`.
    void run(Assignments assignments) {
        for (auto& element : scope_.elements()) {
            expand_word(element);
            check_duplicates(element.value, keys_ignore_case(element.type));
        }
        // Those to one object in a row: its keys are looked up once. Their own order stays.
        std::stable_sort(assignments.begin(), assignments.end(),
                         [](const auto* a, const auto* b) { return compare_objects(*a, *b) < 0; });
        // A typed object may copy an untyped one, which must be complete by then.
        for (const bool typed : {false, true})
            for (const auto* assignment : assignments) {
                auto* root = scope_.find(assignment->path.parts.front().text);
                if (root == nullptr ? !typed : typed == (root->type != ElementType::untyped))
                    assign(root, *assignment);
            }
    }

private:
    void report(Kind kind, const syntax::Span& span, std::string message,
                std::vector<syntax::Note> notes = {}, std::string hint = {}) {
        diagnostics_.report({kind, span, std::move(message), std::move(notes), std::move(hint)});
    }

    /// `Iface eth0 dhcp` is short for `Iface eth0 { config: dhcp }`.
    static void expand_word(Element& element) {
        if (element.type != ElementType::iface) return;
        const auto* path = std::get_if<syntax::Path>(&element.value.is);
        if (path == nullptr || path->parts.size() != 1 || !is_config_word(path->parts.front().text)) return;
        syntax::Object object;
        object.pairs.push_back({{"config", element.value.span}, element.value});
        element.value = {std::move(object), element.value.span};
    }

    void check_duplicates(syntax::Value& value, bool ignore_case) {
        if (auto* list = std::get_if<syntax::List>(&value.is))
            for (auto& item : list->items) check_duplicates(item, ignore_case);
        auto* object = std::get_if<syntax::Object>(&value.is);
        if (object == nullptr) return;
        syntax::Object unique;
        Keys keys(ignore_case);
        for (auto& pair : object->pairs) {
            check_duplicates(pair.value, ignore_case);
            if (const auto first = keys.find(pair.key.text)) {
                report_twice(pair.key, unique.pairs[*first].key);
                continue;
            }
            keys.add(pair.key.text);
            unique.pairs.push_back(std::move(pair));
        }
        *object = std::move(unique);
    }

    void report_twice(const syntax::Name& second, const syntax::Name& first) {
        report(Kind::set_twice, second.span, quoted(second.text) + " is set twice",
               {{first.span, "it is set here too"}}, "leave one of them out: nothing is overridden");
    }

    void assign(Element* root, const syntax::Untyped& assignment) {
        const auto& parts = assignment.path.parts;
        const auto& name = parts.front();
        if (root == nullptr && scope_.has_nameless_object) return;
        if (root == nullptr)
            return report(
                Kind::unknown_name, name.span, "there is no " + quoted(name.text) + " to add to", {},
                suggestions_.among(scope_.elements().size(), name.text, [&] { return scope_.names(); }));
        if (root->type == ElementType::unsupported) return;
        if (parts.size() > value_depth_max) {
            root->value_is_known = false;
            return report(Kind::nesting_too_deep, assignment.path.span,
                          "this member is nested more than " + std::to_string(value_depth_max) + " deep");
        }
        if (is_function(root->type))
            return report(Kind::no_members, assignment.path.span,
                          quoted(name.text) + " is a " + std::string(name_of(root->type)) +
                              " and has no members",
                          {{root->name.span, "it is declared here"}});
        const auto parts_max = assignment_parts_max(root->type);
        if (parts.size() > parts_max) {
            root->value_is_known = false;
            return report(Kind::no_members, assignment.path.span,
                          quoted(prefix(parts, parts_max)) + " has no members", {},
                          "write `" + prefix(parts, parts_max) + ": …`");
        }
        const bool ignore_case = keys_ignore_case(root->type);
        auto* value = &root->value;
        for (std::size_t i = 1; i + 1 < parts.size() && value != nullptr; ++i)
            value = step(*root, *value, assignment, i, ignore_case);
        auto* object = value == nullptr ? nullptr : object_of(*root, *value, assignment, parts.size() - 1);
        if (object == nullptr) {
            root->value_is_known = false;
            return;
        }
        auto& keys = keys_of(*object, assignment, ignore_case);
        const syntax::Name key{parts.back().text, assignment.path.span};
        if (const auto first = keys.find(key.text))
            return report_twice(key, object->pairs[*first].key);
        keys.add(key.text);
        object->pairs.push_back({key, assignment.value});
        check_duplicates(object->pairs.back().value, ignore_case);
    }

    /// How deep the members of a typed object lie.
    static std::size_t assignment_parts_max(ElementType type) {
        switch (type) {
        case ElementType::iface:
        case ElementType::syslog:
        case ElementType::timer:
        case ElementType::limit:
            return 2;
        case ElementType::gateway:
        case ElementType::load_balancer:
            return 3;
        case ElementType::conntrack:
            return 4;
        default:
            return value_depth_max;
        }
    }

    /// By the objects that they are to, those least deep first.
    static std::strong_ordering compare_objects(const syntax::Untyped& a, const syntax::Untyped& b) {
        const auto& left = a.path.parts;
        const auto& right = b.path.parts;
        if (left.size() != right.size()) return left.size() <=> right.size();
        for (std::size_t i = 0; i + 1 < left.size(); ++i)
            if (left[i].text != right[i].text) return left[i].text <=> right[i].text;
        return std::strong_ordering::equal;
    }

    /// The keys of the object that the assignment is to.
    Keys& keys_of(const syntax::Object& object, const syntax::Untyped& assignment, bool ignore_case) {
        if (last_ == nullptr || compare_objects(*last_, assignment) != 0) keys_ = Keys(object, ignore_case);
        last_ = &assignment;
        return keys_;
    }

    static std::string prefix(const std::vector<syntax::Name>& parts, std::size_t count) {
        return to_string(
            syntax::Path{{parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count)}, {}});
    }

    /// The value as an object to which member `parts[depth]` can be added.
    syntax::Object* object_of(const Element& root, syntax::Value& value, const syntax::Untyped& assignment,
                              std::size_t depth) {
        if (std::holds_alternative<syntax::Bad>(value.is)) return nullptr;
        if (root.type != ElementType::untyped && depth > 1) copy_named(value, root.type);
        if (auto* object = std::get_if<syntax::Object>(&value.is)) return object;
        // `Iface eth0 dchp`: that a typed object is written out is said elsewhere.
        const bool is_name = std::holds_alternative<syntax::Path>(value.is);
        if (root.type != ElementType::untyped && depth == 1 && is_name) return nullptr;
        report(Kind::no_members, assignment.path.span,
               quoted(prefix(assignment.path.parts, depth)) + " is no object: nothing can be added to it",
               {{value.span, "its value"}});
        return nullptr;
    }

    syntax::Value* step(const Element& root, syntax::Value& value, const syntax::Untyped& assignment,
                        std::size_t depth, bool ignore_case) {
        const auto& parts = assignment.path.parts;
        auto* object = object_of(root, value, assignment, depth);
        if (object == nullptr) return nullptr;
        if (const auto* pair = find_pair(*object, parts[depth].text, ignore_case))
            return const_cast<syntax::Value*>(&pair->value);
        report(Kind::unknown_member, assignment.path.span,
               quoted(prefix(parts, depth)) + " has no member " + quoted(parts[depth].text), {},
               "set `" + prefix(parts, depth + 1) + ": { … }` first");
        return nullptr;
    }

    /// A named object given to a typed member is copied, and completed there.
    void copy_named(syntax::Value& value, ElementType owner) {
        const auto* path = std::get_if<syntax::Path>(&value.is);
        if (path == nullptr || path->parts.size() != 1) return;
        auto* element = scope_.find(path->parts.front().text);
        if (element == nullptr || element->type != ElementType::untyped) return;
        element->is_used = true;
        if (std::holds_alternative<syntax::Object>(element->value.is))
            value.is = syntax::Value(element->value).is;
        // What is given by name to a Load_balancer may be spelt in any case, and what is added to it may not.
        if (auto* object = std::get_if<syntax::Object>(&value.is);
            object && owner == ElementType::load_balancer)
            for (auto& pair : object->pairs) pair.key.text = lower(pair.key.text);
    }

    Scope& scope_;
    syntax::Diagnostics& diagnostics_;
    Suggestions suggestions_;
    const syntax::Untyped* last_ = nullptr; ///< to its object belong
    Keys keys_{false};
};

} // namespace

void merge(const Assignments& assignments, Scope& scope, syntax::Diagnostics& diagnostics) {
    Merger(scope, diagnostics).run(assignments);
}

} // namespace sema
