#include "compiler/syntax/lost_heading.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace syntax {

namespace {

class TokenRepair {
public:
    TokenRepair(Tokens tokens, Diagnostics& diagnostics)
        : tokens_(std::move(tokens)), diagnostics_(diagnostics) {}

    Tokens run() {
        out_.reserve(tokens_.size());
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            auto& token = tokens_[i];
            switch (token.kind) {
            case TokenKind::string:
            case TokenKind::name:
                if (const auto last = odd_quote(i))
                    i = close_string_at(i, *last);
                else
                    keep(token);
                break;
            case TokenKind::bad_string:
                i = close_string_at(i, second_half(i).value_or(i));
                break;
            case TokenKind::bad_character:
                i = stray_characters(i);
                break;
            default:
                keep(token);
            }
        }
        report_semicolons();
        return std::move(out_);
    }

private:
    void keep(const Token& token) {
        add(token);
        out_.back().inserted |= std::exchange(dropped_, false);
    }
    void add(const Token& token) {
        out_.push_back(token);
        switch (token.kind) {
        case TokenKind::open_paren:
            return open_.push_back(Inside::condition);
        case TokenKind::open_bracket:
            return open_.push_back(Inside::value);
        case TokenKind::open_brace:
            return open_.push_back(opens_body(out_, out_.size() - 1) ? Inside::body : Inside::value);
        case TokenKind::close_paren:
        case TokenKind::close_bracket:
        case TokenKind::close_brace:
            if (!open_.empty()) open_.pop_back();
            return;
        default:
            return;
        }
    }

    /// The quote without a partner on the line of a string, or of a name, that touches what follows as none does:
    /// `"a, "b"` and `a"`.
    std::optional<std::size_t> odd_quote(std::size_t first) const {
        for (auto i = first + 1; i < tokens_.size(); ++i) {
            const bool touches = tokens_[i - 1].span.end == tokens_[i].span.begin;
            if (tokens_[i].kind == TokenKind::bad_string) return touches ? std::optional(i) : std::nullopt;
            const bool of_text = tokens_[i].kind == TokenKind::name || tokens_[i].kind == TokenKind::bad_character;
            if (!touches || !of_text || tokens_[first].kind != TokenKind::string) return std::nullopt;
        }
        return std::nullopt;
    }

    /// Of the tokens from `first` to `last` one string; returns the index of the last.
    std::size_t close_string_at(std::size_t first, std::size_t last) {
        // `log(text ", ip.saddr)`: the word is a part of the string that lacks its first quote.
        const bool of_call = !open_.empty() && open_.back() == Inside::condition;
        if (of_call && out_.back().kind == TokenKind::name) out_.back().inserted = true;
        auto token = tokens_[last];
        token.span = join(tokens_[first].span, token.span);
        close_string(std::move(token));
        return last;
    }

    /// The index of the quote that ends the string of the token, when that is on the next line with nothing
    /// but closers behind it.
    std::optional<std::size_t> second_half(std::size_t first) const {
        const auto line = tokens_[first].span.begin.line;
        for (auto i = first + 1; i < tokens_.size() && tokens_[i].span.begin.line <= line + 1; ++i) {
            if (tokens_[i].kind == TokenKind::string) return std::nullopt;
            if (tokens_[i].kind != TokenKind::bad_string) continue;
            const bool closes = tokens_[i].text.find_first_not_of(")]},; \t", 1) == std::string::npos;
            return closes ? std::optional(i) : std::nullopt;
        }
        return std::nullopt;
    }

