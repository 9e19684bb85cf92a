#include "compiler/syntax/format.hpp"

#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/layout.hpp"
#include "compiler/syntax/parse.hpp"

#include <algorithm>

namespace syntax {

namespace {

void add_starts(const std::vector<Statement>& body, std::set<Position>& starts) {
    for (const auto& statement : body) {
        starts.insert(statement.span.begin);
        if (const auto* function = std::get_if<Function>(&statement.is)) add_starts(function->body, starts);
        if (const auto* conditional = std::get_if<Conditional>(&statement.is)) {
            for (const auto& arm : conditional->arms) add_starts(arm.then, starts);
            add_starts(conditional->otherwise, starts);
        }
    }
}

/// Where declarations and statements begin: nothing in the tokens says so.
std::set<Position> starts_of(const Program& program) {
    std::set<Position> starts;
    for (const auto& declaration : program.declarations) {
        starts.insert(std::visit([](const auto& any) { return any.span.begin; }, declaration));
        if (const auto* function = std::get_if<Function>(&declaration)) add_starts(function->body, starts);
    }
    return starts;
}

/// Tokens, or comments, whose blanks are layout as well.
std::vector<std::pair<TokenKind, std::string>> content(const Tokens& tokens, bool comments) {
    std::vector<std::pair<TokenKind, std::string>> result;
    for (const auto& token : tokens) {
        if ((token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment) != comments)
            continue;
        result.emplace_back(token.kind, token.text);
        if (comments)
            std::erase_if(result.back().second, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    }
    return result;
}

} // namespace

bool same_content(const Tokens& left, const Tokens& right) {
    return content(left, false) == content(right, false) && content(left, true) == content(right, true);
}

std::optional<std::string> format(const Sources& sources, FileId file, Diagnostics& diagnostics) {
    const auto parsed = parse(sources, file, diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
    const auto tokens = lex(file, sources[file].text);
    auto text = lay_out(Shape(spaced(file, tokens), starts_of(parsed.program)));
    if (!same_content(tokens, lex(file, text))) return std::nullopt;
    return text;
}

} // namespace syntax
