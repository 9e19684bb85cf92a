#include "tests/language/mistakes.hpp"

#include <algorithm>
#include <array>

namespace broken {

namespace {

using K = syntax::TokenKind;
using Random = std::mt19937;

K kind(const Policy& policy, std::size_t i) {
    return i < policy.tokens.size() ? policy.tokens[i].kind : K::end_of_file;
}

Edit replaced(const Policy& policy, std::size_t i, std::string text) {
    const auto& token = policy.tokens[i];
    return {offset_of(policy, token), token.text.size(), std::move(text)};
}

/// Two letters in the wrong order, one left out, or one that stands twice; short words get one more.
std::string misspelt(std::string word, Random& random) {
    if (word.size() < 4) return word + word.back();
    const auto at = 1 + random() % (word.size() - 2);
    switch (random() % 3) {
    case 0:
        std::swap(word[at], word[at + 1]);
        return word;
    case 1:
        return word.erase(at, 1);
    default:
        return word.insert(at, 1, word[at]);
    }
}

std::optional<Edit> misspelt_at(const Policy& policy, std::size_t i, Random& random) {
    const auto& word = policy.tokens[i].text;
    auto wrong = misspelt(word, random);
    if (wrong == word) return std::nullopt;
    return replaced(policy, i, std::move(wrong));
}

bool is_key(const Policy& policy, std::size_t i) {
    const auto before = i == 0 ? K::end_of_file : kind(policy, i - 1);
    return kind(policy, i) == K::name && kind(policy, i + 1) == K::colon && kind(policy, i + 2) != K::colon &&
           (before == K::open_brace || before == K::comma);
}

bool follows_value(K before) {
    return before == K::colon || before == K::comma || before == K::open_bracket || syntax::is_relation(before);
}

std::optional<Edit> misspelt_key(const Policy& policy, std::size_t i, Random& random) {
    if (!is_key(policy, i)) return std::nullopt;
    return misspelt_at(policy, i, random);
}

std::optional<Edit> misspelt_property(const Policy& policy, std::size_t i, Random& random) {
    if (i == 0 || kind(policy, i - 1) != K::dot || kind(policy, i) != K::name) return std::nullopt;
    return misspelt_at(policy, i, random);
}

std::optional<Edit> misspelt_value(const Policy& policy, std::size_t i, Random& random) {
    const bool is_value = i > 0 && kind(policy, i) == K::name && follows_value(kind(policy, i - 1)) &&
                          kind(policy, i + 1) != K::colon && kind(policy, i + 1) != K::dot;
    if (!is_value) return std::nullopt;
    return misspelt_at(policy, i, random);
}

std::optional<Edit> misspelt_statement(const Policy& policy, std::size_t i, Random& random) {
    const bool is_statement = i > 0 && kind(policy, i) == K::name &&
                              (kind(policy, i - 1) == K::open_brace || kind(policy, i - 1) == K::close_brace) &&
                              (kind(policy, i + 1) == K::close_brace || kind(policy, i + 1) == K::open_paren);
    if (!is_statement) return std::nullopt;
    return misspelt_at(policy, i, random);
}

std::optional<Edit> misspelt_type(const Policy& policy, std::size_t i, Random& random) {
    const bool is_type = kind(policy, i) == K::name && kind(policy, i + 1) == K::name &&
                         policy.tokens[i].span.begin.column == 1;
    if (!is_type) return std::nullopt;
    return misspelt_at(policy, i, random);
}

std::optional<Edit> wrong_type(const Policy& policy, std::size_t i, Random& random) {
    const auto next = kind(policy, i + 1);
    if (i == 0 || !follows_value(kind(policy, i - 1)) || next == K::minus || next == K::slash) return std::nullopt;
    if (!syntax::is_literal(kind(policy, i)) || kind(policy, i) == K::string) return std::nullopt;
    constexpr std::array<std::string_view, 3> others = {"\"text\"", "10.0.0.9", "true"};
    const auto other = others[random() % others.size()];
    const bool is_same = (kind(policy, i) == K::address && other == others[1]) ||
                         ((kind(policy, i) == K::true_ || kind(policy, i) == K::false_) && other == others[2]);
    if (is_same) return std::nullopt;
    return replaced(policy, i, std::string(other));
}

std::optional<Edit> missing_comma(const Policy& policy, std::size_t i, Random&) {
    if (kind(policy, i) != K::comma || syntax::is_close_bracket(kind(policy, i + 1))) return std::nullopt;
    return replaced(policy, i, " ");
}

std::optional<Edit> missing_bracket(const Policy& policy, std::size_t i, Random&) {
    const auto is = kind(policy, i);
    if (!syntax::is_open_bracket(is) && !syntax::is_close_bracket(is)) return std::nullopt;
    return replaced(policy, i, " ");
}

std::optional<Edit> missing_colon(const Policy& policy, std::size_t i, Random&) {
    if (kind(policy, i) != K::colon) return std::nullopt;
    return replaced(policy, i, " ");
}

std::optional<Edit> missing_operator(const Policy& policy, std::size_t i, Random&) {
    const auto is = kind(policy, i);
    if (!syntax::is_relation(is) && is != K::and_ && is != K::or_) return std::nullopt;
    return replaced(policy, i, " ");
}

std::optional<Edit> bad_number(const Policy& policy, std::size_t i, Random& random) {
    const auto& text = policy.tokens[i].text;
    if (kind(policy, i) == K::address) return replaced(policy, i, text.substr(0, text.rfind('.') + 1) + "256");
    if (kind(policy, i) != K::integer) return std::nullopt;
    if (kind(policy, i - 1) == K::slash) return replaced(policy, i, "33");
    return replaced(policy, i, random() % 2 == 0 ? text + "x" : "99999999999999999999");
}

std::optional<Edit> doubled_key(const Policy& policy, std::size_t i, Random&) {
    const bool is_pair = is_key(policy, i) && syntax::is_literal(kind(policy, i + 2)) &&
                         policy.tokens[i + 2].span.begin.line == policy.tokens[i].span.begin.line;
    if (!is_pair) return std::nullopt;
    const auto begin = offset_of(policy, policy.tokens[i]);
    return Edit{begin, 0, policy.tokens[i].text + ": " + policy.tokens[i + 2].text + ", "};
}

std::optional<Edit> other_word(const Policy& policy, std::size_t i, Random& random) {
    const bool is_value = i > 0 && kind(policy, i) == K::name && follows_value(kind(policy, i - 1)) &&
                          kind(policy, i + 1) != K::colon && kind(policy, i + 1) != K::dot;
    if (!is_value) return std::nullopt;
    // One name that means nothing is told once, however often it stands.
    return replaced(policy, i, "word" + std::to_string(random()));
}

std::optional<Edit> stray_token(const Policy& policy, std::size_t i, Random& random) {
    constexpr std::array<std::string_view, 6> strays = {"=", ";", ",", "}", ")", "$"};
    if (i == 0 || policy.tokens[i].span.begin.line == policy.tokens[i - 1].span.begin.line) return std::nullopt;
    const auto begin = offset_of(policy, policy.tokens[i]);
    return Edit{begin, 0, std::string(strays[random() % strays.size()]) + " "};
}

constexpr std::array<Mistake, 14> all = {
    misspelt_key, misspelt_property, misspelt_value, misspelt_statement, misspelt_type, wrong_type,
    missing_comma, missing_bracket, missing_colon, missing_operator, bad_number, doubled_key, other_word,
    stray_token,
};

} // namespace

std::span<const Mistake> mistakes() { return all; }

} // namespace broken
