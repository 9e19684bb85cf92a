#include "compiler/syntax/render.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace syntax {

namespace {

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0u) != 0x80u; }

/// What can be shown of a line: control characters and broken UTF-8 must not reach a terminal.
std::string printable(std::string_view line) {
    std::string shown;
    for (const char c : line)
        shown += (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f ? '?' : c;
    return shown;
}

std::uint32_t columns_of(std::string_view line) {
    return static_cast<std::uint32_t>(std::count_if(line.begin(), line.end(), starts_character));
}

/// Tabs are kept as they are, so that the caret stands below its character at any tab width.
std::string underline(std::string_view line, std::uint32_t begin, std::uint32_t end) {
    std::string marks;
    std::uint32_t column = 1;
    for (const char c : line) {
        if (!starts_character(c)) continue;
        if (column >= begin) break;
        marks += c == '\t' ? '\t' : ' ';
        ++column;
    }
    marks.append(begin - column, ' ');
    marks += '^';
    if (end > begin + 1) marks.append(end - begin - 1, '~');
    return marks;
}

std::string place(const Span& span, const Sources& sources) {
    return sources[span.file].name + ':' + std::to_string(span.begin.line) + ':' +
           std::to_string(span.begin.column);
}

/// The columns of a line that are shown: all, or those around a place in a long one.
struct Window {
    std::uint32_t begin = 1;
    std::uint32_t end = 0; ///< past the last
    bool cut_before = false;
    bool cut_after = false;
};

constexpr std::uint32_t shown_max = 150;
constexpr std::uint32_t shown_before = 60; ///< the place

Window window(std::uint32_t place, std::uint32_t past_line) {
    if (past_line <= shown_max) return {1, past_line, false, false};
    Window result{place > shown_before ? place - shown_before : 1, 0, false, false};
    result.end = std::min(past_line, result.begin + shown_max);
    if (result.end - result.begin < shown_max) result.begin = result.end - shown_max;
    result.cut_before = result.begin > 1;
    result.cut_after = result.end < past_line;
    return result;
}

/// The characters of a line from one column up to another.
std::string_view columns(std::string_view line, std::uint32_t begin, std::uint32_t end) {
    std::size_t first = line.size(), last = line.size();
    std::uint32_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (!starts_character(line[i])) continue;
        if (++column == begin) first = i;
        if (column == end) last = i;
    }
    return line.substr(first, last - first);
}

std::string excerpt(const Span& span, const Sources& sources) {
    const auto line = sources[span.file].line(span.begin.line);
    const auto past_line = columns_of(line) + 1;
    const auto end = span.end.line > span.begin.line ? past_line : std::min(span.end.column, past_line);
    const auto begin = std::min(span.begin.column, past_line);
    const auto shown = window(begin, past_line);
    const std::string_view mark = "…";
    const auto text = columns(line, shown.begin, shown.end);
    const auto number = std::to_string(span.begin.line);
    const std::string margin(std::max<std::size_t>(5, number.size()) - number.size(), ' ');
    const auto marks = underline(text, begin - shown.begin + 1, std::min(end, shown.end) - shown.begin + 1);
    return margin + number + " | " + std::string(shown.cut_before ? mark : "") + printable(text) +
           std::string(shown.cut_after ? mark : "") + '\n' + std::string(margin.size() + number.size(), ' ') +
           " | " + (shown.cut_before ? " " : "") + marks + '\n';
}

/// nlohmann-json refuses broken UTF-8; source text in a message may have some.
nlohmann::ordered_json place_json(const Span& span, const std::string& severity, const std::string& message,
                                  const Sources& sources) {
    return {{"severity", severity},         {"message", message},          {"file", sources[span.file].name},
            {"line", span.begin.line},      {"column", span.begin.column}, {"end_line", span.end.line},
            {"end_column", span.end.column}};
}

std::string_view severity_name(Severity severity) {
    return severity == Severity::error ? "error" : "warning";
}

} // namespace

std::string render_text(const Diagnostic& diagnostic, const Sources& sources) {
    const auto& kind = info(diagnostic.kind);
    auto text = place(diagnostic.span, sources) + ": " + std::string(severity_name(kind.severity)) + ": " +
                diagnostic.message + " [" + kind.name + "]\n" + excerpt(diagnostic.span, sources);
    for (const auto& note : diagnostic.notes)
        text += place(note.span, sources) + ": note: " + note.message + '\n' + excerpt(note.span, sources);
    if (!diagnostic.hint.empty()) text += "hint: " + diagnostic.hint + '\n';
    return text;
}

std::string render_json(const Diagnostic& diagnostic, const Sources& sources) {
    const auto& kind = info(diagnostic.kind);
    auto object =
        place_json(diagnostic.span, std::string(severity_name(kind.severity)), diagnostic.message, sources);
    object["kind"] = kind.name;
    object["notes"] = nlohmann::ordered_json::array();
    for (const auto& note : diagnostic.notes)
        object["notes"].push_back(place_json(note.span, "note", note.message, sources));
    object["hint"] = diagnostic.hint;
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

} // namespace syntax
