#include "tests/docs/generated.hpp"

#include "compiler/model/field.hpp"
#include "compiler/model/reason.hpp"
#include "compiler/sema/constants.hpp"
#include "compiler/sema/load.hpp"
#include "compiler/syntax/utf8.hpp"
#include "tests/docs/page.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <sstream>

namespace docs {

namespace {

using model::FieldKind;

std::string type_of(const model::FieldInfo& field) {
    switch (field.kind) {
    case FieldKind::address:
        return "ipv4";
    case FieldKind::port:
        return "port";
    case FieldKind::protocol:
        return "protocol";
    case FieldKind::icmp_type:
        return "ICMP type";
    case FieldKind::flags:
        return "flags";
    case FieldKind::state:
        return "state";
    case FieldKind::boolean:
        return "bool";
    case FieldKind::iface:
        return "Iface";
    case FieldKind::mac:
        return "mac";
    case FieldKind::number:
        return "integer";
    }
    return {};
}

std::string range_of(const model::FieldInfo& field) {
    switch (field.kind) {
    case FieldKind::number:
    case FieldKind::port:
    case FieldKind::protocol:
    case FieldKind::icmp_type:
        return fmt::format("0–{}{}", field.max(), field.scale > 1 ? fmt::format(", by {}", field.scale) : "");
    default:
        return "";
    }
}

std::string readable_in(const model::FieldInfo& field) {
    switch (field.layer) {
    case model::Layer::tcp:
        return "TCP";
    case model::Layer::udp:
        return "UDP";
    case model::Layer::icmp:
        return "ICMP";
    default:
        return field.field == model::Field::iface_out ? "forward, output, postrouting" : "everywhere";
    }
}

/// Cases hold broken bytes and endless lines too; a page does not.
std::string presentable(std::string_view text) {
    constexpr std::size_t columns_max = 110;
    std::string result;
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto bytes = syntax::character_bytes(text);
        const bool line_ends = text.front() == '\n';
        if (columns == columns_max && !line_ends) result += "…";
        if (columns < columns_max || line_ends)
            result += bytes == 0 ? "?" : std::string(text.substr(0, bytes));
        columns = line_ends ? 0 : columns + 1;
        text.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
    return result;
}

/// What the language cases show of each kind: the shortest whole message, of the first case by name.
std::map<std::string, std::string> examples() {
    std::vector<fs::path> cases;
    for (const auto& entry : fs::directory_iterator(PROJECT "/tests/language/cases"))
        if (entry.path().extension() == ".nacl") cases.push_back(entry.path());
    std::sort(cases.begin(), cases.end());
    std::map<std::string, std::string> shortest;
    for (const auto& file : cases) {
        std::string kind, message;
        const auto keep = [&] {
            const auto known = shortest.find(kind);
            if (!kind.empty() && (known == shortest.end() || message.size() < known->second.size()))
                shortest[kind] = message;
        };
        std::istringstream lines(text_of(file));
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with("//!")) continue;
            line = line.size() > 4 ? line.substr(4) : "";
            const auto bracket = line.rfind(" [");
            const bool starts = line.ends_with("]") && bracket != std::string::npos &&
                                syntax::kind_named(line.substr(bracket + 2, line.size() - bracket - 3));
            if (starts) {
                keep();
                kind = line.substr(bracket + 2, line.size() - bracket - 3);
                message.clear();
            }
            message += line + '\n';
        }
        keep();
    }
    return shortest;
}

} // namespace

std::string properties_table() {
    std::string table = "| property | type | values | read in | what it is |\n|---|---|---|---|---|\n";
    for (const auto& field : model::field_table)
        table += fmt::format("| `{}` | {} | {} | {} | {} |\n", field.name, type_of(field), range_of(field),
                             readable_in(field), field.text);
    return table;
}

std::string constants_table() {
    const auto kind_text = [](FieldKind kind) {
        return kind == FieldKind::flags ? std::string("TCP flag (its bit)")
                                        : std::string(sema::with_article(kind)).substr(2);
    };
    std::string table = "| constant | value | of type |\n|---|---|---|\n";
    for (const auto& name : sema::constant_names()) {
        const auto* constant = sema::constant_named(name);
        const bool article = constant->kind == FieldKind::icmp_type;
        table += fmt::format("| `{}` | {} | {} |\n", name, constant->value,
                             article ? "ICMP type" : kind_text(constant->kind));
    }
    return table;
}

std::string reasons_table() {
    std::string table = "| reason | why the packet was dropped |\n|---|---|\n";
#define REASON(name, text) table += "| `" #name "` | " text " |\n";
#include "runtime/reasons.def"
    return table;
}

std::string diagnostics_page() {
    std::string page =
        "<!-- Generated from compiler/syntax/diagnostics.def and the cases in tests/language/cases. After a "
        "change of\n"
        "     either: NACLC_UPDATE_DOCS=1 build/dev/tests/docs/docs_tests -->\n"
        "# Diagnostics\n\n"
        "Every message of the compiler has a kind, which stands in brackets at its end. `naclc explain-error "
        "KIND` prints\n"
        "what this page says about it. Errors stop whatever was asked for; warnings do so with `--werror`.\n"
        "The examples are messages as they are printed, from the project's own tests.\n";
    const auto shown = examples();
    for (const auto& kind : syntax::kinds()) {
        page += fmt::format("\n## {}\n\n{}. {}\n", kind.name,
                            kind.severity == syntax::Severity::error     ? "Error"
                            : kind.severity == syntax::Severity::warning ? "Warning"
                                                                         : "Note", kind.explanation);
        const auto example = shown.find(kind.name);
        if (example != shown.end())
            page += fmt::format("\n```text\n{}```\n", presentable(example->second));
    }
    return page;
}

} // namespace docs