    /// The closers at the end of an unclosed string were hardly meant to be in it.
    void close_string(Token token) {
        diagnostics_.report({Kind::unclosed_string,
                             token.span,
                             "this string is not closed on its line",
                             {},
                             "end it with `\"`; a line break inside is written `\\n`"});
        Tokens closers;
        while (token.text.size() > 1 &&
               std::string_view(")]},; \t").find(token.text.back()) != std::string_view::npos) {
            const char c = token.text.back();
            token.text.pop_back();
            --token.span.end.column;
            Span span{token.span.file, token.span.end, {token.span.end.line, token.span.end.column + 1}};
            const auto kind = c == ')'   ? TokenKind::close_paren
                              : c == ']' ? TokenKind::close_bracket
                              : c == '}' ? TokenKind::close_brace
                                         : TokenKind::comma;
            if (c != ';' && c != ' ' && c != '\t') closers.push_back({kind, std::string(1, c), span, true});
        }
        if (token.text.ends_with('\\')) token.text.pop_back();
        token.kind = TokenKind::string;
        token.text += '"';
        token.inserted = true;
        out_.push_back(token);
        for (auto closer = closers.rbegin(); closer != closers.rend(); ++closer) {
            add(*closer);
        }
    }

    struct Meant {
        std::string_view text;
        TokenKind kind;
        std::string_view hint;
    };

    /// `return;`: the word is the mistake.
    bool follows_foreign_word() const {
        constexpr std::array<std::string_view, 4> words = {"return", "break", "continue", "exit"};
        return !out_.empty() && std::ranges::find(words, out_.back().text) != words.end();
    }

    /// The `=` of `$name = value`: of its two mistakes the first has been told.
    bool follows_sigil(std::string_view text, const Span& span) const {
        return text == "=" && open_.empty() && last_said_ == std::pair(span.begin.line, std::string(hint_for("$")));
    }

    /// Some are told each. Who writes more of them ends every line so, and that is one habit.
    void report_semicolons() {
        constexpr std::size_t told_each_max = 2, notes_max = 5;
        const auto message = [](const Semicolon& one) {
            return Diagnostic{Kind::stray_character, one.span, "`;` has no meaning here", {}, one.hint};
        };
        if (semicolons_.size() <= told_each_max) {
            for (const auto& one : semicolons_) diagnostics_.report(message(one));
            return;
        }
        auto whole = message(semicolons_.front());
        const auto others = semicolons_.size() - 1;
        whole.message += ", nor at " + std::to_string(others) + " other places";
        for (std::size_t i = 1; i <= std::min(others, notes_max); ++i)
            whole.notes.push_back({semicolons_[i].span, "it stands here too"});
        diagnostics_.report(std::move(whole));
    }

    /// `log("a";`: nothing else on the line closes what it opened.
    bool ends_call(std::size_t at) const {
        const auto line = tokens_[at].span.begin.line;
        const bool ends_line = at + 1 == tokens_.size() || tokens_[at + 1].span.begin.line != line;
        if (!ends_line || open_.empty() || open_.back() != Inside::condition) return false;
        for (auto token = out_.rbegin(); token != out_.rend() && token->span.begin.line == line; ++token)
            if (token->kind == TokenKind::open_paren) return true;
        return false;
    }

    /// `=` means `==` in parentheses and `:` outside, `;` a comma where values stand.
    std::optional<Meant> meant(std::string_view text, TokenKind behind) const {
        const bool in_condition = !open_.empty() && open_.back() == Inside::condition;
        const bool in_value = !open_.empty() && open_.back() == Inside::value;
        if (text == "=" && open_.empty() && out_.size() > 1 && out_.back().kind == TokenKind::name &&
            out_[out_.size() - 2].kind == TokenKind::name)
            return std::nullopt; // `Iface eth0 = {`
        const bool asks_for_list =
            behind == TokenKind::open_bracket && !out_.empty() && lower(out_.back().text) != "flags";
        if (text == "=" && in_condition && asks_for_list) return Meant{"in", TokenKind::in, "write `in`"};
        if (text == "=" && in_condition) return Meant{"==", TokenKind::equal, "compare with `==`"};
        const bool in_body = !open_.empty() && open_.back() == Inside::body;
        if (text == "=")
            return Meant{
                ":", TokenKind::colon,
                in_body ? "there are no variables: values are declared outside of functions, `name: value`"
                        : "write `name: value`"};
        if (text == "+" && in_condition && !out_.empty() && out_.back().kind == TokenKind::string)
            return Meant{",", TokenKind::comma, "what is logged stands between commas"};
        if (text == "\\" && !out_.empty() && out_.back().kind == TokenKind::address)
            return Meant{"/", TokenKind::slash, "a network is written with `/`, as in `10.0.0.0/24`"};
        if (text == "&") return Meant{"&&", TokenKind::and_, "write `and` or `&&`"};
        if (text == "|") return Meant{"||", TokenKind::or_, "write `or` or `||`"};
        if (text == ";" && in_value) return Meant{",", TokenKind::comma, hint_for(text)};
        return std::nullopt;
    }

