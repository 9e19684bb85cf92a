#include "compiler/syntax/repair.hpp"

#include <algorithm>
#include <utility>

namespace syntax {

namespace {

class TokenRepair {
public:
    TokenRepair(Tokens tokens, Diagnostics& diagnostics)
        : tokens_(std::move(tokens)), diagnostics_(diagnostics) {}

    Tokens run() {
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            auto& token = tokens_[i];
            switch (token.kind) {
            case TokenKind::block_comment:
            case TokenKind::line_comment:
                break;
            case TokenKind::bad_comment:
                diagnostics_.report({Kind::unclosed_comment,
                                     opener(token),
                                     "this comment is never closed",
                                     {},
                                     "end it with `*/`"});
                break;
            case TokenKind::bad_string:
                close_string(token);
                break;
            case TokenKind::bad_character:
                i = stray_characters(i);
                break;
            default:
                track_parens(token);
                out_.push_back(std::move(token));
                out_.back().inserted = std::exchange(dropped_, false);
            }
        }
        return std::move(out_);
    }

private:
    static Span opener(const Token& token) {
        return {token.span.file, token.span.begin, {token.span.begin.line, token.span.begin.column + 2}};
    }

    /// `=` means `==` inside parentheses and `:` outside.
    void track_parens(const Token& token) {
        if (token.kind == TokenKind::open_paren) ++parens_;
        if (token.kind == TokenKind::close_paren && parens_ > 0) --parens_;
        if (token.kind == TokenKind::open_brace || token.kind == TokenKind::close_brace) parens_ = 0;
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
            track_parens(*closer);
            out_.push_back(*closer);
        }
    }

    struct Meant {
        std::string_view text;
        TokenKind kind;
        std::string_view hint;
    };

    std::optional<Meant> meant(std::string_view text) const {
        if (text == "=" && parens_ > 0) return Meant{"==", TokenKind::equal, "compare with `==`"};
        if (text == "=") return Meant{":", TokenKind::colon, "write `name: value`"};
        if (text == "&") return Meant{"&&", TokenKind::and_, "write `and` or `&&`"};
        if (text == "|") return Meant{"||", TokenKind::or_, "write `or` or `||`"};
        return std::nullopt;
    }

    static std::string hint_for(std::string_view text) {
        if (text == ";") return "statements and declarations end by themselves: leave the `;` out";
        if (text == "\"" || text == "'" || text.starts_with("\xe2\x80")) return "strings stand between `\"`";
        if (text == "_") return "a name starts with a letter";
        if (text == "+" || text == "*" || text == "%") return "there is no arithmetic in the language";
        return {};
    }

    /// One message for a run of them; returns the index of the last one.
    std::size_t stray_characters(std::size_t first) {
        std::size_t last = first;
        std::string text = tokens_[first].text;
        while (last + 1 < tokens_.size() && tokens_[last + 1].kind == TokenKind::bad_character &&
               tokens_[last + 1].span.begin == tokens_[last].span.end)
            text += tokens_[++last].text;
        const auto replacement = meant(text);
        const auto span = join(tokens_[first].span, tokens_[last].span);
        const auto hint = replacement ? std::string(replacement->hint) : hint_for(text);
        // A second quotation mark of the wrong kind on the line is no second mistake.
        const bool is_news = hint.empty() || std::pair(span.begin.line, hint) != last_said_;
        last_said_ = {span.begin.line, hint};
        if (is_news)
            diagnostics_.report(
                {Kind::stray_character, span, "`" + printable(text) + "` has no meaning here", {}, hint});
        if (replacement)
            out_.push_back({replacement->kind, std::string(replacement->text), span, true});
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

    Tokens tokens_;
    Diagnostics& diagnostics_;
    Tokens out_;
    std::size_t parens_ = 0;
    bool dropped_ = false; ///< the token before the next one was dropped, so it may seem out of place
    std::pair<std::uint32_t, std::string> last_said_; ///< line and hint
};

} // namespace

Tokens repair_tokens(Tokens tokens, Diagnostics& diagnostics) {
    return TokenRepair(std::move(tokens), diagnostics).run();
}

} // namespace syntax
