// A quote that is missing in what is logged: one more is tried at each place where a string may begin or end,
// and what makes arguments of the rest is what was meant. The lexer knows only that the last quote of the
// line has no partner.
#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/utf8.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace syntax {

namespace {

using K = TokenKind;

constexpr std::string_view blanks = " \t";
constexpr std::size_t characters_max = 1000; ///< nobody's logs are longer

std::size_t behind_blanks(std::string_view text, std::size_t i) {
    return std::min(text.find_first_not_of(blanks, i), text.size());
}

/// Behind the string that begins there; nothing where it has no end, or parentheses that do not match: one of
/// these may be that of the call.
std::optional<std::size_t> behind_string(std::string_view text, std::size_t i) {
    std::ptrdiff_t depth = 0;
    for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '(')
            ++depth;
        else if (text[i] == ')' && --depth < 0)
            return std::nullopt;
    }
    return i < text.size() && depth == 0 ? std::optional(i + 1) : std::nullopt;
}

/// Behind a property, or a single word where that is wanted.
std::optional<std::size_t> behind_word(std::string_view text, std::size_t i, bool is_single) {
    const auto is_of_word = [](char c) {
        return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    };
    const auto begin = i;
    while (i < text.size() && is_of_word(text[i])) ++i;
    const auto word = text.substr(begin, i - begin);
    return word.empty() || is_single != (word.find('.') == word.npos) ? std::nullopt : std::optional(i);
}

/// Where the `)` stands that ends the arguments at the text's begin; nothing when they are none. The first
/// may be a severity.
std::optional<std::size_t> end_of_arguments(std::string_view text, bool has_severity) {
    for (std::size_t i = 0;; ++i) {
        const bool is_severity = has_severity && i == 0;
        i = behind_blanks(text, i);
        if (i == text.size()) return std::nullopt;
        const auto end = text[i] == '"' ? behind_string(text, i) : behind_word(text, i, is_severity);
        if (!end) return std::nullopt;
        i = behind_blanks(text, *end);
        if (i < text.size() && text[i] == ')') return i;
        if (i == text.size() || text[i] != ',') return std::nullopt;
    }
}

struct Cured {
    std::string text;   ///< of the line from the first argument on
    std::size_t at = 0; ///< of the quote
    std::size_t end = 0;
};

/// Where a string may end, before commas and `)`; then where it may begin, behind commas and `(`. Of several
/// the one comes first that makes the shortest string.
std::vector<std::size_t> places_for_quote(std::string_view text) {
    std::vector<std::size_t> ends, begins{behind_blanks(text, 0)};
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ',' || text[i] == ')') ends.push_back(i);
        if (text[i] == ',') begins.push_back(behind_blanks(text, i + 1));
    }
    ends.insert(ends.end(), begins.rbegin(), begins.rend());
    return ends;
}

std::optional<Cured> with_quote(const std::string& text, bool has_severity) {
    for (const auto at : places_for_quote(text)) {
        auto cured = text;
        cured.insert(at, 1, '"');
        if (const auto end = end_of_arguments(cured, has_severity)) return Cured{std::move(cured), at, *end};
    }
    return std::nullopt;
}

class Lines {
public:
    Lines(Tokens tokens, Diagnostics& diagnostics) : tokens_(std::move(tokens)), diagnostics_(diagnostics) {}

    Tokens run() {
        out_.reserve(tokens_.size());
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            const bool is_call = i + 2 < tokens_.size() && tokens_[i].kind == K::name &&
                                 is_log(tokens_[i].text) && tokens_[i + 1].kind == K::open_paren;
            const auto last = is_call ? bad_string_behind(i) : std::nullopt;
            if (last && mend(i, *last))
                i = *last;
            else
                out_.push_back(tokens_[i]);
        }
        return std::move(out_);
    }

private:
    static bool is_log(std::string_view word) { return lower(word) == "log" || lower(word) == "syslog"; }

    /// On the same line.
    std::optional<std::size_t> bad_string_behind(std::size_t call) const {
        const auto line = tokens_[call].span.begin.line;
        const auto end = std::min(tokens_.size(), call + characters_max);
        for (auto i = call + 2; i < end && tokens_[i].span.begin.line == line; ++i)
            if (tokens_[i].kind == K::bad_string) return i;
        return std::nullopt;
    }

    /// As the tokens stand on their line.
    std::string written(std::size_t first, std::size_t last) const {
        std::string text;
        for (auto i = first; i <= last; ++i)
            text += std::string(tokens_[i].span.begin.column - tokens_[i - 1].span.end.column, ' ') +
                    tokens_[i].text;
        return text;
    }

    /// Puts out the line from the call on, when that lacks one quote.
    bool mend(std::size_t call, std::size_t last) {
        const auto text = written(call + 2, last);
        const bool has_severity = lower(tokens_[call].text) == "syslog";
        if (text.size() > characters_max || end_of_arguments(text, has_severity)) return false;
        const auto cured = with_quote(text, has_severity);
        if (!cured) return false;
        const auto begin = tokens_[call + 1].span.end;
        const auto file = tokens_[call].span.file;
        const auto columns_to = [&](std::size_t at) {
            return characters_in(std::string_view(cured->text).substr(0, at));
        };
        const Position place{begin.line, begin.column + columns_to(cured->at)};
        diagnostics_.report(
            {Kind::unclosed_string,
             {file, place, place},
             "a `\"` is missing here",
             {},
             "write `" + tokens_[call].text + '(' + cured->text.substr(0, cured->end + 1) + "`"});
        const auto as_written = [&](const Position& in_cured) {
            const auto column = in_cured.column - (in_cured.column > columns_to(cured->at) + 1 ? 1 : 0);
            return Position{begin.line, begin.column + column - 1};
        };
        out_.push_back(tokens_[call]);
        out_.push_back(tokens_[call + 1]);
        for (auto& token : lex(file, cured->text)) {
            token.span = {file, as_written(token.span.begin), as_written(token.span.end)};
            out_.push_back(std::move(token));
        }
        return true;
    }

    const Tokens tokens_;
    Diagnostics& diagnostics_;
    Tokens out_;
};

} // namespace

Tokens with_missing_quotes(Tokens tokens, Diagnostics& diagnostics) {
    if (std::ranges::none_of(tokens, [](const Token& token) { return token.kind == K::bad_string; }))
        return tokens;
    return Lines(std::move(tokens), diagnostics).run();
}

} // namespace syntax
