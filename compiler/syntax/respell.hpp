// What the passes that respell share: where they are in the tokens, which brackets are open there, and what
// has been put out. Each of them looks at the next token, and takes it and what belongs to it if it is
// theirs.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/words.hpp"

#include <initializer_list>
#include <optional>
#include <set>

namespace syntax::respelling {

/// How others write a token, and how it is written here.
struct Spelling {
    std::string_view text;
    std::string_view meant;
    TokenKind kind;
};

using K = TokenKind;

bool one_of(std::string_view word, std::initializer_list<std::string_view> words);

struct Cursor {
    struct Open {
        K bracket;
        bool is_body;
        bool is_braced_list = false;
        std::size_t index = 0; ///< in what has been put out
    };

    const Tokens& tokens;
    Diagnostics& diagnostics;
    Tokens out{};
    std::size_t next = 0; ///< the first token that is not read
    std::vector<Open> open{};

    std::set<std::string> keyword_names{};     ///< of functions
    std::set<std::string> numbers_as_names{};  ///< `2lan`
    std::set<std::string> dotted_names{};      ///< `eth0.20`
    std::optional<std::size_t> close_before{}; ///< where a `)` is missing
    std::set<std::size_t> left_out_closers{};  ///< closers of braces that are left out
    K open_before_closer{};                    ///< what stands before the brackets that were closed last
    std::optional<std::set<std::string>> sets{}; ///< names that `in` asks for, once they are wanted
    bool braces_match = true;
    bool lists_match = true;
    bool quotes_are_said = false;

    // Tokens from the next one on, and the last that was put out.
    bool is(std::size_t ahead, K kind) const;
    const Token& token(std::size_t ahead = 0) const;
    std::string word_at(std::size_t ahead) const;
    bool is_literal_at(std::size_t ahead) const;
    bool starts_line(std::size_t ahead = 0) const; ///< so does the end of the file
    std::size_t tokens_on_line() const;
    K before() const;
    bool in(K bracket) const;
    /// Whether the innermost bracket is a parenthesis around something that is true or false.
    bool in_condition() const;
    /// Whether the innermost bracket stands behind one of these words.
    bool opener_follows(std::initializer_list<std::string_view> words) const;

    /// How many tokens from the opener on its closer stands; 0 when that is not near.
    std::size_t closer_of(std::size_t opener) const;
    /// As it is written, for a message; `…` when that is long.
    std::string written(std::size_t begin, std::size_t end) const;
    /// The whole value that begins there, for a cure; `…` where none does.
    std::string value_at(std::size_t ahead) const;
    /// Whether nothing stands behind it that belongs to it.
    bool is_value_alone(std::size_t ahead) const;
    /// `when (…) {`: whether the parentheses behind the word end before a brace.
    bool opens_block() const;
    /// Whether it begins what is no declaration of a name or type: `Filter`, `import`.
    bool is_function_word() const;
    /// Whether a statement begins there.
    bool begins_statement(std::size_t ahead) const;
    /// `Filter` or `Nat`, by the function around; empty outside of all.
    std::string type_around() const;
    /// From `index` on: `Filter::IP not {`.
    bool names_function(std::size_t index) const;

    /// Whether a Filter or a Nat is declared by that name.
    bool declares_function(const std::string& name) const;

    void take();
    void put(K kind, std::string_view text, const Span& span);
    void report(Kind kind, const Span& span, std::string message, std::string hint);
    /// How many words from there on stand on one line where a name belongs; the first is no keyword.
    std::size_t words_of_name(std::size_t ahead) const;
    /// The next words are one name.
    void join_words(std::size_t count);
    /// The next token, which is a word, was meant to be this; nothing where that is empty.
    void respell_word(std::string_view meant, K kind);
};

// Each says whether the next token was one of theirs, and is behind it then.

/// `<<<<<<< HEAD` … `=======` … `>>>>>>> theirs`: the second version is left out.
bool merge_conflict(Cursor& at);
/// The same line twice, of which one can be closed: `Iface lan {` and again `Iface lan {`.
bool doubled_opener(Cursor& at);
/// `steps: steps: [`, `steps steps: [`: the next token is a name.
bool doubled_key(Cursor& at);
/// `{ : 5 }`.
bool nameless_member(Cursor& at);
/// `{ ip.saddr: 10.0.0.1 }`: the next token is a name.
bool dotted_keys(Cursor& at);
/// `dport 80: 443`, `ip ,: {`: the next token is a name.
bool parted_key(Cursor& at);
/// Names in quotes, with dots, that begin with a digit, or that are keywords; numbers that are none.
bool names(Cursor& at);
/// `eth0.20`, where that is declared as a name.
bool dotted_name(Cursor& at);
/// `from lan`, `in == lan` and `lan -> wan` as conditions.
bool ways(Cursor& at);
/// `Assert::IP a(lan => wan)`, `Assert::IP a(lan.input): drop`.
bool asserts(Cursor& at);
/// `10.0.0.1 to 10.0.0.9`, `1-2-3`.
bool ranges(Cursor& at);
/// `log "x")`, `log(ssh from, ip saddr)`, `syslog("x", WARNING)`.
bool logs(Cursor& at);
/// `a not in b`, `x <> y`, `eth0->eth1`.
bool operators(Cursor& at);
/// `iface.in is eth0`, `tcp dport { 80, 443 }`, `ip.saddr == !10.0.0.1`: the next token is a name.
bool comparisons(Cursor& at);
/// `if a == b {`, `if (a == b):`.
bool conditions(Cursor& at);
/// `{ 80, 443 }` for a list, flags with `|` between, doubled commas and braces.
bool lists(Cursor& at);
/// `tcp: 53 {`, `saddr: 10.0.0.1 lan`, `Iface a 10.0.0.1 {`.
bool doubled_values(Cursor& at);
/// `address:` in an object, and nothing or the next member behind it; `eth0.address:` outside.
bool missing_value(Cursor& at);
/// `flags: syn, ack`, `masquerade,`: in objects.
bool members(Cursor& at);
/// `elseif`, `when (…) {`, `x is y`: the next token is a name.
bool words(Cursor& at);
/// `10 . 0 . 0 . 1`, `ip.ttl & 5`, `Iface e { … }` in a function, `log("x")` outside.
bool places(Cursor& at);
/// `Filter:IP f {`, `function f() {`: the next token is a name.
bool headings(Cursor& at);
/// `TCP { … }` and `if (tcp) { … }` in a function, and `eth0.input: Filter::IP f { … }`.
bool nested_headings(Cursor& at);
/// `f { drop }`, `::IP f {`, `lan { index: 0 }`, `core::forward: f`.
bool typeless(Cursor& at);
/// `let x = 5`, `Iface {`, `index 0`: the next token is a name.
bool declarations(Cursor& at);

/// `{ 80, 443 }` as it is written here, empty for what is no list; and from its brace on taken so.
std::string list_in_braces(const Cursor& at, std::size_t opener);
void take_as_list(Cursor& at);

/// Before the first token: which names are keywords, and which numbers are names.
void find_odd_names(Cursor& at);

} // namespace syntax::respelling
