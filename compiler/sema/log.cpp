#include "compiler/sema/log.hpp"

#include "compiler/model/severity.hpp"
#include "compiler/sema/condition.hpp"
#include "compiler/sema/habits.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

namespace {

using model::Layer;
using model::severity_names;
using syntax::Kind;

constexpr std::size_t log_max_bytes = 1000;

using Part = std::variant<std::string, model::Field>;

std::size_t longest_iface_name(const Context& context) {
    std::size_t longest = std::string_view("none").size();
    for (const auto& iface : context.appliance.ifaces) longest = std::max(longest, iface.name.size());
    return longest;
}

/// The longest text that a part can become.
std::size_t size_of(const Context& context, const Part& part) {
    if (const auto* text = std::get_if<std::string>(&part)) return text->size();
    switch (info(std::get<model::Field>(part)).kind) {
    case model::FieldKind::address:
        return std::string_view("255.255.255.255").size();
    case model::FieldKind::flags:
        return std::string_view("fin,syn,rst,psh,ack,urg,ece,cwr,ns").size();
    case model::FieldKind::state:
        return std::string_view("established").size();
    case model::FieldKind::mac:
        return std::string_view("00:00:00:00:00:00").size();
    case model::FieldKind::iface:
        return longest_iface_name(context);
    default:
        return std::string_view("4294967295").size();
    }
}

/// A number or an address, which could as well be a text.
bool is_written_out(const syntax::Value& value) {
    return std::holds_alternative<syntax::Integer>(value.is) ||
           std::holds_alternative<syntax::Address>(value.is) ||
           std::holds_alternative<syntax::Cidr>(value.is);
}

/// `lan.address`, which never changes.
std::string hint_for_address(const Context& context, const Element& element, const syntax::Path& path) {
    if (element.type != ElementType::iface || path.parts.size() != 2 || lower(path.parts[1].text) != "address") return {};
    const auto& ipv4 = context.appliance.ifaces[context.iface_ids.at(&element)].ipv4;
    return ipv4 ? "write `\"" + dotted(ipv4->address) + "\"`" : "";
}

std::string hint_for_log(const Context& context, const syntax::Value& value) {
    const auto* path = std::get_if<syntax::Path>(&value.is);
    if (path == nullptr) return is_written_out(value) ? "write `\"" + source_of(value) + "\"`" : "";
    const auto word = to_string(*path);
    if (const auto* element = context.scope.find(path->parts.front().text))
        return element->type == ElementType::untyped ? "write what it stands for, in quotes"
                                                     : hint_for_address(context, *element, *path);
    if (std::ranges::find(severity_names, lower(word)) != severity_names.end())
        return "severities belong to `syslog(" + word + ", …)`";
    if (const auto meant = hint_for_value(word); meant.starts_with("did you mean")) return meant;
    return "a text stands between `\"`, as in `\"" + word + "\"`";
}

std::optional<Part> log_part(Context& context, const syntax::Value& value, Layer layer) {
    if (const auto* text = std::get_if<syntax::String>(&value.is)) return text->text;
    const auto* path = std::get_if<syntax::Path>(&value.is);
    const bool is_element = path != nullptr && context.scope.find(path->parts.front().text) != nullptr;
    if (path != nullptr && path->parts.size() > 1 && !is_element) {
        const auto settled = settle(context, value);
        const auto* field = std::get_if<model::Field>(&settled);
        if (field == nullptr || !visible(context, *field, layer, value.span)) return std::nullopt;
        return *field;
    }
    if (!std::holds_alternative<syntax::Bad>(value.is))
        context.report(Kind::not_loggable, value.span,
                       text_of(value) + " cannot be logged: a log prints strings and packet properties",
                       hint_for_log(context, value));
    return std::nullopt;
}

/// From the argument `first` on.
std::optional<model::Log> logged(Context& context, const syntax::Action& action,
                                 std::optional<std::uint8_t> severity, std::size_t first,
                                 const syntax::Span& span, Layer layer) {
    model::Log result{severity, {}};
    bool fine = true;
    std::size_t bytes = 0;
    for (std::size_t i = first; i < action.arguments.size(); ++i) {
        auto part = log_part(context, action.arguments[i], layer);
        fine &= part.has_value();
        if (!part) continue;
        bytes += size_of(context, *part);
        result.parts.push_back(std::move(*part));
    }
    if (bytes > log_max_bytes) {
        context.report(Kind::log_too_long, span,
                       "this text can have " + std::to_string(bytes) + " bytes, and a log text has at most " +
                           std::to_string(log_max_bytes));
        return std::nullopt;
    }
    if (!fine) return std::nullopt;
    return result;
}

} // namespace

std::optional<model::Log> log_of(Context& context, const syntax::Action& action, const syntax::Span& span,
                                 Layer layer) {
    if (action.arguments.empty()) {
        context.report(Kind::wrong_arguments, action.name.span, "`log` has nothing to say",
                       "write `log(\"text\", ip.saddr)`");
        return std::nullopt;
    }
    return logged(context, action, std::nullopt, 0, span, layer);
}

std::optional<model::Log> syslog_of(Context& context, const syntax::Action& action, const syntax::Span& span,
                                    Layer layer) {
    const std::vector<std::string> words(severity_names.begin(), severity_names.end());
    const auto usage = "write `syslog(INFO, \"text\")`";
    if (action.arguments.size() < 2) {
        context.report(Kind::wrong_arguments, action.name.span,
                       "`syslog` takes a severity and something to say", usage);
        return std::nullopt;
    }
    const auto& first = action.arguments.front();
    const auto* path = std::get_if<syntax::Path>(&first.is);
    const auto word =
        path != nullptr && path->parts.size() == 1 ? lower(path->parts.front().text) : std::string();
    for (std::size_t i = 0; i < severity_names.size(); ++i)
        if (severity_names[i] == word)
            return logged(context, action, static_cast<std::uint8_t>(i), 1, span, layer);
    const auto near = did_you_mean(word, words);
    if (!std::holds_alternative<syntax::Bad>(first.is))
        context.report(Kind::unknown_severity, first.span, text_of(first) + " is no severity",
                       near.empty() ? "severities are " + one_of(words) : near);
    logged(context, action, {}, 1, span, layer);
    return std::nullopt;
}

} // namespace sema
