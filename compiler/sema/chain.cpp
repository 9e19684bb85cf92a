// Which functions may stand on which chain.
#include "compiler/sema/habits.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

namespace {

using syntax::Kind;

/// What in functions does not fit every chain.
struct Reached {
    std::set<model::StatementId> translations;
    std::set<model::Place, PlaceOrder> reads_of_egress; ///< where `iface.out` is read
    /// Where `iface.in` and `iface.out` are compared, and with what.
    std::map<model::Place, const model::Test*, PlaceOrder> tests_of_ifaces;
};

class Walk {
public:
    /// Through the functions of one hook, on any Iface.
    Walk(const model::Appliance& appliance, model::Hook hook) : appliance_(appliance) {
        for (const auto& iface : appliance.ifaces)
            called_.insert(called_.end(), iface.chain(hook).begin(), iface.chain(hook).end());
        run();
    }

    /// Through the functions of one chain.
    Walk(const model::Appliance& appliance, const std::vector<model::FunctionId>& chain)
        : appliance_(appliance), called_(chain) {
        run();
    }

    Reached found;

private:
    void run() {
        while (!called_.empty()) {
            const auto id = called_.back();
            called_.pop_back();
            if (seen_.insert(id).second) block(appliance_.functions[id].body);
        }
    }

    void block(const model::Block& steps) {
        for (const auto& step : steps) std::visit([&](const auto& kind) { visit(kind, step.place); }, step.is);
    }

    void visit(const model::Verdict& verdict, const model::Place&) {
        const auto action = appliance_.statements[verdict.statement].action;
        if (action == model::Action::dnat || action == model::Action::snat)
            found.translations.insert(verdict.statement);
    }
    void visit(const model::Enter& enter, const model::Place&) { block(enter.body); }
    void visit(const model::Call& call, const model::Place&) { called_.push_back(call.function); }
    void visit(const model::Branch& branch, const model::Place&) {
        condition(branch.condition);
        block(branch.then);
        block(branch.otherwise);
    }
    void visit(const model::Log& log, const model::Place& place) {
        for (const auto& part : log.parts)
            if (const auto* field = std::get_if<model::Field>(&part)) read(*field, place);
    }

    void condition(const model::Condition& condition) {
        std::visit([&](const auto& kind) { visit(kind, condition.place); }, condition.is);
    }
    void visit(const model::Constant&, const model::Place&) {}
    void visit(const model::CompareLease&, const model::Place&) {} // of addresses
    void visit(const model::Test& test, const model::Place& place) {
        read(test.field, place);
        if (test.field == model::Field::iface_in || test.field == model::Field::iface_out)
            found.tests_of_ifaces.emplace(place, &test);
    }
    void visit(const model::Compare& compare, const model::Place& place) {
        read(compare.left, place);
        read(compare.right, place);
    }
    void visit(const model::Exceeded& exceeded, const model::Place& place) {
        if (const auto key = appliance_.limits[exceeded.limit].key) read(*key, place);
    }
    void visit(const model::Not& negation, const model::Place&) { condition(negation.operand.front()); }
    void visit(const model::All& all, const model::Place&) {
        for (const auto& operand : all.operands) condition(operand);
    }
    void visit(const model::Any& any, const model::Place&) {
        for (const auto& operand : any.operands) condition(operand);
    }

    void read(model::Field field, const model::Place& place) {
        if (field == model::Field::iface_out) found.reads_of_egress.insert(place);
    }

