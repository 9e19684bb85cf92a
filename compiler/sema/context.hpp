// What the passes of the analysis share.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/sema/scope.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/diagnostic.hpp"

#include <set>
#include <tuple>

namespace sema {

constexpr model::Place place_of(const syntax::Span& span) {
    return {span.file, span.begin.line, span.begin.column};
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
    std::set<model::FunctionId> broken_functions; ///< a statement of theirs was refused: their flow has holes
    /// Names that are being followed, and names that were found to have no end: they lead back to
    /// themselves, or are too many.
    std::vector<const syntax::Path*> following;
    std::set<const syntax::Path*> endless;
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

    /// Typed and kept in the model, but nothing that executes a policy can do it yet.
    void pending(std::string feature, const syntax::Span& span) {
        appliance.pending.push_back({std::move(feature), place_of(span)});
    }
};

} // namespace sema
