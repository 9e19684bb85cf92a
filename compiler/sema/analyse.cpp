#include "compiler/sema/analyse.hpp"

#include "compiler/sema/function.hpp"
#include "compiler/sema/members.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/resolve.hpp"

namespace sema {

namespace {

std::string policy_name(const std::string& path) {
    const std::string file = path.substr(path.find_last_of('/') + 1);
    return file.ends_with(".nacl") ? file.substr(0, file.size() - 5) : file;
}

void define_object(Context& context, const Element& element) {
    switch (element.type) {
    case ElementType::conntrack:
        return define_conntrack(context, element);
    case ElementType::load_balancer:
        return define_load_balancer(context, element);
    case ElementType::syslog:
        return define_syslog(context, element);
    case ElementType::timer:
        return define_timer(context, element);
    case ElementType::test:
        return define_test(context, element);
    default:
        return;
    }
}

/// Remembers of an object that it has a mistake.
template <typename Define>
void noting_faults(Context& context, const Element& element, const Define& define) {
    const auto errors = context.diagnostics.error_count();
    define(context, element);
    if (context.diagnostics.error_count() > errors) context.faulty.insert(&element);
}

template <typename Define>
void each(Context& context, ElementType type, const Define& define) {
    for (const auto& element : context.scope.elements())
        if (element.type == type) noting_faults(context, element, define);
}

} // namespace

const syntax::Object* object_value(Context& context, const Element& element) {
    const auto* object = std::get_if<syntax::Object>(&element.value.is);
    if (object == nullptr) report_no_object(context, element, "an object");
    return object;
}

void report_no_object(Context& context, const Element& element, const std::string& wanted) {
    const auto& value = element.value;
    const auto* path = std::get_if<syntax::Path>(&value.is);
    const bool is_unknown =
        path != nullptr && path->parts.size() == 1 && context.scope.find(path->parts.front().text) == nullptr;
    const auto settled = is_unknown ? Settled{&value} : settle(context, value);
    if (std::holds_alternative<Poison>(settled)) return;
    const auto* literal = std::get_if<const syntax::Value*>(&settled);
    const bool is_named = path != nullptr && literal != nullptr && items_in(**literal);
    context.report(syntax::Kind::wrong_member_type, value.span,
                   with_article(element.type) + " is " + wanted + (is_named ? " that is written out" : "") +
                       ", and " + text_of(value) + " is " + (is_named ? "the name of one" : kind_of(settled)),
                   "write `" + std::string(name_of(element.type)) + " " + element.name.text + " { … }`");
}

model::Appliance analyse(const std::vector<syntax::Program>& programs, syntax::Diagnostics& diagnostics,
                         std::optional<syntax::FileId> question) {
    Context context(diagnostics);
    context.question = question;
    for (const auto& program : programs) {
        context.appliance.files.push_back(program.name);
        context.folders[program.file] = program.folder;
    }
    if (!programs.empty()) context.appliance.name = policy_name(programs.front().name);

    // Names first, then what they are given from afar: nothing is read before it is whole.
    const auto assignments = collect(programs, context.scope, diagnostics);
    merge(assignments, context.scope, diagnostics);

    // Ids before bodies, so that everything may refer to everything.
    declare_ifaces(context);
    declare_functions(context);
    define_limits(context);
    check_names(context);
    each(context, ElementType::iface, define_iface);
    check_ifaces(context);
    each(context, ElementType::gateway, define_gateway);
    define_functions(context);
    each(context, ElementType::assertion, define_assert);
    for (const auto& element : context.scope.elements()) define_object(context, element);

    // What needs the whole.
    check_calls(context);
    check_flow(context);
    check_chains(context);
    check_risks(context);
    forget_asked_members(context);
    return std::move(context.appliance);
}

} // namespace sema
