#include "compiler/syntax/parse.hpp"

#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/list_tokens.hpp"
#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/syntax_hint.hpp"
#include "compiler/syntax/utf8.hpp"

#include <algorithm>
#include <span>

namespace syntax {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_clean(std::string_view text) {
    if (text.starts_with(byte_order_mark)) return false; // the first one is gone, and ANTLR would skip another
    while (!text.empty()) {
        const auto bytes = character_bytes(text);
        if (bytes == 0 || text[0] == '\0') return false;
        text.remove_prefix(bytes);
    }
    return true;
}

/// What is no text: one message for a run, and for the whole file at most so many.
constexpr std::size_t bad_runs_max = 5;

struct Cleaned {
    std::string text;
    bool is_text = true; ///< nothing else is worth saying about a file that is none
};

/// The lexer takes well-formed text only: what is not becomes a space, after a message.
Cleaned clean(FileId file, std::string_view text, Diagnostics& diagnostics) {
    if (is_clean(text)) return {std::string(text)};
    Cleaned result;
    result.text.reserve(text.size());
    Position at;
    if (text.starts_with(byte_order_mark)) {
        diagnostics.report({Kind::stray_character,
                            {file, at, {at.line, at.column + 1}},
                            "there is a second byte order mark here",
                            {},
                            "leave it out"});
        result.text += ' ';
        ++at.column;
        text.remove_prefix(byte_order_mark.size());
    }
    std::size_t runs = 0;
    bool in_broken_run = false, in_nul_run = false;
    while (!text.empty()) {
        const auto bytes = character_bytes(text);
        const bool broken = bytes == 0, nul = text[0] == '\0';
        const bool starts_run = (broken && !in_broken_run) || (nul && !in_nul_run);
        const Span span{file, at, {at.line, at.column + 1}};
        if (starts_run && ++runs <= bad_runs_max) {
            if (nul)
                diagnostics.report({Kind::nul_byte, span, "there is a NUL byte here"});
            else
                diagnostics.report({Kind::bad_utf8, span, "this is not UTF-8", {}, "save the file as UTF-8"});
        }
        const bool control = static_cast<unsigned char>(text[0]) < 0x20 && bytes == 1;
        if (control && !nul && text.find_first_of("\t\r\n\f") != 0 && runs > 0) result.is_text = false;
        if (broken || nul)
            result.text += ' ';
        else
            result.text += text.substr(0, bytes);
        ++at.column;
        if (text[0] == '\n') at = {at.line + 1, 1};
        in_broken_run = broken;
        in_nul_run = nul;
        text.remove_prefix(broken ? 1 : bytes);
    }
    if (runs > bad_runs_max) result.is_text = false;
    return result;
}

std::string seen(const Token& token) {
    if (token.kind == TokenKind::end_of_file) return "the file ends";
    return "saw `" + token.text + "`";
}

/// `ip.ttl ==` at the end of a line: what is missing is missing there, and not before what the next line begins with.
bool is_missing_at_line_end(const SyntaxError& error) {
    const auto wanted = belongs(error);
    const bool is_one_thing = wanted.starts_with('`') ? wanted.find(' ') == std::string::npos
                                                      : wanted == "a value" || wanted.ends_with(" or member") ||
                                                            wanted == "a number";
    return is_one_thing && error.before.kind != TokenKind::end_of_file && !is_close_bracket(error.before.kind) &&
           !is_open_bracket(error.before.kind) && error.before.kind != TokenKind::comma &&
           error.before.span.end.line != error.seen.span.begin.line;
}

void report(const SyntaxError& error, const Tokens& tokens, Diagnostics& diagnostics) {
    if (is_missing_at_line_end(error)) {
        const auto& before = error.before.span;
        diagnostics.report({Kind::syntax_error,
                            {before.file, before.end, before.end},
                            belongs(error) + " is missing after `" + error.before.text + "`",
                            {},
                            syntax_hint(error, tokens)});
        return;
    }
    diagnostics.report({Kind::syntax_error,
                        error.seen.span,
                        seen(error.seen) + " where " + belongs(error) + " belongs",
                        {},
                        syntax_hint(error, tokens)});
}

/// The end of a piece that can be parsed by itself: a bracket that closes outside of all others ends a
/// declaration, but for the parentheses in a function's heading. Small pieces keep ANTLR's tree small.
std::size_t piece_end(const Tokens& tokens, std::size_t begin) {
    constexpr std::size_t piece_tokens_min = 4096;
    std::size_t depth = 0;
    for (auto i = begin; i < tokens.size(); ++i) {
        if (is_open_bracket(tokens[i].kind)) ++depth;
        if (!is_close_bracket(tokens[i].kind)) continue;
        --depth;
        if (depth == 0 && tokens[i].kind != TokenKind::close_paren && i - begin >= piece_tokens_min)
            return i + 1;
    }
    return tokens.size();
}

/// The words on the lines of what one has and the other has not: what is left of these says something else.
void add_lost(const Tokens& whole, const Tokens& rest, std::set<std::string>& lost) {
    const auto same = [](const Token& a, const Token& b) { return a.span == b.span && a.inserted == b.inserted; };
    auto first = std::ranges::mismatch(whole, rest, same).in1;
    auto last = whole.end();
    for (auto kept = rest.end(); last != first && kept != rest.begin() && same(last[-1], kept[-1]); --kept) --last;
    const bool is_condition = first != whole.begin() && first[-1].kind == TokenKind::open_paren && last != whole.end() &&
                              last->kind == TokenKind::close_paren;
    const auto one_line = [&](const Token& a, const Token& b) {
        return !is_condition && a.span.begin.line == b.span.begin.line;
    };
    while (first != whole.begin() && first != last && one_line(first[-1], *first)) --first;
    while (last != whole.end() && first != last && one_line(last[-1], *last)) ++last;
    for (auto token = first; token != last; ++token)
        if (token->kind == TokenKind::name) lost.insert(token->text);
}

/// Parses piece by piece, and after each syntax error its piece again without the part that has it: so each
/// error is one that was made, and none a consequence of another.
Parsed parse_parts(FileId file, Tokens tokens, Diagnostics& diagnostics) {
    constexpr std::size_t errors_max = 20;
    Parsed parsed{{file, {}, {}}};
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
        const bool same_line = error.before.span.begin.line == error.seen.span.begin.line;
        const bool consequence = error.seen.inserted || (error.before.inserted && same_line);
        if (!consequence) report(error, tokens, diagnostics);
        auto rest = without_part(tokens, error.part, error.index);
        add_lost(tokens, rest, parsed.lost);
        tokens = std::move(rest);
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
                        "write one of them a line; comments start with `#` or `//`"});
    return {Bad{}, span};
}

} // namespace

