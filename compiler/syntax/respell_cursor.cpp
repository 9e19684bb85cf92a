// Where the passes that respell are.
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

#include <algorithm>

namespace syntax::respelling {

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool Cursor::is(std::size_t ahead, K kind) const {
    return next + ahead < tokens.size() && token(ahead).kind == kind;
}

const Token& Cursor::token(std::size_t ahead) const { return tokens[next + ahead]; }

std::string Cursor::word_at(std::size_t ahead) const {
    return is(ahead, K::name) ? lower(token(ahead).text) : "";
}

K Cursor::before() const { return out.empty() ? K::end_of_file : out.back().kind; }

bool Cursor::starts_line(std::size_t ahead) const {
    const auto index = next + ahead;
    return index == 0 || index >= tokens.size() ||
           tokens[index - 1].span.end.line != tokens[index].span.begin.line;
}

std::size_t Cursor::tokens_on_line() const {
    std::size_t count = 1;
    while (next + count < tokens.size() && !starts_line(count)) ++count;
    return count;
}

bool Cursor::in_condition() const {
    const auto opener = in(K::open_paren) ? open.back().index : 0;
    if (opener == 0) return false;
    const auto kind = out[opener - 1].kind;
    return kind == K::if_ || kind == K::open_paren || kind == K::and_ || kind == K::or_ || kind == K::not_;
}

bool Cursor::opener_follows(std::initializer_list<std::string_view> words) const {
    const auto index = open.empty() ? 0 : open.back().index;
    return index > 0 && one_of(lower(out[index - 1].text), words);
}

void Cursor::take() {
    const auto kind = token().kind;
    out.push_back(token());
    if (is_open_bracket(kind)) {
        const bool body = kind == K::open_brace && opens_body(out, out.size() - 1);
        open.push_back({kind, body, false, out.size() - 1});
    } else if (is_close_bracket(kind) && !open.empty() && (kind == K::close_brace || !in(K::open_brace))) {
        const auto opener = open.back().index;
        open_before_closer = opener > 0 ? out[opener - 1].kind : K::end_of_file;
        if (open.back().is_braced_list && kind == K::close_brace)
            out.back() = {K::close_bracket, "]", token().span, true};
        open.pop_back();
    }
    ++next;
}

void Cursor::put(K kind, std::string_view text, const Span& span) {
    out.push_back({kind, std::string(text), span, true});
}

void Cursor::report(Kind kind, const Span& span, std::string message, std::string hint) {
    diagnostics.report({kind, span, std::move(message), {}, std::move(hint)});
}

bool Cursor::in(K bracket) const { return !open.empty() && open.back().bracket == bracket; }

std::size_t Cursor::closer_of(std::size_t opener) const {
    constexpr std::size_t tokens_max = 500;
    std::size_t depth = 0;
    for (auto i = opener; i < opener + tokens_max && next + i < tokens.size(); ++i) {
        if (is_open_bracket(token(i).kind)) ++depth;
        if (is_close_bracket(token(i).kind) && --depth == 0) return i;
    }
    return 0;
}

std::string Cursor::written(std::size_t begin, std::size_t end) const {
    constexpr std::size_t tokens_max = 12;
    if (end - begin > tokens_max) return "…";
    return syntax::written(tokens, {next + begin, next + end});
}

std::string Cursor::value_at(std::size_t ahead) const { return syntax::value_at(tokens, next + ahead); }

bool Cursor::is_value_alone(std::size_t ahead) const {
    const auto end = next + ahead + tokens_of_value(tokens, next + ahead);
    return end > next + ahead && (end == tokens.size() || starts_line(end - next) ||
                                  tokens[end].kind == K::comma || is_close_bracket(tokens[end].kind));
}

bool Cursor::opens_block() const {
    if (!is(1, K::open_paren)) return false;
    std::size_t depth = 0;
    for (std::size_t i = 1; next + i < tokens.size(); ++i) {
        const auto kind = token(i).kind;
        if (kind == K::open_paren) ++depth;
        if (kind == K::close_paren && --depth == 0) return i > 2 && is(i + 1, K::open_brace);
        if (kind == K::open_brace || kind == K::close_brace) return false;
    }
    return false;
}

std::size_t Cursor::words_of_name(std::size_t ahead) const {
    auto end = ahead;
    while (is(end, K::name) || (end > ahead && next + end < tokens.size() && token(end).kind <= K::false_)) {
        if (starts_line(end)) break;
        ++end;
    }
    return end - ahead;
}

void Cursor::join_words(std::size_t count) {
    auto name = token().text;
    for (std::size_t i = 1; i < count; ++i) name += '_' + token(i).text;
    const auto span = join(token().span, token(count - 1).span);
    report(Kind::bad_name, span, "a name is one word", "write `" + name + "`");
    put(K::name, name, span);
    next += count;
}

void Cursor::respell_word(std::string_view meant, K kind) {
    report(Kind::syntax_error, token().span, quoted(token().text) + " has no meaning here",
           meant.empty() ? "leave it out" : "write " + quoted(meant));
    if (!meant.empty()) put(kind, meant, token().span);
    ++next;
}

bool Cursor::declares_function(const std::string& name) const {
    for (std::size_t i = 2; i + 2 < tokens.size(); ++i)
        if (tokens[i - 1].kind == K::colon && tokens[i].kind == K::name && tokens[i + 1].text == name &&
            tokens[i + 2].kind == K::open_brace)
            return true;
    return false;
}

bool Cursor::names_function(std::size_t index) const {
    const auto kind = [&](std::size_t i) {
        return index + i < tokens.size() ? tokens[index + i].kind : K::end_of_file;
    };
    return kind(0) == K::name && kind(1) == K::colon && kind(2) == K::colon && kind(3) == K::name &&
           kind(4) <= K::false_ && kind(5) == K::open_brace;
}

bool Cursor::is_function_word() const {
    return one_of(word_at(0), {"filter", "nat", "assert", "import", "include"});
}

bool Cursor::begins_statement(std::size_t i) const {
    if (is(i, K::if_)) return is(i + 1, K::open_paren);
    if (!is(i, K::name)) return false;
    if (is(i + 1, K::colon)) return is(i + 2, K::colon);
    return is_verdict(token(i).text) || is(i + 1, K::open_paren) || is(i + 1, K::name) || is(i + 1, K::if_);
}

std::string Cursor::type_around() const {
    if (open.empty() || !open.back().is_body) return {};
    for (const auto& bracket : open) { // the outermost has a heading
        auto first = bracket.index;
        while (first > 0 && out[first].kind != K::colon) --first;
        if (first > 1 && out[first - 1].kind == K::colon) return out[first - 2].text;
    }
    return {};
}

bool Cursor::is_literal_at(std::size_t ahead) const {
    return next + ahead < tokens.size() && is_literal(token(ahead).kind);
}

} // namespace syntax::respelling
