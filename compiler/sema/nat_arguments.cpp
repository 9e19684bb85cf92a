#include "compiler/sema/nat_arguments.hpp"

#include "compiler/sema/habits.hpp"
#include "compiler/sema/resolve.hpp"

namespace sema {

namespace {

using syntax::Kind;

bool is_port(Context& context, const syntax::Value& value) {
    const auto settled = settle(context, value);
    const auto* literal = std::get_if<const syntax::Value*>(&settled);
    const auto* constant = std::get_if<const Constant*>(&settled);
    return constant != nullptr
               ? (*constant)->kind == model::FieldKind::port
               : literal != nullptr && std::holds_alternative<syntax::Integer>((*literal)->is);
}

bool is_address(Context& context, const syntax::Value& value) {
    const auto settled = settle(context, value);
    const auto* literal = std::get_if<const syntax::Value*>(&settled);
    return literal != nullptr && std::holds_alternative<syntax::Address>((*literal)->is);
}

bool nat_address(Context& context, const syntax::Value& argument, std::uint32_t address,
                 NatArguments& result) {
    if (address != 0) return result.address = address, true;
    context.report(Kind::not_a_host, argument.span,
                   "no packet can be translated to `0.0.0.0`, which is no address",
                   "write the address of a host");
    return false;
}

bool nat_port(Context& context, const syntax::Value& argument, std::int64_t port, NatArguments& result) {
    if (port > 0 && port <= 65535) return result.port = static_cast<std::uint16_t>(port), true;
    context.report(Kind::port_out_of_range, argument.span,
                   "no packet can be translated to port " + std::to_string(port) +
                       ": ports go from 1 to 65535");
    return false;
}

/// `dnat(web)`, where `web` is an object with an address and a port, or an Iface.
std::string hint_for_owner(const Context& context, const syntax::Action& action, const syntax::Value& argument) {
    const auto* path = std::get_if<syntax::Path>(&argument.is);
    const auto* element = declared_as(context, argument);
    const auto* object = element == nullptr ? nullptr : std::get_if<syntax::Object>(&element->value.is);
    if (object == nullptr) return {};
    if (element->type != ElementType::iface && element->type != ElementType::untyped) return {};
    std::string members;
    for (const auto* key : {"address", "port"})
        if (find_pair(*object, key, element->type == ElementType::iface) != nullptr)
            members += (members.empty() ? "" : ", ") + to_string(*path) + '.' + key;
    return members.empty() ? "" : "write `" + action.name.parts.front().text + '(' + members + ")`";
}

bool nat_argument(Context& context, const syntax::Value& argument, bool may_be_port, bool may_be_address,
                  const std::string& usage, NatArguments& result) {
    const auto settled = settle(context, argument);
    if (std::holds_alternative<Poison>(settled)) return false;
    if (std::holds_alternative<model::Field>(settled)) {
        report_without_packet(context, argument);
        return false;
    }
    if (const auto* literal = std::get_if<const syntax::Value*>(&settled)) {
        const auto* address = std::get_if<syntax::Address>(&(*literal)->is);
        const auto* port = std::get_if<syntax::Integer>(&(*literal)->is);
        if (address != nullptr && may_be_address)
            return nat_address(context, argument, address->ipv4, result);
        if (port != nullptr && may_be_port) return nat_port(context, argument, port->value, result);
    }
    const auto* constant = std::get_if<const Constant*>(&settled);
    if (constant != nullptr && (*constant)->kind == model::FieldKind::port && may_be_port)
        return result.port = static_cast<std::uint16_t>((*constant)->value), true;
    const std::string wanted = may_be_address && may_be_port ? "an address or a port"
                               : may_be_port                 ? "a port"
                                                             : "an address";
    const auto* literal = std::get_if<const syntax::Value*>(&settled);
    auto hint = literal == nullptr ? std::string() : hint_for_string(**literal);
    std::vector<syntax::Note> notes;
    if (!hint.empty() && *literal != &argument)
        notes.push_back({(*literal)->span, text_of(**literal) + " stands here"});
    context.report_value(Kind::wrong_arguments, argument,
                         text_of(argument) + " is " + kind_of(settled) + ", not " + wanted,
                         hint.empty() ? usage : std::move(hint), std::move(notes));
    return false;
}

} // namespace

std::optional<NatArguments> nat_arguments(Context& context, const syntax::Action& action,
                                          const std::string& word) {
    const auto count = action.arguments.size();
    auto usage = count == 1 ? hint_for_owner(context, action, action.arguments.front()) : std::string();
    if (usage.empty())
        usage = "write `" + word + "(10.0.0.5)`, `" + word + "(8080)` or `" + word + "(10.0.0.5, 8080)`";
    if (count == 0 || count > 2) {
        context.report(Kind::wrong_arguments, action.name.span,
                       quoted(word) + " takes an address, a port, or both, and got " + std::to_string(count) +
                           " arguments",
                       usage);
        return std::nullopt;
    }
    NatArguments result;
    if (count == 2 && is_port(context, action.arguments[0]) && is_address(context, action.arguments[1])) {
        context.report(Kind::wrong_arguments, action.arguments.front().span,
                       "the address comes first, and then the port",
                       "write `" + word + "(" + source_of(action.arguments[1]) + ", " +
                           source_of(action.arguments[0]) + ")`");
        return std::nullopt;
    }
    bool fine = true;
    for (std::size_t i = 0; i < count; ++i)
        fine &= nat_argument(context, action.arguments[i], i + 1 == count, i == 0, usage, result);
    return fine ? std::optional(result) : std::nullopt;
}

} // namespace sema