    const model::Appliance& appliance_;
    std::vector<model::FunctionId> called_;
    std::set<model::FunctionId> seen_;
};

using model::hook_names;

std::optional<model::FunctionId> function_named(Context& context, const syntax::Value& value) {
    const auto& name = std::get<syntax::Path>(value.is).parts.front();
    const auto* element = context.scope.find(name.text);
    if (element != nullptr && element->type == ElementType::unsupported) return std::nullopt;
    if (element != nullptr)
        if (const auto found = context.function_ids.find(element); found != context.function_ids.end())
            return found->second;
    if (element != nullptr) {
        // That a function is no value was said of `l: [f]`.
        if (element->type == ElementType::untyped && !flatten(context, value)) return std::nullopt;
        context.report(Kind::unknown_function, name.span,
                       quoted(name.text) + " is " + kind_of(*element) + ", not a function", {},
                       {{element->name.span, "it is declared here"}});
        return std::nullopt;
    }
    if (context.scope.has_nameless_function || context.scope.refused_names.contains(name.text)) return std::nullopt;
    const auto names = [&] {
        std::vector<std::string> result;
        for (const auto* function : context.functions) result.push_back(function->name.text);
        return result;
    };
    const bool is_action = name.text == "accept" || name.text == "drop";
    auto hint = is_action ? "a chain holds functions: `Filter::IP name { " + name.text + " }`"
                : name.text == "masquerade"
                    ? "that is a member of its own: `masquerade: true`"
                    : context.suggestions.among(context.functions.size(), name.text, names);
    context.report(Kind::unknown_function, name.span, "no function is called " + quoted(name.text), std::move(hint));
    return std::nullopt;
}

void check_subtype(Context& context, model::FunctionId id, const syntax::Value& item) {
    const auto& function = context.appliance.functions[id];
    if (function.kind != model::FunctionKind::filter || function.layer == model::Layer::ip) return;
    context.report(Kind::wrong_subtype, context.functions[id]->heading,
                   quoted(function.name) + " is not for all packets: a Filter on a chain is a `Filter::IP`",
                   "call it from a `Filter::IP`, which decides about the other packets too",
                   {{item.span, "it stands on a chain here"}});
}

} // namespace

std::optional<model::FunctionId> function_of(Context& context, const Member& member) {
    if (std::holds_alternative<syntax::Bad>(member.value->is)) return std::nullopt;
    const auto* path = std::get_if<syntax::Path>(&member.value->is);
    if (path != nullptr && path->parts.size() == 1) return function_named(context, *member.value);
    context.report(Kind::wrong_member_type, member.value->span,
                   quoted(member.key->text) + " is the name of a function, and " + text_of(*member.value) +
                       " is " + kind_of(*member.value));
    return std::nullopt;
}

std::vector<ChainItem> chain_of(Context& context, const Member& member) {
    std::vector<ChainItem> result;
    for (const auto* item : items_of(*member.value)) {
        if (std::holds_alternative<syntax::Bad>(item->is)) continue;
        const auto* path = std::get_if<syntax::Path>(&item->is);
        if (path == nullptr || path->parts.size() != 1) {
            context.report(Kind::wrong_member_type, item->span,
                           quoted(member.key->text) + " is a function or a list of functions, and " +
                               text_of(*item) + " is " + kind_of(*item),
                           hint_for_string(*item, true));
            continue;
        }
        if (const auto function = function_named(context, *item)) {
            check_subtype(context, *function, *item);
            const auto first = std::find_if(result.begin(), result.end(), [&](const ChainItem& other) {
                return other.function == *function;
            });
            if (first != result.end())
                context.report(Kind::named_twice, item->span, text_of(*item) + " stands twice on this chain",
                               "leave one of them out", {{first->value->span, "the first one"}});
            result.push_back({*function, item});
        }
    }
    return result;
}