    static std::string_view hint_for(std::string_view text) {
        if (text == ";")
            return "statements and declarations end by themselves, and members are separated by `,`";
        if (text == "\"" || shape_of_quote(text) > 0) return "strings stand between `\"`";
        if (text == "_") return "a name starts with a letter";
        if (text == "=") return "leave it out";
        if (text == "$") return "a name is written as it is declared, without `$`";
        if (text == "@") return "a name is written as it is declared, without `@`";
        if (text == "~" || text == "=~" || text == "!~")
            return "compare with `==`, or with `in` for networks and lists";
        if (text == "+" || text == "*" || text == "%") return "there is no arithmetic in the language";
        return {};
    }

    /// How many strokes a quotation mark of print has; 0 when it is none.
    static int shape_of_quote(std::string_view text) {
        constexpr std::array<std::string_view, 7> single = {"'", "`", "\xc2\xb4", "\xe2\x80\x98", "\xe2\x80\x99",
                                                            "\xe2\x80\x9a", "\xe2\x80\x9b"};
        constexpr std::array<std::string_view, 6> twice = {"\xc2\xab",     "\xc2\xbb",     "\xe2\x80\x9c",
                                                           "\xe2\x80\x9d", "\xe2\x80\x9e", "\xe2\x80\x9f"};
        const bool is_single = std::find(single.begin(), single.end(), text) != single.end();
        const bool is_double = std::find(twice.begin(), twice.end(), text) != twice.end();
        return is_single ? 1 : is_double ? 2 : 0;
    }

    /// The index of the token that closes a string in quotation marks of another kind, on the same line.
    std::optional<std::size_t> closing_quote(std::size_t first) const {
        const auto quote = shape_of_quote(tokens_[first].text);
        constexpr std::size_t tokens_max = 100; // no line of text has more in quotes
        const auto end = std::min(tokens_.size(), first + tokens_max);
        for (auto i = first + 1; i < end && quote != 0; ++i) {
            if (tokens_[i].span.begin.line != tokens_[first].span.begin.line) break;
            if (shape_of_quote(tokens_[i].text) == quote) return i;
        }
        return std::nullopt;
    }

    /// What stands between a token and the one before it, which may end on another line, or where this one ends:
    /// a string that is not closed reaches over what was made of the rest of its line.
    std::string blanks_before(std::size_t index) const {
        const auto& end = tokens_[index - 1].span.end;
        const auto& begin = tokens_[index].span.begin;
        if (begin.line != end.line) return " ";
        return std::string(begin.column > end.column ? begin.column - end.column : 0, ' ');
    }

    /// `'text'`; returns the index of the last token.
    std::size_t quoted_otherwise(std::size_t first, std::size_t last) {
        std::string text = "\"";
        for (auto i = first + 1; i < last; ++i) text += blanks_before(i) + tokens_[i].text;
        text += blanks_before(last) + '"';
        const auto span = join(tokens_[first].span, tokens_[last].span);
        diagnostics_.report({Kind::stray_character,
                             span,
                             "`" + tokens_[first].text + "` starts no string",
                             {},
                             "strings stand between `\"`: write `" + text + "`"});
        out_.push_back({TokenKind::string, std::move(text), span, true});
        return last;
    }

    bool ends_comment(std::size_t at) const {
        return tokens_[at].text == "*" && at + 1 < tokens_.size() && tokens_[at + 1].kind == TokenKind::slash &&
               tokens_[at].span.end == tokens_[at + 1].span.begin;
    }

