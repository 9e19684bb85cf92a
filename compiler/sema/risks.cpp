// What is legal and hardly wanted: elements that nobody refers to, and chains and Gateways that let
// everything in.
#include "compiler/sema/function.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

namespace {

using syntax::Kind;

/// Whether a packet can end in a block, or in a function that it calls.
class Droppers {
public:
    explicit Droppers(const model::Appliance& appliance) : appliance_(appliance) {}

    bool any(const std::vector<model::FunctionId>& chain) {
        return std::any_of(chain.begin(), chain.end(), [&](auto id) { return drops(id); });
    }

private:
    bool drops(model::FunctionId id) {
        if (!seen_.insert(id).second) return false; // its answer is part of another's
        return drops(appliance_.functions[id].body);
    }
    bool drops(const model::Block& block) {
        return std::any_of(block.begin(), block.end(), [&](const auto& step) { return drops(step); });
    }
    bool drops(const model::Step& step) {
        if (const auto* verdict = std::get_if<model::Verdict>(&step.is)) {
            const auto action = appliance_.statements[verdict->statement].action;
            return action == model::Action::drop || action == model::Action::reject;
        }
        if (const auto* branch = std::get_if<model::Branch>(&step.is))
            return drops(branch->then) || drops(branch->otherwise);
        if (const auto* enter = std::get_if<model::Enter>(&step.is)) return drops(enter->body);
        if (const auto* call = std::get_if<model::Call>(&step.is)) return drops(call->function);
        return false;
    }

    const model::Appliance& appliance_;
    std::set<model::FunctionId> seen_;
};

bool leads_everywhere(const model::Appliance& appliance, model::IfaceId id) {
    const auto& iface = appliance.ifaces[id];
    if (iface.config != model::IfaceConfig::fixed || (iface.ipv4 && iface.ipv4->gateway)) return true;
    return appliance.gateway &&
           std::any_of(appliance.gateway->routes.begin(), appliance.gateway->routes.end(),
                       [&](const auto& route) { return route.iface == id && route.destination.length == 0; });
}

/// Filters that say nothing but `accept`, where the Internet comes in.
void check_iface(Context& context, const Element& element, model::IfaceId id) {
    const auto& appliance = context.appliance;
    auto incoming = appliance.ifaces[id].chain(model::Hook::prerouting);
    const auto& input = appliance.ifaces[id].chain(model::Hook::input);
    incoming.insert(incoming.end(), input.begin(), input.end());
    const auto filter = std::find_if(incoming.begin(), incoming.end(), [&](auto f) {
        return appliance.functions[f].kind == model::FunctionKind::filter;
    });
    if (filter == incoming.end() || !leads_everywhere(appliance, id)) return;
    if (Droppers(appliance).any(incoming)) return;
    if (appliance.gateway && Droppers(appliance).any(appliance.gateway->forward)) return;
    const auto stops_what_leaves = [&](const model::Iface& iface) {
        return Droppers(appliance).any(iface.chain(model::Hook::postrouting));
    };
    if (appliance.gateway && std::ranges::any_of(appliance.ifaces, stops_what_leaves)) return;
    const auto& name = context.functions[*filter]->name;
    context.report(Kind::accepts_everything, element.name.span,
                   "whatever comes in by " + quoted(element.name.text) +
                       " is accepted: " + quoted(name.text) + " never drops",
                   "let it `drop` what nobody should send",
                   {{name.span, quoted(name.text) + " is declared here"}});
}

/// A Gateway without `forward`, where chains of Ifaces stop nothing on some way through it.
void check_gateway(Context& context, const Element& element) {
    const auto& appliance = context.appliance;
    const auto* object = std::get_if<syntax::Object>(&element.value.is);
    if (!appliance.gateway || (object != nullptr && find_pair(*object, "forward", true) != nullptr)) return;
    std::set<model::IfaceId> ifaces;
    for (const auto& route : appliance.gateway->routes) ifaces.insert(route.iface);
    const auto lets_all = [&](model::IfaceId id, model::Hook hook) {
        return !Droppers(appliance).any(appliance.ifaces[id].chain(hook));
    };
    std::string open; // the first of the ways on which nothing is stopped
    bool are_all = true;
    for (const auto from : ifaces)
        for (const auto to : ifaces) {
            if (from == to && ifaces.size() > 1) continue;
            const bool is_open = lets_all(from, model::Hook::prerouting) && lets_all(to, model::Hook::postrouting);
            are_all = are_all && is_open;
            if (is_open && open.empty())
                open = " from " + quoted(appliance.ifaces[from].name) + " to " + quoted(appliance.ifaces[to].name);
        }
    if (open.empty()) return;
    context.report(Kind::open_gateway, element.name.span,
                   "this Gateway forwards every packet that has a route" + (are_all ? "" : open),
                   "write `forward: …` with a Filter that decides");
}

} // namespace

void check_risks(Context& context) {
    // A mistake elsewhere may be why something is missing.
    if (context.diagnostics.has_errors()) return;
    for (const auto& [element, id] : context.iface_ids) check_iface(context, *element, id);
    for (const auto& element : context.scope.elements()) {
        if (element.type == ElementType::gateway) check_gateway(context, element);
        // What a policy imports may well hold more than it needs.
        const bool is_own = element.name.span.file == 0;
        // That it hides an action has been said, and that is why nothing refers to it.
        if (!is_own || element.is_used) continue;
        if (element.type == ElementType::untyped && !is_action(element.name.text))
            context.report(Kind::unused_name, element.name.span,
                           "nothing refers to " + quoted(element.name.text),
                           "leave it out, or use it in a condition or an object");
        if (element.type == ElementType::limit)
            context.report(Kind::unused_name, element.name.span, "nothing asks " + quoted(element.name.text),
                           "leave it out, or use `" + element.name.text + ".exceeded` in a condition");
    }
}

} // namespace sema
