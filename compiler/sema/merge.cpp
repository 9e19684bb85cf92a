// Dotted assignments are merged into the elements before anything reads them.
#include "compiler/sema/constants.hpp"
#include "compiler/sema/context.hpp"
#include "compiler/sema/keys.hpp"
#include "compiler/sema/scope.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <compare>

namespace sema {

namespace {

using syntax::Kind;

using Names = std::vector<syntax::Name>;

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
                if (root != nullptr && typed == (root->type != ElementType::untyped)) assign(*root, *assignment);
            }
        // What a misspelt name was to be is seen when all are complete but for that.
        for (const auto* assignment : assignments)
            if (scope_.find(assignment->path.parts.front().text) == nullptr) refuse_root(*assignment);
        for (auto& [link, refused] : refused_links_)
            if (!told_.contains(link)) diagnostics_.report(std::move(refused));
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

    /// What it was to complete, by a name that is misspelt here or there, is taken as complete.
    void refuse_root(const syntax::Untyped& assignment) {
        const auto& name = assignment.path.parts.front();
        if (scope_.has_nameless_object) {
            for (auto& element : scope_.elements())
                if (element.name.text == syntax::left_out) leave_open(element, assignment.path.parts);
            return;
        }
        const auto names = [&] {
            std::vector<std::string> result;
            for (const auto& element : scope_.elements())
                if (!is_function(element.type) && !is_set(element, assignment.path.parts)) result.push_back(element.name.text);
            return result;
        };
        auto meant = suggestions_.nearest_among(scope_.elements().size(), name.text, names);
        if (meant.empty()) meant = owner_of(assignment.path.parts);
        if (auto* element = meant.empty() ? nullptr : scope_.find(meant)) {
            auto corrected = assignment.path.parts;
            corrected.front().text = meant;
            told_.insert(prefix(corrected, corrected.size()));
            leave_open(*element, corrected);
        }
        report(Kind::unknown_name, name.span, "there is no " + quoted(name.text) + " to add to", {},
               meant.empty() ? "" : "did you mean " + quoted(meant) + "?");
    }

    /// The only typed element that may have such a member, and has it not.
    std::string owner_of(const Names& parts) const {
        const Element* owner = nullptr;
        for (const auto& element : scope_.elements()) {
            const bool is_gateway = element.type == ElementType::gateway;
            const auto* known = is_gateway ? &keys::settings : keys::at(element.type, parts, 1);
            if (known == nullptr || !keys::contains(*known, lower(parts[1].text)) || is_set(element, parts)) continue;
            if (owner != nullptr) return {};
            owner = &element;
        }
        return owner == nullptr ? std::string() : owner->name.text;
    }