    /// One message for a run of them; returns the index of the last one.
    std::size_t stray_characters(std::size_t first) {
        if (const auto closer = closing_quote(first)) return quoted_otherwise(first, *closer);
        if (ends_comment(first)) {
            diagnostics_.report({Kind::stray_character,
                                 join(tokens_[first].span, tokens_[first + 1].span),
                                 "`*/` ends no comment: none is open here",
                                 {},
                                 "leave it out; comments do not nest"});
            dropped_ = true;
            return first + 1;
        }
        std::size_t last = first;
        std::string text = tokens_[first].text;
        while (last + 1 < tokens_.size() && tokens_[last + 1].kind == TokenKind::bad_character &&
               tokens_[last + 1].span.begin == tokens_[last].span.end)
            text += tokens_[++last].text;
        const std::optional<Meant> replacement =
            text == ";" && ends_call(first) ? Meant{")", TokenKind::close_paren, "write `)`"} : meant(text, last + 1 < tokens_.size() ? tokens_[last + 1].kind : TokenKind::end_of_file);
        const auto span = join(tokens_[first].span, tokens_[last].span);
        const std::string known(replacement ? replacement->hint : hint_for(text));
        const std::string hint = known.empty() ? "leave it out" : known;
        // A second quotation mark of the wrong kind on the line is no second mistake.
        const bool is_again = text != ";" && !known.empty() && std::pair(span.begin.line, hint) == last_said_;
        const bool is_consequence = follows_sigil(text, span);
        last_said_ = {span.begin.line, hint};
        if (text == ";" && (!replacement || replacement->kind == TokenKind::comma)) {
            if (!follows_foreign_word()) semicolons_.push_back({span, hint});
        } else if (!is_again && !is_consequence)
            diagnostics_.report(
                {Kind::stray_character, span, "`" + printable(text) + "` has no meaning here", {}, hint});
        if (replacement)
            add({replacement->kind, std::string(replacement->text), span, true});
        else
            dropped_ = true;
        return last;
    }

    static std::string printable(const std::string& text) {
        if (text.size() == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f))
            return "\\x" + std::string(1, "01"[text[0] >> 4 & 1]) + "0123456789abcdef"[text[0] & 15];
        if (std::any_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < 0x20; })) return "\\x..";
        return text;
    }

    struct Semicolon {
        Span span;
        std::string hint;
    };

    Tokens tokens_;
    Diagnostics& diagnostics_;
    Tokens out_;
    std::vector<Semicolon> semicolons_; ///< that mean nothing and are left out
    enum class Inside : std::uint8_t { condition, value, body };
    std::vector<Inside> open_; ///< what the brackets around hold
    bool dropped_ = false; ///< the token before the next one was dropped, so it may seem out of place
    std::pair<std::uint32_t, std::string> last_said_; ///< line and hint
};

Tokens without_comments(Tokens tokens, Diagnostics& diagnostics) {
    for (const auto& token : tokens)
        if (token.kind == TokenKind::bad_comment) {
            const auto& begin = token.span.begin;
            diagnostics.report({Kind::unclosed_comment,
                                {token.span.file, begin, {begin.line, begin.column + 2}},
                                "this comment is never closed",
                                {},
                                "end it with `*/`"});
        }
    std::erase_if(tokens, [](const Token& token) {
        return token.kind == TokenKind::bad_comment || token.kind == TokenKind::block_comment ||
               token.kind == TokenKind::line_comment;
    });
    return tokens;
}

} // namespace

Tokens repair_tokens(Tokens tokens, Diagnostics& diagnostics) {
    auto quoted = with_missing_quotes(std::move(tokens), diagnostics);
    auto plain = plain_characters(without_comments(std::move(quoted), diagnostics), diagnostics);
    plain = without_foreign_lines(with_lost_headings(std::move(plain), diagnostics), diagnostics);
    return TokenRepair(respell(plain, diagnostics), diagnostics).run();
}

} // namespace syntax
