#include "compiler/sema/question.hpp"

#include "compiler/syntax/parse.hpp"
#include "compiler/syntax/utf8.hpp"

#include <algorithm>
#include <array>

namespace sema {

namespace {

using syntax::Position;
using syntax::Span;

Span shown(const Span& span, const std::vector<Argument>& arguments) {
    // What is about a word of the command's is about the argument before it.
    auto of = arguments.front();
    for (const auto& argument : arguments)
        if (argument.first_line <= span.begin.line) of = argument;
    const auto inside = [&](const Position& position) {
        const auto [line, column] = std::clamp(position, {of.first_line, 1}, of.end);
        return Position{line - of.first_line + 1, column};
    };
    return {of.file, inside(span.begin), inside(span.end)};
}

} // namespace

bool is_about_closing(syntax::Kind kind) {
    using enum syntax::Kind;
    constexpr std::array kinds = {unclosed_bracket, stray_bracket, mismatched_bracket, unclosed_string,
                                  unclosed_comment};
    return std::ranges::find(kinds, kind) != kinds.end();
}

std::string text_of(const Question& question) {
    std::string text;
    for (const auto& piece : question) text += piece.text + '\n';
    return text;
}

std::vector<Argument> arguments_of(const Question& question, syntax::Sources& sources) {
    std::vector<Argument> arguments;
    std::uint32_t line = 1;
    for (const auto& piece : question) {
        const auto lines = static_cast<std::uint32_t>(std::ranges::count(piece.text, '\n')) + 1;
        if (!piece.option.empty()) {
            const auto file = sources.add(piece.option, piece.text);
            const auto columns = syntax::characters_in(sources[file].line(lines));
            arguments.push_back({file, line, {line + lines - 1, columns + 1}});
        }
        line += lines;
    }
    return arguments;
}

std::vector<syntax::Diagnostic> unclosed(const std::vector<Argument>& arguments,
                                         const syntax::Sources& sources) {
    std::vector<syntax::Diagnostic> result;
    for (const auto& argument : arguments) {
        syntax::Diagnostics found;
        syntax::parse(sources, argument.file, found);
        for (auto& diagnostic : found.sorted())
            if (is_about_closing(diagnostic.kind)) result.push_back(std::move(diagnostic));
    }
    return result;
}

void show_arguments(Loaded& loaded, syntax::FileId text, const std::vector<Argument>& arguments) {
    if (arguments.empty()) return;
    // An argument is short, and has no second part that could be told from the first syntax error.
    const auto is_syntax = [&](const syntax::Diagnostic& diagnostic) {
        return diagnostic.span.file == text && diagnostic.kind == syntax::Kind::syntax_error;
    };
    const auto first = std::ranges::find_if(loaded.diagnostics, is_syntax);
    if (first != loaded.diagnostics.end())
        loaded.diagnostics.erase(std::remove_if(first + 1, loaded.diagnostics.end(), is_syntax),
                                 loaded.diagnostics.end());
    for (auto& diagnostic : loaded.diagnostics) {
        if (diagnostic.span.file == text) diagnostic.span = shown(diagnostic.span, arguments);
        for (auto& note : diagnostic.notes)
            if (note.span.file == text) note.span = shown(note.span, arguments);
    }
}

} // namespace sema
