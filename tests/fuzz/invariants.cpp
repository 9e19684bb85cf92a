#include "tests/fuzz/invariants.hpp"

#include "codegen/cpp.hpp"
#include "codegen/json.hpp"
#include "compiler/sema/load.hpp"
#include "compiler/syntax/format.hpp"
#include "compiler/syntax/parse.hpp"
#include "compiler/syntax/render.hpp"
#include "compiler/syntax/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace fuzz {

namespace {

using syntax::Diagnostic;
using syntax::Sources;
using Violation = std::optional<std::string>;

bool is_error(const Diagnostic& diagnostic) {
    return syntax::info(diagnostic.kind).severity == syntax::Severity::error;
}

bool is_inside(const syntax::Position& at, const syntax::Source& source) {
    if (at.line < 1 || at.column < 1 || at.line > source.line_starts.size()) return false;
    auto line = std::string_view(source.text).substr(source.line_starts[at.line - 1]);
    line = line.substr(0, line.find('\n'));
    return at.column <= syntax::characters_in(line) + 1;
}

bool is_inside(const syntax::Span& span, const Sources& sources) {
    return span.file < sources.size() && span.begin <= span.end &&
           is_inside(span.begin, sources[span.file]) && is_inside(span.end, sources[span.file]);
}

/// Nothing that a terminal obeys, and well-formed UTF-8.
bool is_printable(std::string_view text, std::string_view allowed) {
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text[0]);
        const auto bytes = syntax::character_bytes(text);
        const bool is_c1 = bytes == 2 && byte == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
        if (bytes == 0 || is_c1) return false;
        if ((byte < 0x20 || byte == 0x7f) && allowed.find(text[0]) == std::string_view::npos) return false;
        text.remove_prefix(bytes);
    }
    return true;
}

Violation wrong_place(const Diagnostic& diagnostic, const Sources& sources) {
    if (!is_inside(diagnostic.span, sources)) return "a span outside of its file: " + diagnostic.message;
    for (const auto& note : diagnostic.notes)
        if (!is_inside(note.span, sources)) return "a note's span outside of its file: " + note.message;
    return std::nullopt;
}

Violation wrong_text(const Diagnostic& diagnostic, const Sources& sources) {
    if (diagnostic.message.empty()) return "an empty message";
    if (diagnostic.message.find('\n') != std::string::npos) return "a message of several lines";
    for (const auto& note : diagnostic.notes)
        if (note.message.empty()) return "an empty note";
    const auto text = syntax::render_text(diagnostic, sources);
    if (!text.ends_with('\n')) return "a message that does not end its line";
    if (!is_printable(text, "\n\t"))
        return "control bytes in a message: " + syntax::info(diagnostic.kind).name;
    if (text.size() > 20'000 + 1'000 * diagnostic.notes.size()) return "a message that nobody can read";
    return std::nullopt;
}

Violation wrong_json(const Diagnostic& diagnostic, const Sources& sources) {
    const auto line = syntax::render_json(diagnostic, sources);
    if (line.find('\n') != line.size() - 1) return "JSON of several lines";
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (object.is_discarded()) return "JSON that is none";
    for (const auto* key :
         {"severity", "kind", "message", "file", "line", "column", "end_line", "end_column", "notes", "hint"})
        if (!object.contains(key)) return std::string("JSON without ") + key;
    return std::nullopt;
}

Violation wrong_diagnostics(const std::vector<Diagnostic>& diagnostics, const Sources& sources) {
    for (const auto& diagnostic : diagnostics) {
        if (auto wrong = wrong_place(diagnostic, sources)) return wrong;
        if (auto wrong = wrong_text(diagnostic, sources)) return wrong;
        if (auto wrong = wrong_json(diagnostic, sources)) return wrong;
    }
    if (!std::ranges::is_sorted(diagnostics, {}, &Diagnostic::span)) return "messages out of order";
    return std::nullopt;
}

/// All that is said about a policy but for the places, which a layout moves, and but for the words of another tool's line,
/// which are one mistake as long as they stand on one line.
std::vector<std::pair<syntax::Kind, std::string>> said(const sema::Loaded& loaded) {
    std::vector<std::pair<syntax::Kind, std::string>> result;
    for (const auto& diagnostic : loaded.diagnostics)
        if (diagnostic.kind != syntax::Kind::unknown_statement)
            result.emplace_back(diagnostic.kind, diagnostic.message);
    return result;
}

std::optional<std::string> formatted(const std::string& text, syntax::Diagnostics& diagnostics) {
    Sources sources;
    return syntax::format(sources, sources.add("f.nacl", text), diagnostics);
}

Violation wrong_format(const std::string& text, const sema::Loaded& before) {
    syntax::Diagnostics diagnostics, none;
    const auto once = formatted(text, diagnostics);
    if (once.has_value() == diagnostics.has_errors()) return "a format that is neither made nor refused";
    if (!once) return std::nullopt;
    if (formatted(*once, none) != once) return "a format that is not done after once";
    const auto after = sema::load_text("fuzz.nacl", *once);
    if (said(before) != said(after)) return "a format that changes what is said";
    if (before.appliance && codegen::to_json(*before.appliance) != codegen::to_json(*after.appliance))
        return "a format that changes the model";
    return std::nullopt;
}

Violation wrong_list(const std::string& text) {
    Sources sources;
    syntax::Diagnostics diagnostics;
    const auto file = sources.add("list.txt", text);
    syntax::parse_list(sources, file, {file, {}, {}}, diagnostics);
    return wrong_diagnostics(diagnostics.sorted(), sources);
}

} // namespace

std::optional<std::string> violation(const std::string& text) {
    const auto loaded = sema::load_text("fuzz.nacl", text);
    if (std::ranges::any_of(loaded.diagnostics, is_error) == loaded.appliance.has_value())
        return "a model and errors, or neither";
    if (auto wrong = wrong_diagnostics(loaded.diagnostics, loaded.sources)) return wrong;
    if (auto wrong = wrong_format(text, loaded)) return wrong;
    if (loaded.appliance && codegen::cpp(*loaded.appliance).empty())
        return "a policy without code";
    return wrong_list(text);
}

} // namespace fuzz
