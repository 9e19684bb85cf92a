// Which functions may stand on which chain.
#include "compiler/sema/habits.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

namespace {

using syntax::Kind;

/// The translations that stand in a block, and the functions that it calls.
void each_translation(const Context& context, const model::Block& block,
                      std::vector<model::FunctionId>& called, std::set<model::StatementId>& found) {
    for (const auto& step : block) {
        if (const auto* verdict = std::get_if<model::Verdict>(&step.is)) {
            const auto action = context.appliance.statements[verdict->statement].action;
            if (action == model::Action::dnat || action == model::Action::snat)
                found.insert(verdict->statement);
        }
        if (const auto* enter = std::get_if<model::Enter>(&step.is))
            each_translation(context, enter->body, called, found);
        if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
            each_translation(context, branch->then, called, found);
            each_translation(context, branch->otherwise, called, found);
        }
        if (const auto* call = std::get_if<model::Call>(&step.is)) called.push_back(call->function);
    }
}

/// The translations that a function can reach.
std::set<model::StatementId> translations(const Context& context, model::FunctionId function) {
    std::set<model::StatementId> found;
    std::set<model::FunctionId> seen;
    std::vector<model::FunctionId> called = {function};
    while (!called.empty()) {
        const auto id = called.back();
        called.pop_back();
        if (seen.insert(id).second)
            each_translation(context, context.appliance.functions[id].body, called, found);
    }
    return found;
}

constexpr std::array<std::string_view, 4> hook_names = {"prerouting", "input", "output", "postrouting"};

std::optional<model::FunctionId> function_named(Context& context, const syntax::Name& name) {
    const auto* element = context.scope.find(name.text);
    if (element != nullptr && element->type == ElementType::unsupported) return std::nullopt;
    if (element != nullptr)
        if (const auto found = context.function_ids.find(element); found != context.function_ids.end())
            return found->second;
    if (element != nullptr) {
        context.report(Kind::unknown_function, name.span,
                       quoted(name.text) + " is " + kind_of(*element) + ", not a function", {},
                       {{element->name.span, "it is declared here"}});
        return std::nullopt;
    }
    std::vector<std::string> names;
    for (const auto* function : context.functions) names.push_back(function->name.text);
    const auto near = did_you_mean(name.text, names);
    const bool is_action = name.text == "accept" || name.text == "drop";
    context.report(Kind::unknown_function, name.span, "no function is called " + quoted(name.text),
                   is_action ? "a chain holds functions: `Filter::IP name { " + name.text + " }`" : near);
    return std::nullopt;
}

void check_subtype(Context& context, model::FunctionId id, const syntax::Value& item) {
    const auto& function = context.appliance.functions[id];
    if (function.kind != model::FunctionKind::filter || function.layer == model::Layer::ip) return;
    context.report(Kind::wrong_subtype, item.span,
                   quoted(function.name) + " is not for all packets: a Filter on a chain is a `Filter::IP`",
                   "call it from a `Filter::IP`, which decides about the other packets too",
                   {{context.functions[id]->name.span, "it is declared here"}});
}

} // namespace

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
        if (const auto function = function_named(context, path->parts.front())) {
            check_subtype(context, *function, *item);
            if (context.appliance.functions[*function].kind == model::FunctionKind::nat)
                context.pending("Nat", item->span);
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

void check_translations(Context& context) {
    for (const auto& iface : context.appliance.ifaces)
        for (std::size_t hook = 0; hook < iface.chains.size(); ++hook)
            for (const auto id : iface.chains[hook]) {
                for (const auto statement : translations(context, id)) {
                    const auto& made = context.appliance.statements[statement];
                    const bool dnat = made.action == model::Action::dnat;
                    const auto at = static_cast<model::Hook>(hook);
                    const bool fits = dnat ? at == model::Hook::prerouting || at == model::Hook::output
                                           : at == model::Hook::postrouting;
                    if (!fits)
                        context.report(
                            Kind::translation_misplaced, context.spans.at(made.place),
                            std::string(dnat ? "`dnat` in " : "`snat` in ") + std::string(hook_names[hook]) +
                                (dnat ? " comes too late to change where the packet goes"
                                      : " comes before it is known by which Iface the packet leaves"),
                            dnat ? "put it into `prerouting`, or `output` for packets made here"
                                 : "put it into `postrouting`");
                }
            }
}

} // namespace sema