    /// Whether the element has that member, which is set only once.
    static bool is_set(const Element& element, const Names& parts) {
        const auto* value = &element.value;
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const auto* object = std::get_if<syntax::Object>(&value->is);
            const auto* pair =
                object == nullptr ? nullptr : find_pair(*object, parts[i].text, keys_ignore_case(element.type));
            if (pair == nullptr) return false;
            value = &pair->value;
        }
        return true;
    }

    /// What it lacks may be what was refused: nothing more is said of it.
    static void leave_open(Element& element, const Names& parts) {
        const bool ignore_case = keys_ignore_case(element.type);
        element.value_is_known = false;
        auto* value = &element.value;
        for (std::size_t i = 1; i < parts.size() && value != nullptr; ++i) {
            auto* object = std::get_if<syntax::Object>(&value->is);
            if (object == nullptr) return;
            if (find_pair(*object, syntax::left_out, false) == nullptr)
                object->pairs.push_back({{std::string(syntax::left_out), value->span}, {syntax::Bad{}, value->span}});
            const auto* pair = find_pair(*object, parts[i].text, ignore_case);
            value = pair == nullptr ? nullptr : const_cast<syntax::Value*>(&pair->value);
        }
    }

    void assign(Element& root, const syntax::Untyped& assignment) {
        const auto& parts = assignment.path.parts;
        if (root.type == ElementType::unsupported) return;
        if (parts.size() > value_depth_max) {
            root.value_is_known = false;
            return report(Kind::nesting_too_deep, assignment.path.span,
                          "this member is nested more than " + std::to_string(value_depth_max) + " deep");
        }
        if (is_function(root.type))
            return report(Kind::no_members, assignment.path.span,
                          quoted(parts.front().text) + " is a " + std::string(name_of(root.type)) +
                              " and has no members",
                          {{root.name.span, "it is declared here"}});
        const auto parts_max = keys::depth_of(root.type).value_or(value_depth_max);
        if (parts.size() > parts_max) return refuse_depth(root, assignment, parts_max);
        const bool ignore_case = keys_ignore_case(root.type);
        auto* value = &root.value;
        for (std::size_t i = 1; i + 1 < parts.size() && value != nullptr; ++i)
            value = step(root, *value, assignment, i, ignore_case);
        auto* object = value == nullptr ? nullptr : object_of(root, *value, assignment, parts.size() - 1);
        if (object == nullptr) {
            root.value_is_known = false;
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

    void refuse_depth(Element& root, const syntax::Untyped& assignment, std::size_t parts_max) {
        const auto& parts = assignment.path.parts;
        const auto& last = parts[parts_max - 1].text;
        const auto* known = keys::at(root.type, parts, parts_max - 1);
        root.value_is_known = false;
        if (known == nullptr || keys::contains(*known, keys_ignore_case(root.type) ? lower(last) : last))
            return report(Kind::no_members, assignment.path.span,
                          quoted(prefix(parts, parts_max)) + " has no members", {},
                          "write `" + prefix(parts, parts_max) + ": …`");
        const auto near = did_you_mean(last, *known);
        report(Kind::unknown_member, assignment.path.span,
               quoted(prefix(parts, parts_max - 1)) + " has no member " + quoted(last), {},
               near.empty() ? "it has " + one_of(*known) : near);
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

    static std::string prefix(const Names& parts, std::size_t count) {
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

    syntax::Value* step(Element& root, syntax::Value& value, const syntax::Untyped& assignment,
                        std::size_t depth, bool ignore_case) {
        const auto& parts = assignment.path.parts;
        auto* object = object_of(root, value, assignment, depth);
        if (object == nullptr) return nullptr;
        if (const auto* pair = find_pair(*object, parts[depth].text, ignore_case))
            return const_cast<syntax::Value*>(&pair->value);
        refuse_link(root, *object, assignment, depth);
        return nullptr;
    }

    /// `c.timeout.estblished.tcp: 5`: there is no such object to add to, however much is added to it.
    void refuse_link(Element& root, const syntax::Object& object, const syntax::Untyped& assignment,
                     std::size_t depth) {
        const auto& parts = assignment.path.parts;
        const auto link = prefix(parts, depth + 1);
        if (const auto other = refused_links_.find(link); other != refused_links_.end()) {
            constexpr std::size_t notes_max = 5;
            auto& notes = other->second.notes;
            if (notes.size() < notes_max) notes.push_back({assignment.path.span, "it stands here too"});
            return;
        }
        const auto& name = parts[depth].text;
        const auto* known = keys::at(root.type, parts, depth);
        const auto meant = meant_by(root, object, parts, depth, known);
        // A key of the object that is misspelt for it is told where the object is read.
        const bool is_misspelt_there = known != nullptr && keys::contains(*known, name) && !meant.empty();
        auto corrected = parts;
        if (const auto* key = known == nullptr ? nullptr : nearest(name, *known)) corrected[depth].text = *key;
        auto hint = meant.empty() ? "set `" + prefix(corrected, depth + 1) + ": { … }` first"
                                  : "did you mean " + quoted(meant) + "?";
        if (known != nullptr && !keys::contains(*known, corrected[depth].text)) hint = "it has " + one_of(*known);
        if (!is_misspelt_there)
            refused_links_.emplace(link, syntax::Diagnostic{Kind::unknown_member, assignment.path.span,
                                                            quoted(prefix(parts, depth)) + " has no member " +
                                                                quoted(name),
                                                            {}, std::move(hint)});
        if (!meant.empty()) corrected[depth].text = meant;
        leave_open(root, corrected);
    }

    /// The member that is there under a name like that, and has not what is added.
    static std::string meant_by(const Element& root, const syntax::Object& object, Names parts, std::size_t depth,
                                const keys::Table* known) {
        const auto is_known = [&](const std::string& key) { return known != nullptr && keys::contains(*known, key); };
        std::vector<std::string> present;
        for (const auto& pair : object.pairs)
            if (!is_known(parts[depth].text) || !is_known(pair.key.text)) present.push_back(pair.key.text);
        const auto* meant = nearest(parts[depth].text, present);
        if (meant == nullptr) return {};
        parts[depth].text = *meant;
        return is_set(root, parts) ? std::string() : *meant;
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
    std::map<std::string, syntax::Diagnostic> refused_links_; ///< by what was to be added to
    std::set<std::string> told_;                              ///< what was added to by a misspelt name, as it was meant
    const syntax::Untyped* last_ = nullptr;                   ///< to its object belong
    Keys keys_{false};
};

} // namespace

void merge(const Assignments& assignments, Scope& scope, syntax::Diagnostics& diagnostics) {
    Merger(scope, diagnostics).run(assignments);
}

} // namespace sema
