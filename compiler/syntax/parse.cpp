#include "compiler/syntax/parse.hpp"

#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/list_tokens.hpp"
#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/utf8.hpp"

#include <algorithm>
#include <span>

namespace syntax {

namespace {

bool is_clean(std::string_view text) {
    while (!text.empty()) {
        const auto bytes = character_bytes(text);
        if (bytes == 0 || text[0] == '\0') return false;
        text.remove_prefix(bytes);
    }
    return true;
}

/// The lexer takes well-formed text only: what is not becomes a space, after a message.
std::string clean(FileId file, std::string_view text, Diagnostics& diagnostics) {
    if (is_clean(text)) return std::string(text);
    std::string result;
    result.reserve(text.size());
    Position at;
    bool in_broken_run = false;
    while (!text.empty()) {
        const auto bytes = character_bytes(text);
        const bool broken = bytes == 0;
        const Span span{file, at, {at.line, at.column + 1}};
        if (broken && !in_broken_run)
            diagnostics.report({Kind::bad_utf8, span, "this is not UTF-8", {}, "save the file as UTF-8"});
        if (!broken && text[0] == '\0')
            diagnostics.report({Kind::nul_byte, span, "there is a NUL byte here"});
        if (broken || text[0] == '\0')
            result += ' ';
        else
            result += text.substr(0, bytes);
        ++at.column;
        if (text[0] == '\n') at = {at.line + 1, 1};
        in_broken_run = broken;
        text.remove_prefix(broken ? 1 : bytes);
    }
    return result;
}

bool expects(const SyntaxError& error, TokenKind kind) {
    return std::find(error.expected.begin(), error.expected.end(), kind) != error.expected.end();
}

std::string seen(const Token& token) {
    if (token.kind == TokenKind::end_of_file) return "the file ends";
    return "saw `" + token.text + "`";
}

std::string belongs(const SyntaxError& error) {
    if (error.before.kind == TokenKind::colon && error.seen.kind != TokenKind::colon) return "a value";
    if (expects(error, TokenKind::string) && expects(error, TokenKind::open_bracket)) return "a value";
    if (expects(error, TokenKind::if_) && expects(error, TokenKind::close_brace)) return "a statement";
    if (error.expected.size() == 1) return std::string(text_of(error.expected.front()));
    if (expects(error, TokenKind::end_of_file)) return "a declaration";
    if (expects(error, TokenKind::colon)) return "`:`";
    if (expects(error, TokenKind::close_paren) && expects(error, TokenKind::and_))
        return "`)` or an operator";
    if (expects(error, TokenKind::open_brace)) return "`{`";
    if (expects(error, TokenKind::close_brace)) return "`}`";
    if (expects(error, TokenKind::close_bracket)) return "`]`";
    if (expects(error, TokenKind::close_paren)) return "`)`";
    if (expects(error, TokenKind::name)) return "a name";
    return "something else";
}

bool is_keyword(TokenKind kind) { return kind <= TokenKind::false_; }

std::string hint(const SyntaxError& error, const std::string& wanted) {
    if (error.seen.kind == TokenKind::else_) return "an `else` follows the `}` of its `if`";
    if (is_keyword(error.seen.kind) && expects(error, TokenKind::name) && !expects(error, error.seen.kind))
        return "`" + error.seen.text + "` is a keyword and cannot be a name";
    if (wanted == "a declaration")
        return "a declaration is `name: value`, `Iface name { … }` or `Filter::IP name { … }`";
    if (wanted == "a statement")
        return "a statement is an action such as `accept`, a call, an `if`, or `Filter::TCP { … }`";
    if (wanted == "`(`" && error.before.kind == TokenKind::if_) return "write `if (condition) { … }`";
    if (wanted == "`{`") return "the body of a function and of an `if` stands in braces";
    if (error.seen.kind == TokenKind::minus && wanted == "a value")
        return "a negative number is written `(-5)`";
    return {};
}

void report(const SyntaxError& error, Diagnostics& diagnostics) {
    const auto wanted = belongs(error);
    diagnostics.report({Kind::syntax_error,
                        error.seen.span,
                        seen(error.seen) + " where " + wanted + " belongs",
                        {},
                        hint(error, wanted)});
}

/// The end of a piece that can be parsed by itself: a bracket that closes outside of all others ends a declaration,
/// but for the parentheses in a function's heading. Small pieces keep ANTLR's tree small.
std::size_t piece_end(const Tokens& tokens, std::size_t begin) {
    constexpr std::size_t piece_tokens_min = 4096;
    std::size_t depth = 0;
    for (auto i = begin; i < tokens.size(); ++i) {
        if (is_open_bracket(tokens[i].kind)) ++depth;
        if (!is_close_bracket(tokens[i].kind)) continue;
        --depth;
        if (depth == 0 && tokens[i].kind != TokenKind::close_paren && i - begin >= piece_tokens_min) return i + 1;
    }
    return tokens.size();
}

/// Parses piece by piece, and after each syntax error its piece again without the part that has it: so each error
/// is one that was made, and none a consequence of another.
Parsed parse_parts(FileId file, Balanced balanced, Diagnostics& diagnostics) {
    constexpr std::size_t errors_max = 20;
    auto tokens = std::move(balanced.tokens);
    Parsed parsed{{file, {}, {}}, !balanced.guessed_after};
    std::size_t errors = 0;
    for (std::size_t begin = 0; begin < tokens.size();) {
        const auto end = piece_end(tokens, begin);
        Diagnostics found;
        auto tree = parse_tokens(tokens, {begin, end}, found);
        if (tree.errors.empty() || errors == errors_max) {
            for (auto& diagnostic : found.sorted()) diagnostics.report(std::move(diagnostic));
            std::move(tree.declarations.begin(), tree.declarations.end(),
                      std::back_inserter(parsed.program.declarations));
            begin = end;
            continue;
        }
        ++errors;
        parsed.complete = false;
        const auto& error = tree.errors.front();
        const bool consequence = error.seen.inserted || error.before.inserted ||
                                 (balanced.guessed_after && *balanced.guessed_after < error.seen.span);
        if (!consequence) report(error, diagnostics);
        tokens = without_part(tokens, error.part, error.index);
    }
    return parsed;
}

bool is_number(const Token& token) {
    return token.kind == TokenKind::integer || token.kind == TokenKind::hex ||
           token.kind == TokenKind::address || token.kind == TokenKind::bad_number;
}

/// The value of one line. Lists may be long, and these few forms need no parser.
Value list_item(std::span<const Token> line, Diagnostics& diagnostics) {
    const auto span = join(line.front().span, line.back().span);
    const auto number = [&](const Token& token) {
        return number_value(token, false, token.span, diagnostics);
    };
    if (line.size() == 1 && is_number(line[0])) return number(line[0]);
    const bool pair = line.size() == 3 && is_number(line[0]) && is_number(line[2]);
    if (pair && line[1].kind == TokenKind::minus)
        return range_value(number(line[0]), number(line[2]), span, diagnostics);
    if (pair && line[1].kind == TokenKind::slash && line[0].kind == TokenKind::address)
        return cidr_value(line[0], line[2], false, span, diagnostics);
    diagnostics.report({Kind::bad_list_entry,
                        span,
                        "this line is no address, network, range or integer",
                        {},
                        "write one of them a line; comments start with `#`"});
    return {Bad{}, span};
}

} // namespace

Parsed parse(const Sources& sources, FileId file, Diagnostics& diagnostics) {
    const auto& source = sources[file];
    auto tokens = lex(file, clean(file, source.text, diagnostics));
    const bool comment_open = !tokens.empty() && tokens.back().kind == TokenKind::bad_comment;
    // An unclosed comment swallows closers: what the brackets then lack is no news.
    Diagnostics unsaid;
    auto balanced = balance(repair_tokens(std::move(tokens), diagnostics), comment_open ? unsaid : diagnostics);
    if (balanced.too_deep) return {{file, source.name, {}}, false};
    auto parsed = parse_parts(file, std::move(balanced), comment_open ? unsaid : diagnostics);
    parsed.program.name = source.name;
    return parsed;
}

Value parse_list(const Sources& sources, FileId file, const Span& span, Diagnostics& diagnostics) {
    const auto text = clean(file, sources[file].text, diagnostics);
    auto numbers = list_tokens(file, text);
    const auto tokens = numbers ? std::move(*numbers) : repair_tokens(lex(file, text), diagnostics);
    List list;
    for (auto line = tokens.begin(); line != tokens.end();) {
        const auto end = std::find_if(line, tokens.end(), [&](const Token& token) {
            return token.span.begin.line != line->span.begin.line;
        });
        list.items.push_back(list_item({line, end}, diagnostics));
        line = end;
    }
    return {std::move(list), span};
}

} // namespace syntax
