// Names that are none as they are written, and numbers.
#include "compiler/syntax/respell.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace syntax::respelling {

namespace {

constexpr std::string_view word_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

/// Whether the number at `index` is the name of a value, object or function: `Iface 2lan {`.
bool names_by_number(const Cursor& at, std::size_t index) {
    const bool is_integer = at.tokens[index].kind == K::integer;
    if ((at.tokens[index].kind != K::bad_number && !is_integer) ||
        at.tokens[index].text.find('.') != std::string::npos)
        return false;
    const bool begins_line =
        index == 0 || at.tokens[index - 1].span.end.line != at.tokens[index].span.begin.line;
    const bool has_letter = at.tokens[index].text.find_first_not_of("0123456789") != std::string::npos;
    if (begins_line && has_letter && at.tokens[index + 1].kind == K::colon) return true; // `2lan: 10.0.0.0/8`
    if (index == 0) return false;
    const auto& type = at.tokens[index - 1];
    const bool of_function =
        index > 2 && at.tokens[index - 2].kind == K::colon && at.tokens[index - 3].kind == K::colon;
    return type.kind == K::name && (of_function || names_type(type.text)) &&
           at.tokens[index + 1].kind == K::open_brace;
}

/// `voip_20` for `20_voip`, `test1` for the Test `1`.
std::string with_letter_first(const std::string& text, const std::string& type) {
    const auto behind_digits = text.find_first_not_of("0123456789");
    const auto letter = text.find_first_not_of("0123456789_");
    if (letter == text.npos) return lower(type) + text;
    return text.substr(letter) + text.substr(behind_digits, letter - behind_digits) +
           text.substr(0, behind_digits);
}

/// It is one mistake, however often the name is used.
bool number_as_name(Cursor& at) {
    const bool is_declared = at.next + 1 < at.tokens.size() && names_by_number(at, at.next);
    const bool is_used = at.is(0, K::bad_number) && at.numbers_as_names.contains(at.token().text);
    if (!is_declared && !is_used) return false;
    if (is_declared) {
        const auto& text = at.token().text;
        at.report(Kind::bad_name, at.token().span, quoted(text) + " is no name, which starts with a letter",
                  "write `" + with_letter_first(text, at.next > 0 ? at.tokens[at.next - 1].text : "") + "`");
    }
    at.put(K::name, at.token().text, at.token().span);
    ++at.next;
    return true;
}

/// How many tokens from `first` on are one word with dots in it: `eth0.20`.
std::size_t tokens_of_dotted(const Cursor& at, std::size_t first) {
    const auto touches = [&](std::size_t i) { return at.tokens[i].span.end == at.tokens[i + 1].span.begin; };
    const auto is_part = [](K kind) {
        return kind == K::name || kind == K::integer || kind == K::decimal || kind == K::bad_number;
    };
    auto end = first + 1;
    while (end + 1 < at.tokens.size() && at.tokens[end].kind == K::dot && touches(end - 1) && touches(end) &&
           is_part(at.tokens[end + 1].kind))
        end += 2;
    return end - first;
}

/// `Iface eth0.20 {`, `Filter::IP from.world {`
bool declares_dotted(const Cursor& at, std::size_t name) {
    if (name == 0 || at.tokens[name].kind != K::name) return false;
    const auto end = name + tokens_of_dotted(at, name);
    const auto& type = at.tokens[name - 1];
    const bool of_function =
        name > 2 && at.tokens[name - 2].kind == K::colon && at.tokens[name - 3].kind == K::colon;
    return end > name + 1 && end < at.tokens.size() && at.tokens[end].kind == K::open_brace &&
           type.kind == K::name && (of_function || names_type(type.text));
}

std::string text_of(const Cursor& at, std::size_t first, std::size_t count) {
    std::string text;
    for (auto i = first; i < first + count; ++i) text += at.tokens[i].text;
    return text;
}

} // namespace

/// It too is one mistake, and the parser sees one word wherever it is used.
bool dotted_name(Cursor& at) {
    if (at.dotted_names.empty() || !at.is(0, K::name)) return false;
    auto count = tokens_of_dotted(at, at.next);
    while (count > 1 && !at.dotted_names.contains(text_of(at, at.next, count))) count -= 2;
    if (count == 1) return false;
    auto text = text_of(at, at.next, count);
    const auto span = join(at.token().span, at.token(count - 1).span);
    std::ranges::replace(text, '.', '_');
    if (declares_dotted(at, at.next))
        at.report(Kind::bad_name, span, "a name has no dots", "write `" + text + "`");
    at.put(K::name, text, span);
    return at.next += count, true;
}

namespace {

bool number(Cursor& at) {
    const auto count = tokens_of_one_number(at.tokens, at.next);
    if (count == 0) return false;
    Token whole{K::bad_number, "", join(at.token().span, at.token(count - 1).span)};
    for (std::size_t i = 0; i < count; ++i) whole.text += at.token(i).text;
    at.out.push_back(std::move(whole));
    at.next += count;
    return true;
}

/// `Iface "eth0" {` and `"index": 0`, as JSON has it.
bool quoted_name(Cursor& at) {
    if (!at.is(0, K::string)) return false;
    auto text = at.token().text.substr(1, at.token().text.size() - 2);
    if (at.before() == K::name && names_type(at.out.back().text) && at.is(1, K::open_brace))
        for (char& c : text) // `Test "it is let in" {`
            if (word_characters.find(c) == word_characters.npos) c = '_';
    const bool is_word = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
                         text.find_first_not_of(word_characters) == text.npos;
    const bool of_object = at.before() == K::name && !at.starts_line() && at.is(1, K::open_brace);
    const bool at_top = at.open.empty() && at.starts_line();
    const bool is_key = at.is(1, K::colon) &&
                        (at_top || at.before() == K::comma || at.before() == K::open_brace) &&
                        !at.in(K::open_paren);
    if (!is_word || (!of_object && !is_key)) return false;
    if (!std::exchange(at.quotes_are_said, true))
        at.report(Kind::syntax_error, at.token().span, "a name stands without quotes",
                  "write `" + text + "`");
    at.put(K::name, text, at.token().span);
    ++at.next;
    return true;
}

/// `prerouting: not`, where a function is called so: that it cannot be is said there.
bool keyword_as_value(Cursor& at) {
    const bool begins = at.before() == K::colon || at.before() == K::comma || at.before() == K::open_bracket;
    const bool ends = at.is(1, K::comma) || at.is(1, K::close_brace) || at.is(1, K::close_bracket);
    if (!begins || !ends || at.token().kind > K::false_ || !at.keyword_names.contains(at.token().text))
        return false;
    at.put(K::name, at.token().text, at.token().span);
    ++at.next;
    return true;
}

} // namespace

void find_odd_names(Cursor& at) {
    for (std::size_t i = 0; i + 4 < at.tokens.size(); ++i)
        if (at.names_function(i)) at.keyword_names.insert(at.tokens[i + 4].text);
    for (std::size_t i = 0; i + 1 < at.tokens.size(); ++i)
        if (names_by_number(at, i)) at.numbers_as_names.insert(at.tokens[i].text);
    for (std::size_t i = 0; i + 1 < at.tokens.size(); ++i)
        if (declares_dotted(at, i)) at.dotted_names.insert(text_of(at, i, tokens_of_dotted(at, i)));
}

bool names(Cursor& at) {
    return number_as_name(at) || dotted_name(at) || number(at) || quoted_name(at) || keyword_as_value(at);
}

} // namespace syntax::respelling