namespace {

void check_translations(Context& context, model::Hook hook, const Reached& reached) {
    for (const auto id : reached.translations) {
        const auto& made = context.appliance.statements[id];
        const bool dnat = made.action == model::Action::dnat;
        const bool fits = dnat ? hook == model::Hook::prerouting || hook == model::Hook::output
                               : hook == model::Hook::postrouting;
        if (fits) continue;
        context.report(Kind::translation_misplaced, context.spans.at(made.place),
                       std::string(dnat ? "`dnat` in " : "`snat` in ") +
                           std::string(hook_names[static_cast<std::size_t>(hook)]) +
                           (dnat ? " comes too late to change where the packet goes"
                                 : " comes before it is known by which Iface the packet leaves"),
                       dnat ? "put it into `prerouting`, or `output` for packets made here"
                            : "put it into `postrouting`");
    }
}

/// The first chain of the hook on which the place is met: where it is set.
std::vector<syntax::Note> note_of_chain(const Context& context, model::Hook hook, const model::Place& place) {
    for (const auto& element : context.scope.elements()) {
        const auto id = context.iface_ids.find(&element);
        const auto* object = std::get_if<syntax::Object>(&element.value.is);
        if (id == context.iface_ids.end() || object == nullptr) continue;
        const auto& chain = context.appliance.ifaces[id->second].chain(hook);
        const auto name = std::string(hook_names[static_cast<std::size_t>(hook)]);
        const auto* pair = find_pair(*object, name, true);
        if (pair == nullptr || !Walk(context.appliance, chain).found.reads_of_egress.contains(place))
            continue;
        return {{pair->value.span,
                 "it is met on " + quoted(element.name.text + '.' + name) + ", which is set here"}};
    }
    return {};
}

void check_egress(Context& context, model::Hook hook, const Reached& reached) {
    if (hook != model::Hook::prerouting && hook != model::Hook::input) return;
    for (const auto& place : reached.reads_of_egress)
        context.report(
            Kind::property_not_visible, context.spans.at(place),
            "`iface.out` is not known in " + quoted(hook_names[static_cast<std::size_t>(hook)]) +
                (hook == model::Hook::input ? ": the packet stays here" : ": the packet is routed later"),
            "test it in a function on `forward` or `postrouting`", note_of_chain(context, hook, place));
}

/// Packets are forwarded between Ifaces that routes name.
void check_ways(Context& context) {
    const auto& appliance = context.appliance;
    if (context.diagnostics.has_errors()) return; // which may be why there is no route
    if (!appliance.gateway || appliance.gateway->forward.empty() || appliance.gateway->routes.empty()) return;
    auto tests = Walk(appliance, appliance.gateway->forward).found.tests_of_ifaces;
    for (std::size_t i = 0; i < std::size(hook_names); ++i) // what other chains ask as well may be true there
        for (const auto& [place, test] : Walk(appliance, static_cast<model::Hook>(i)).found.tests_of_ifaces)
            tests.erase(place);
    const auto is_routed = [&](model::Value iface) {
        return std::ranges::any_of(appliance.gateway->routes,
                                   [&](const auto& route) { return route.iface == iface; });
    };
    std::vector<syntax::Diagnostic> found; // one for each way that is missing
    for (const auto& [place, test] : tests) {
        std::vector<std::string> names;
        bool is_possible = false;
        for (const auto& [low, high] : appliance.sets[test->set].values.intervals())
            for (auto id = low; id <= high && id < appliance.ifaces.size() && !is_possible; ++id) {
                is_possible = is_routed(id);
                names.push_back(appliance.ifaces[id].name);
            }
        if (is_possible || names.empty()) continue;
        const auto way = std::string(test->field == model::Field::iface_in ? "that comes in by " : "out by ");
        const auto& span = context.spans.at(place);
        const auto text = "this is never true here: nothing is forwarded " + way + one_of(names) +
                          ", since no route leads there";
        const auto first = std::ranges::find(found, text, &syntax::Diagnostic::message);
        if (first != found.end())
            first->notes.push_back({span, "nor is this"});
        else
            found.push_back({Kind::never_true_here, span, text, {},
                             "give the Gateway a route by it, or write `connected: […]` with it"});
    }
    for (auto& diagnostic : found) context.diagnostics.report(std::move(diagnostic));
}

} // namespace

void check_chains(Context& context) {
    for (std::size_t i = 0; i < std::size(hook_names); ++i) {
        const auto hook = static_cast<model::Hook>(i);
        const auto reached = Walk(context.appliance, hook).found;
        check_translations(context, hook, reached);
        check_egress(context, hook, reached);
    }
    check_ways(context);
}

} // namespace sema