Parsed parse(const Sources& sources, FileId file, Diagnostics& diagnostics, Tokens* lexed) {
    const auto& source = sources[file];
    auto cleaned = clean(file, source.text, diagnostics);
    if (!cleaned.is_text) return {{file, source.name, {}}, false, false};
    auto tokens = lex(file, cleaned.text);
    if (lexed != nullptr) *lexed = tokens;
    const bool comment_open = !tokens.empty() && tokens.back().kind == TokenKind::bad_comment;
    // An unclosed comment swallows closers: what the brackets then lack is no news.
    Diagnostics unsaid;
    auto balanced =
        balance(repair_tokens(std::move(tokens), diagnostics), comment_open ? unsaid : diagnostics);
    if (balanced.too_deep) return {{file, source.name, {}}, false};
    auto parsed = parse_parts(file, std::move(balanced.tokens), comment_open ? unsaid : diagnostics);
    parsed.program.name = source.name;
    if (comment_open) parsed.complete = parsed.reliable = false; // what it swallowed is unknown
    return parsed;
}

Value parse_list(const Sources& sources, FileId file, const Span& span, Diagnostics& diagnostics) {
    const auto cleaned = clean(file, sources[file].text, diagnostics);
    if (!cleaned.is_text) return {Bad{}, span};
    auto numbers = list_tokens(file, cleaned.text);
    const auto tokens = numbers ? std::move(*numbers) : repair_tokens(lex(file, cleaned.text), diagnostics);
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
