// What the passes of the analysis share.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/sema/scope.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/diagnostic.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace sema {

constexpr model::Place place_of(const syntax::Span& span) {
    return {span.file, span.begin.line, span.begin.column};
}
constexpr model::Place end_of(const syntax::Span& span) {
    return {span.file, span.end.line, span.end.column};
}

struct PlaceOrder {
    bool operator()(const model::Place& a, const model::Place& b) const {
        return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
    }
};

/// How deep values may lie in each other, names followed. What walks them recurses.
constexpr std::size_t value_depth_max = 256;

struct Context {
    explicit Context(syntax::Diagnostics& sink) : diagnostics(sink) {}

    syntax::Diagnostics& diagnostics;
    Scope scope;
    model::Appliance appliance;
    std::map<syntax::FileId, std::string> folders; ///< from which each file names others
    std::optional<syntax::FileId> question; ///< see `analyse`
    std::map<const Element*, model::IfaceId> iface_ids;
    std::map<const Element*, model::LimitId> limit_ids;
    std::map<const Element*, model::FunctionId> function_ids; ///< of Filters and Nats
    std::vector<const Element*> functions;        ///< by FunctionId
    std::set<const Element*> ifaces_with_nic;     ///< those whose `index` and `vlan` could be read
    std::set<model::IfaceId> ifaces_without_address; ///< and not because of a mistake
    std::set<model::FunctionId> unknown_functions; ///< after a mistake it is not known what they decide
    /// The one of these that is called where a statement was refused.
    std::optional<model::FunctionId> refused_statement;
    std::string_view function_type = "Filter"; ///< of the function whose body is read, or "Assert"
    bool functions_have_holes = false; ///< a statement or condition was refused
    std::optional<model::FieldKind> wanted_kind;  ///< of the values that are read, where that is known
    std::optional<model::Field> wanted_field;     ///< the property that has them, where there is one
    std::vector<const syntax::Path*> following;   ///< names that are being followed
    /// Names whose mistake has been reported: they lead back to themselves, are too many, or name no value.
    std::set<const syntax::Path*> poisoned;
    std::set<const Element*> faulty; ///< objects with a mistake: nothing is deduced from what they lack
    std::set<model::Place, PlaceOrder> asked_members; ///< where the values of members stand that some path names
    std::set<const syntax::Value*> bad_members; ///< of typed objects, whose values have been refused
    std::set<std::string> said_of_values; ///< by the names or places of those that stand elsewhere
    /// How deep in names, and in lists and objects behind them, the analysis is.
    std::size_t depth = 0;
    bool depth_is_reported = false; ///< one chain of names has many links, and is one mistake
    /// Of the objects that names lead into, once all are merged.
    std::map<std::pair<const syntax::Object*, bool>, Keys> keys; ///< true: in any case
    Suggestions suggestions;
    /// What a message underlines at the place of a step or condition.
    std::map<model::Place, syntax::Span, PlaceOrder> spans;

    void report(syntax::Kind kind, const syntax::Span& span, std::string message, std::string hint = {},
                std::vector<syntax::Note> notes = {}) {
        diagnostics.report({kind, span, std::move(message), std::move(notes), std::move(hint)});
    }

    /// Whether that has not been said of the value that stands there. A string where something else is wanted is
    /// wrong wherever it is used: few things are strings, and quotes are easily put where none belong.
    bool is_news(const syntax::Span& span, bool is_string, const std::string& message) {
        const auto place = place_of(span);
        return said_of_values
            .insert(std::to_string(place.file) + ':' + std::to_string(place.line) + ':' +
                    std::to_string(place.column) + ": " + (is_string ? "a string" : message))
            .second;
    }

    bool is_faulty(model::IfaceId id) const {
        return std::ranges::any_of(faulty, [&](const Element* element) {
            const auto found = iface_ids.find(element);
            return found != iface_ids.end() && found->second == id;
        });
    }

    /// About a value where it is used. What is wrong with the value behind a name is one mistake, however
    /// often the name is used.
    void report_value(syntax::Kind kind, const syntax::Value& value, std::string message,
                      std::string hint = {}, std::vector<syntax::Note> notes = {}) {
        const auto* path = std::get_if<syntax::Path>(&value.is);
        const auto* element = path == nullptr ? nullptr : scope.find(path->parts.front().text);
        const auto* behind = element != nullptr && path->parts.size() == 1 ? &element->value : nullptr;
        if (behind != nullptr && std::holds_alternative<syntax::String>(behind->is)) {
            if (!is_news(behind->span, true, message)) return;
        } else if (element != nullptr && !said_of_values.insert(to_string(*path) + ": " + message).second)
            return;
        report(kind, value.span, std::move(message), std::move(hint), std::move(notes));
    }
};

/// Values of this kind, or of this property, are read while it lives.
class Wanting {
public:
    Wanting(Context& context, model::FieldKind kind) : Wanting(context, kind, std::nullopt) {}
    Wanting(Context& context, std::optional<model::Field> field)
        : Wanting(context, field ? std::optional(info(*field).kind) : std::nullopt, field) {}
    ~Wanting() {
        context_.wanted_kind = kind_before_;
        context_.wanted_field = field_before_;
    }
    Wanting(const Wanting&) = delete;
    Wanting& operator=(const Wanting&) = delete;

private:
    Wanting(Context& context, std::optional<model::FieldKind> kind, std::optional<model::Field> field)
        : context_(context), kind_before_(std::exchange(context.wanted_kind, kind)),
          field_before_(std::exchange(context.wanted_field, field)) {}

    Context& context_;
    std::optional<model::FieldKind> kind_before_;
    std::optional<model::Field> field_before_;
};

} // namespace sema
