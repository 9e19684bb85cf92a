// Characters that look like those of the language and are others: they come from word processors, web pages and other
// alphabets. Each becomes the one that it was taken for, after a message that names it.
#include "compiler/syntax/repair.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace syntax {

namespace {

using K = TokenKind;

char32_t code_point(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.size() == 2) return (byte(0) & 31u) << 6 | (byte(1) & 63u);
    if (text.size() == 3) return (byte(0) & 15u) << 12 | (byte(1) & 63u) << 6 | (byte(2) & 63u);
    if (text.size() == 4)
        return (byte(0) & 7u) << 18 | (byte(1) & 63u) << 12 | (byte(2) & 63u) << 6 | (byte(3) & 63u);
    return text.empty() ? 0 : byte(0);
}

bool is_space(char32_t c) {
    return c == 0xa0 || (c >= 0x2000 && c <= 0x200d) || c == 0x202f || c == 0x205f || c == 0x2060 ||
           c == 0x3000 || c == 0xfeff;
}
/// The operators of mathematics, as word processors and other alphabets have them.
struct Operator {
    char32_t character;
    K kind;
    std::string_view meant;
};
constexpr std::array operators = {
    Operator{0x2260, K::not_equal, "!="},  Operator{0x2264, K::less_equal, "<="},
    Operator{0x2265, K::greater_equal, ">="}, Operator{0x2192, K::arrow, "->"},
    Operator{0x2227, K::and_, "and"},      Operator{0x2228, K::or_, "or"},
    Operator{0x2208, K::in, "in"},         Operator{0xac, K::not_, "not"},
};

bool is_dash(char32_t c) { return (c >= 0x2010 && c <= 0x2015) || c == 0x2212; }
/// Beyond ASCII most are, but for the blocks of punctuation and symbols.
bool is_letter(char32_t c) {
    return c >= 0xc0 && c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c < 0x2c00) && !(c >= 0x3000 && c < 0x3040) &&
           !(c >= 0xfe00 && c < 0xff20) && c < 0x1f000;
}

/// The letter under the accent, for the names of western Europe.
char plain_letter(char32_t c) {
    constexpr std::string_view from_c0 = "AAAAAAACEEEEIIIIDNOOOOO_OUUUUYTsaaaaaaaceeeeiiiidnooooo_ouuuuyty";
    return c >= 0xc0 && c < 0x100 ? from_c0[c - 0xc0] : '_';
}

std::string number_of(char32_t c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result = "U+";
    for (int shift = c > 0xffff ? 20 : 12; shift >= 0; shift -= 4) result += digits[c >> shift & 15];
    return result;
}

class Replacement {
public:
    Replacement(Tokens tokens, Diagnostics& diagnostics)
        : tokens_(std::move(tokens)), diagnostics_(diagnostics) {}

    Tokens run() {
        Tokens result;
        result.reserve(tokens_.size());
        for (std::size_t i = 0; i < tokens_.size();) {
            if (const auto end = end_of_name(i); end > i) {
                result.push_back(name(i, end));
                i = end;
                continue;
            }
            auto& token = tokens_[i++];
            const auto c = strange(token);
            if (is_space(c)) {
                report_space(token.span, c);
                continue;
            }
            if (is_dash(c)) {
                report(token.span, quoted_with_number(token.text, c) + " is a dash of print", "write `-`");
                token = {K::minus, "-", token.span, true};
            }
            const auto meant = std::ranges::find(operators, c, &Operator::character);
            if (meant != operators.end()) {
                report(token.span, quoted_with_number(token.text, c) + " is an operator of print",
                       "write `" + std::string(meant->meant) + "`");
                token = {meant->kind, std::string(meant->meant), token.span, true};
            }
            result.push_back(std::move(token));
        }
        return result;
    }

private:
    static char32_t strange(const Token& token) {
        return token.kind == K::bad_character && token.text.size() > 1 ? code_point(token.text) : 0;
    }
    static std::string quoted_with_number(const std::string& text, char32_t c) {
        return "`" + text + "` (" + number_of(c) + ")";
    }

    /// Behind a name with such letters or dashes in it; `begin` when there is none.
    std::size_t end_of_name(std::size_t begin) const {
        bool is_strange = false;
        auto end = begin;
        for (; end < tokens_.size(); ++end) {
            if (end > begin && tokens_[end - 1].span.end != tokens_[end].span.begin) break;
            const auto c = strange(tokens_[end]);
            const auto kind = tokens_[end].kind;
            const bool is_word = kind == K::name || kind <= K::false_;
            const bool in_word = end > begin && (kind == K::integer || kind == K::bad_number || is_dash(c));
            if (!is_word && !in_word && !is_letter(c)) break;
            is_strange |= is_letter(c) || is_dash(c);
        }
        return is_strange && !is_dash(strange(tokens_[end - 1])) ? end : begin;
    }

    Token name(std::size_t begin, std::size_t end) {
        std::string written, plain;
        const Token* first = nullptr;
        for (auto i = begin; i < end; ++i) {
            const auto c = strange(tokens_[i]);
            written += tokens_[i].text;
            if (c == 0)
                plain += tokens_[i].text;
            else
                plain += is_dash(c) ? '-' : plain_letter(c);
            if (c != 0 && first == nullptr) first = &tokens_[i];
        }
        if (plain[0] == '_') plain[0] = 'x';
        if (said_.insert(written).second)
            report(first->span, quoted_with_number(first->text, code_point(first->text)) + " cannot be in a name",
                   "names are made of the letters a to z, digits, `_` and `-`: write `" + plain + "`");
        return {K::name, plain, join(tokens_[begin].span, tokens_[end - 1].span), true};
    }

    /// Whoever pasted one pasted many.
    void report_space(const Span& span, char32_t c) {
        if (space_is_said_) return;
        space_is_said_ = true;
        report(span, "this is no ordinary space but " + number_of(c), "write a space");
    }

    void report(const Span& span, std::string message, std::string hint) {
        diagnostics_.report({Kind::stray_character, span, std::move(message), {}, std::move(hint)});
    }

    Tokens tokens_;
    Diagnostics& diagnostics_;
    std::set<std::string> said_; ///< names
    bool space_is_said_ = false;
};

} // namespace

Tokens plain_characters(Tokens tokens, Diagnostics& diagnostics) {
    for (const auto& token : tokens)
        if (token.kind == K::bad_character) return Replacement(std::move(tokens), diagnostics).run();
    return tokens;
}

} // namespace syntax
