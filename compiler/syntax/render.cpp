#include "compiler/syntax/render.hpp"

#include "compiler/syntax/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace syntax {

namespace {

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0u) != 0x80u; }

/// What can be shown of a text: control characters and broken UTF-8 must not reach a terminal. Each is one
/// column, as it was in the source.
std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const auto character = text.substr(0, first_character_bytes(text));
        const auto byte = static_cast<unsigned char>(character[0]);
        const bool is_control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
        const bool is_c1 =
            character.size() == 2 && byte == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
        const bool is_broken = byte >= 0x80 && character.size() == 1;
        if (is_control || is_c1 || is_broken)
            shown += '?';
        else
            shown += character;
        text.remove_prefix(character.size());
    }
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

/// What is shown of a line, `columns_before` of its characters left out.
struct Excerpt {
    std::string_view line;
    std::uint32_t columns_before = 0;
    bool is_cut = false; ///< at its end too
};

/// Lines may be long, and messages about them many: of a long one the neighbourhood of the column is shown.
Excerpt neighbourhood(std::string_view line, std::uint32_t column) {
    constexpr std::uint32_t columns_max = 150, columns_to_the_left = 60;
    if (line.size() <= columns_max) return {line};
    const auto left = column > columns_to_the_left ? column - columns_to_the_left : 0;
    const auto before = std::min(left, static_cast<std::uint32_t>(line.size() - columns_max));
    // Where characters are bytes none need be counted, however long the line is.
    const auto up_to_end = line.substr(0, std::size_t{before} + columns_max);
    if (std::all_of(up_to_end.begin(), up_to_end.end(), [](char c) { return static_cast<signed char>(c) >= 0; }))
        return {up_to_end.substr(std::min<std::size_t>(before, up_to_end.size())), before,
                up_to_end.size() < line.size()};
    std::uint32_t columns = 0;
    std::size_t begin = 0, end = 0;
    for (; end < line.size() && columns < before + columns_max; ++columns) {
        if (columns == before) begin = end;
        end += first_character_bytes(line.substr(end));
    }
    return {line.substr(begin, end - begin), before, end < line.size()};
}

std::string excerpt(Span span, const Sources& sources) {
    const auto [line, columns_before, is_cut] =
        neighbourhood(sources[span.file].line(span.begin.line), span.begin.column);
    span.begin.column -= columns_before;
    span.end.column -= std::min(span.end.column, columns_before);
    const auto past_line = columns_of(line) + 1;
    const auto end = span.end.line > span.begin.line ? past_line : std::min(span.end.column, past_line);
    const auto number = std::to_string(span.begin.line);
    const std::string margin(std::max<std::size_t>(5, number.size()) - number.size(), ' ');
    const std::string_view mark = "…";
    const bool cut_before = columns_before > 0;
    return margin + number + " | " + std::string(cut_before ? mark : "") + printable(line) +
           std::string(is_cut ? mark : "") + '\n' + std::string(margin.size() + number.size(), ' ') + " | " +
           (cut_before ? " " : "") + underline(line, std::min(span.begin.column, past_line), end) + '\n';
}

/// A diagnostic, or a note, which has neither notes nor a hint.
nlohmann::ordered_json to_json(const Span& span, std::string_view severity, const std::string& message,
                               std::string_view kind, const Sources& sources) {
    return {{"severity", severity},
            {"message", message},
            {"file", sources[span.file].name},
            {"line", span.begin.line},
            {"column", span.begin.column},
            {"end_line", span.end.line},
            {"end_column", span.end.column},
            {"kind", kind},
            {"notes", nlohmann::ordered_json::array()},
            {"hint", ""}};
}

} // namespace

std::string render_text(const Diagnostic& diagnostic, const Sources& sources) {
    const auto& kind = info(diagnostic.kind);
    auto text = place(diagnostic.span, sources) + ": " + std::string(name(kind.severity)) + ": " +
                printable(diagnostic.message) + " [" + kind.name + "]\n" + excerpt(diagnostic.span, sources);
    for (const auto& note : diagnostic.notes)
        text += place(note.span, sources) + ": note: " + printable(note.message) + '\n' +
                excerpt(note.span, sources);
    if (!diagnostic.hint.empty()) text += "hint: " + printable(diagnostic.hint) + '\n';
    return text;
}

std::string render_json(const Diagnostic& diagnostic, const Sources& sources) {
    const auto& kind = info(diagnostic.kind);
    auto object = to_json(diagnostic.span, name(kind.severity), diagnostic.message, kind.name, sources);
    for (const auto& note : diagnostic.notes)
        object["notes"].push_back(to_json(note.span, "note", note.message, kind.name, sources));
    object["hint"] = diagnostic.hint;
    // It refuses broken UTF-8, and source text in a message may have some.
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

} // namespace syntax
