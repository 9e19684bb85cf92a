// Declarations and members that lack a name, a value, or what stands between.
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

namespace syntax::respelling {

namespace {

/// `let x = 5`, at the top level.
bool declaring_word(Cursor& at) {
    if (!at.open.empty() || !at.starts_line() || !end_declaration(at.out) || !at.is(1, K::name) ||
        at.starts_line(1))
        return false;
    if (!one_of(at.word_at(0),
                {"let", "const", "var", "define", "def", "val", "local", "auto", "type", "set"}))
        return false;
    const bool is_sign = at.is(2, K::colon) || (at.next + 2 < at.tokens.size() && at.token(2).text == "=");
    if (!is_sign) return false;
    std::size_t value = 3;
    while (at.next + value < at.tokens.size() && at.token(value).text == "=") ++value;
    const auto list = list_in_braces(at, value);
    const auto shown = !list.empty()              ? list
                       : at.is_value_alone(value) ? at.value_at(value)
                                                  : std::string("…");
    at.report(Kind::syntax_error, at.token().span, "a declaration begins with its name",
              "write `" + at.token(1).text + ": " + shown + "`");
    ++at.next;
    at.take();
    at.put(K::colon, ":", at.token().span);
    at.next += value - 2;
    if (!list.empty()) take_as_list(at);
    return true;
}

/// `set admins { 10.0.0.1 }`: no object holds values without names.
bool typed_list(Cursor& at) {
    const bool is_one = at.open.empty() && at.starts_line() && end_declaration(at.out) && at.is(1, K::name) &&
                        !at.starts_line(1) && !names_type(at.token().text);
    const std::size_t value = at.is(2, K::colon) ? 3 : 2;
    const bool has_brackets = at.is(value, K::open_bracket) && at.is_value_alone(value);
    const auto list = !is_one ? "" : has_brackets ? at.value_at(value) : list_in_braces(at, value);
    if (list.empty() || !(at.is_literal_at(value + 1) || at.is(value + 2, K::comma))) return false;
    at.report(Kind::syntax_error, at.token().span, quoted(at.token().text) + " is no type",
              "write `" + at.token(1).text + ": " + list + "`");
    ++at.next;
    at.take();
    at.put(K::colon, ":", at.token().span);
    at.next += value - 2;
    if (!has_brackets) take_as_list(at);
    return true;
}

/// `bad = { 10.0.0.1, 10.0.0.2 }`, at the top level.
bool assigned_list(Cursor& at) {
    const bool is_one =
        at.open.empty() && at.starts_line() && at.is(1, K::bad_character) && at.token(1).text == "=";
    const auto list = is_one ? list_in_braces(at, 2) : std::string();
    if (list.empty()) return false;
    at.report(Kind::stray_character, at.token(1).span, "`=` has no meaning here",
              "write `" + at.token().text + ": " + list + "`");
    at.take();
    at.put(K::colon, ":", at.token().span);
    ++at.next;
    take_as_list(at);
    return true;
}

/// Whether a declaration begins there, whatever stands before it.
bool declares(const Cursor& at, std::size_t i) {
    if (!at.is(i, K::name) || at.token(i).span.begin.column > at.token().span.begin.column) return false;
    if (at.is(i + 1, K::colon)) return true;
    return at.is(i + 1, K::name) && !at.starts_line(i + 1) &&
           (at.is(i + 2, K::open_brace) || at.is(i + 2, K::open_bracket));
}

/// A word by itself, or two that declare nothing, and on the next line a declaration.
bool lone_words(Cursor& at) {
    if (!at.open.empty() || !at.starts_line() || !end_declaration(at.out)) return false;
    if (names_type(at.token().text) || at.is_function_word()) return false;
    std::size_t count = 1;
    while (count < 3 && at.is(count, K::name) && !at.starts_line(count)) ++count;
    const bool ends_file = at.next + count == at.tokens.size();
    if (count == 3 || (!ends_file && (!at.starts_line(count) || !declares(at, count)))) return false;
    const auto& word = at.token().text;
    at.report(Kind::syntax_error, join(at.token().span, at.token(count - 1).span), "this declares nothing",
              is_verdict(word)
                  ? "statements stand in functions: `Filter::IP name { " + word + " }`"
                  : "a declaration is `name: value`, `Iface name { … }` or `Filter::IP name { … }`");
    at.next += count;
    return true;
}

/// `Iface my lan {`, `Test web in and out {`.
bool name_of_words(Cursor& at) {
    if (!at.open.empty() || !at.starts_line() || !names_type(at.token().text) || !at.is(1, K::name))
        return false;
    const auto words = at.words_of_name(1);
    if (words < 2 || !at.is(words + 1, K::open_brace)) return false;
    for (std::size_t i = 2; i <= words; ++i)
        if (names_type(at.token(i).text)) return false; // `Iface eth0 dhcp Iface eth1 {`
    at.take();
    at.join_words(words);
    return true;
}

/// A comment that lacks its mark: words alone, and too many of them for anything else.
bool prose(Cursor& at) {
    constexpr std::size_t words_min = 4;
    if (!at.open.empty() || !at.starts_line() || !end_declaration(at.out)) return false;
    if (names_type(at.token().text) || at.is_function_word()) return false; // `Iface eth0 dhcp Gateway gw`, all of it meant
    const auto count = at.tokens_on_line();
    if (count < words_min) return false;
    for (std::size_t i = 0; i < count; ++i) {
        const bool is_mark = at.is(i, K::comma) || at.is(i, K::dot) || at.is(i, K::bad_character);
        const bool is_word = at.is(i, K::name) || at.token(i).kind <= K::false_;
        if (i < words_min - 1 ? !at.is(i, K::name) : !is_word && !is_mark) return false;
    }
    at.report(Kind::syntax_error, join(at.token().span, at.token(count - 1).span), "this declares nothing",
              "a comment starts with `#` or `//`");
    at.next += count;
    return true;
}

/// `import "x.nacl"` in a function or object.
bool import_inside(Cursor& at) {
    const bool is_one = !at.open.empty() && at.open.back().bracket == K::open_brace && at.word_at(0) == "import" &&
                        at.is(1, K::string) && !at.starts_line(1) && (at.starts_line() || at.before() == K::open_brace);
    if (!is_one) return false;
    at.report(Kind::syntax_error, join(at.token().span, at.token(1).span), "files are imported outside of all braces",
              "move it to the beginning of the file");
    if (at.open.back().is_body) at.put(K::name, left_out, at.token().span);
    return at.next += 2, true;
}

/// `import common`, and nothing else on its line.
bool import_of_word(Cursor& at) {
    const bool is_one = at.open.empty() && at.starts_line() && at.word_at(0) == "import" && at.is(1, K::name) &&
                        !at.starts_line(1) && at.starts_line(2) && !at.is(2, K::open_brace) && !at.is(2, K::open_bracket);
    if (!is_one) return false;
    const auto path = '"' + at.token(1).text + ".nacl\"";
    const auto span = at.token(1).span;
    at.report(Kind::syntax_error, span, "a path stands between `\"`", "write `import " + path + "`");
    at.take();
    at.put(K::string, path, span);
    return ++at.next, true;
}

/// `import lists/common.nacl`: it is an import, and which file is a guess.
bool bare_import(Cursor& at) {
    if (!at.open.empty() || !at.starts_line() || at.word_at(0) != "import") return false;
    const auto end = at.tokens_on_line();
    const auto touches = [&](std::size_t i) { return at.token(i - 1).span.end == at.token(i).span.begin; };
    if (end < 4 || touches(1) || at.is_literal_at(1)) return false;
    std::string path;
    for (std::size_t i = 1; i < end; ++i) {
        const bool is_of_path = at.is(i, K::name) || at.is(i, K::dot) || at.is(i, K::slash) ||
                                at.is(i, K::minus) || at.is_literal_at(i);
        if (!is_of_path || (i > 1 && !touches(i))) return false;
        path += at.token(i).text;
    }
    path = '"' + path + '"';
    const auto span = join(at.token(1).span, at.token(end - 1).span);
    at.report(Kind::syntax_error, span, "a path stands between `\"`", "write `import " + path + "`");
    at.take();
    at.put(K::string, path, span);
    return at.next += end - 1, true;
}

/// `Iface {`: it has a name that nothing else has.
bool nameless(Cursor& at) {
    if (!at.open.empty() || !at.starts_line() || !end_declaration(at.out) || !names_type(at.token().text) ||
        !at.is(1, K::open_brace))
        return false;
    at.report(Kind::missing_name, at.token().span, "this " + at.token().text + " has no name",
              "write `" + at.token().text + " name { … }`");
    const auto span = at.token().span;
    at.take();
    at.put(K::name, left_out, span);
    return true;
}

/// `lan 10.0.0.0/24`, `web [80, 443]`, `eth0.dns 8.8.8.8`, `eth0.input f`, at the top level.
bool undeclared(Cursor& at) {
    std::size_t value = 1;
    while (at.is(value, K::dot) && at.is(value + 1, K::name)) value += 2;
    const bool is_number = at.is_literal_at(value) && !at.is(value, K::string) && at.token(value).kind > K::false_;
    const bool is_list = at.is(value, K::open_bracket) || (value > 1 && at.is(value, K::name)); // `lan.input f`
    const bool is_other = names_type(at.token().text) || at.is_function_word() ||
                          is_verdict(at.token().text) ||
                          one_of(at.word_at(0), {"block", "pass", "allow", "deny", "permit"});
    const bool is_one = at.open.empty() && at.starts_line() && end_declaration(at.out) && (is_number || is_list) &&
                        !is_other && !at.starts_line(value) && at.is_value_alone(value) &&
                        !at.is(value + tokens_of_value(at.tokens, at.next + value), K::comma);
    if (!is_one) return false;
    at.report(Kind::syntax_error, at.token(value).span, "a `:` is missing before this",
              "write `" + at.written(0, value) + ": " + at.value_at(value) + "`");
    for (; value > 0; --value) at.take();
    at.put(K::colon, ":", at.token().span);
    return true;
}

/// `index 0` in an object.
bool member(Cursor& at) {
    if (!at.in(K::open_brace) || at.open.back().is_body || at.next + 1 == at.tokens.size() ||
        at.starts_line(1))
        return false;
    const bool key = at.before() == K::open_brace || at.before() == K::comma ||
                     (at.starts_line() && at.before() != K::colon);
    const bool names = at.is(1, K::name) && (at.is(2, K::comma) || at.is(2, K::close_brace));
    if (!key || (!is_literal(at.token(1).kind) && !at.is(1, K::open_bracket) && !names)) return false;
    const auto& value = at.token(1);
    at.report(Kind::syntax_error, value.span, "a `:` is missing before this",
              "write `" + at.token().text + ": " + (at.is_value_alone(1) ? at.value_at(1) : "…") + "`");
    at.take();
    at.put(K::colon, ":", value.span);
    return true;
}

std::string type_meant(const Cursor& at) {
    return one_of(at.word_at(0), {"interface", "vlan"}) ? "Iface" : at.token().text;
}

/// `Iface eth0`, and on the next line another declaration.
bool valueless(Cursor& at) {
    const bool typed = at.is(1, K::name) && names_type(at.token().text);
    if (!at.open.empty() || !at.starts_line() || !typed || at.starts_line(1)) return false;
    // Nothing that is legal goes on so.
    const bool declares =
        at.is(3, K::colon) || (at.is(3, K::name) && (at.is(4, K::open_brace) || at.is(4, K::open_bracket)));
    const bool is_member = at.is(2, K::name) && at.token(2).span.begin.column > at.token().span.begin.column;
    const bool follows =
        declares && at.is(2, K::name) && at.starts_line(2) && !at.starts_line(3) && !is_member;
    if (!follows && at.next + 2 < at.tokens.size()) return false;
    const auto& name = at.token(1);
    at.report(Kind::syntax_error, name.span, quoted(name.text) + " has no value",
              "write `" + type_meant(at) + " " + name.text + " { … }`");
    at.put(K::name, type_meant(at), at.token().span);
    ++at.next;
    at.take();
    const auto& last = at.out.back().span;
    at.put(K::name, name.text, {last.file, last.end, last.end});
    return true;
}

} // namespace

bool declarations(Cursor& at) {
    return import_inside(at) || import_of_word(at) || bare_import(at) || prose(at) || name_of_words(at) || declaring_word(at) || typed_list(at) ||
           assigned_list(at) || nameless(at) || undeclared(at) || member(at) || valueless(at) ||
           lone_words(at);
}

} // namespace syntax::respelling
