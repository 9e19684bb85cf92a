// Comparisons as other languages write them, wherever a condition has one: what is odd in it is told at its
// place, and the hint is the whole comparison.
#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/foreign_comparison.hpp"
#include "compiler/syntax/foreign_rule.hpp"
#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/respell.hpp"
#include "compiler/syntax/written.hpp"

#include <span>

namespace syntax::respelling {

namespace {

bool joins_conditions(K kind) { return kind == K::and_ || kind == K::or_; }

/// Whether the next token is the first of something that is true or false.
bool begins_condition(const Cursor& at) {
    const auto begins = [](K before) {
        return before == K::open_paren || before == K::not_ || joins_conditions(before);
    };
    if (!begins(at.before())) return false;
    for (auto open = at.open.rbegin();
         open != at.open.rend() && open->bracket == K::open_paren && open->index > 0; ++open) {
        const auto before = at.out[open->index - 1].kind;
        if (before == K::if_) return true;
        if (!begins(before)) return false;
    }
    return false;
}

/// How many tokens stand before the next `and`, `or` or the `)` around; 0 where that is not near.
std::size_t tokens_of_comparison(const Cursor& at) {
    constexpr std::size_t tokens_max = 500;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < tokens_max && at.next + i < at.tokens.size(); ++i) {
        const auto kind = at.token(i).kind;
        if (depth == 0 && (joins_conditions(kind) || kind == K::close_paren)) return i;
        if (kind == K::if_ || kind == K::colon) return 0;
        if (is_open_bracket(kind)) ++depth;
        if (is_close_bracket(kind) && depth-- == 0) return 0;
    }
    return 0;
}

struct Trouble {
    std::size_t first = 0, count = 1; ///< of the tokens from the next on
    std::string message;
    Kind kind = Kind::syntax_error;
};

class Finder {
public:
    Finder(const Cursor& at, std::size_t end) : at_(at), end_(end) {}

    /// What no comparison here has; nothing where it is left to others.
    std::optional<Trouble> run() const {
        std::size_t i = 1;
        while (i + 1 < end_ && at_.is(i, K::dot) && is_word(i + 1)) i += 2;
        if (i == end_ || at_.is(i, K::dot) || i > 3) return std::nullopt;
        const bool is_path = i > 1;
        if (!is_path && !is_relation(i) && is_word(1) && is_object(at_.word_at(0)))
            return Trouble{1, 1, "a `.` is missing before this"};
        const bool is_call = at_.is(i, K::open_paren) && !(is_path && is_object(at_.word_at(0)));
        if (is_call) return std::nullopt;
        const bool is_native = is_native_relation(i);
        if (!is_path && !is_native)
            return Trouble{0, 1, quoted(at_.token().text) + " is no property of packets"};
        auto value = i;
        while (value < end_ && is_relation(value) && !(value > i && at_.is(value + 1, K::dot))) ++value; // `== le.member`
        if (value == end_ || is_of_signs(i, value)) return std::nullopt;
        if (value == i && at_.is(i, K::open_brace))
            return in_value(i); // and that it lacks an operator is told with its braces
        if (value == i) return Trouble{i, 1, "an operator is missing before this"};
        if (is_native && value == i + 2 && at_.is(i + 1, K::not_))
            return Trouble{i + 1, 1,
                           quoted(at_.token(i + 1).text) +
                               " stands before a comparison, and not before a value"};
        if (is_sign(i, "=") && value == i + 1)
            return Trouble{i, 1, "`=` has no meaning here", Kind::stray_character};
        if (!is_native || value > i + 1)
            return Trouble{i, value - i, quoted(at_.written(i, value)) + " is no operator"};
        return in_value(value);
    }

private:
    /// Here, or as nftables has them.
    static bool is_object(const std::string& word) { return is_packet_object(word) || word == "ether"; }
    bool is_word(std::size_t i) const {
        return at_.is(i, K::name) || (i < end_ && at_.token(i).kind <= K::false_);
    }
    bool is_native_relation(std::size_t i) const {
        return i < end_ && syntax::is_relation(at_.token(i).kind);
    }
    bool is_relation(std::size_t i) const { return i < end_ && is_relation_word(at_.token(i).text); }
    bool is_sign(std::size_t i, std::string_view text) const {
        return at_.is(i, K::bad_character) && at_.token(i).text == text;
    }

    /// `<>`: what others write for one operator.
    bool is_of_signs(std::size_t first, std::size_t end) const {
        for (auto i = first; i < end; ++i)
            if (!is_sign(i, "=") && (!is_native_relation(i) || at_.is(i, K::in))) return false;
        return end > first + 1;
    }

    std::optional<Trouble> in_value(std::size_t first) const {
        if (says_sort_of_value(at_.word_at(first)) && first + 1 < end_ && at_.is_literal_at(first + 1))
            return Trouble{first, 1, quoted(at_.token(first).text) + " has no meaning here"};
        const bool is_negative = at_.is(first + 1, K::minus);
        if (at_.is(first, K::open_paren) && !is_negative)
            return Trouble{first, 1, "several values stand in a list"};
        for (auto i = first; i < end_; ++i) {
            const bool begins_item =
                i > first && (at_.is(i - 1, K::comma) || is_open_bracket(at_.token(i - 1).kind));
            if (begins_item && at_.is(i, K::not_)) return Trouble{i, 1, "a list has no exceptions"};
            const bool is_short = i > first && at_.is(i, K::slash) && at_.is(i + 1, K::integer) &&
                                  (at_.is(i - 1, K::integer) || at_.is(i - 1, K::decimal));
            if (is_short) return Trouble{i, 1, "`/` stands behind an address"};
            if (is_sign(i, "@")) return Trouble{i, 1, "`@` has no meaning here", Kind::stray_character};
            const bool has_mask =
                at_.is(i, K::address) && i + 1 < end_ &&
                (network_of(at_.token(i).text, at_.token(i + 1).text) || at_.word_at(i + 1) == "mask");
            if (has_mask) return Trouble{i + 1, 1, "a network is written with the number of its fixed bits"};
        }
        const bool is_comma_of_number =
            at_.is(first + 1, K::comma) && tokens_of_one_number(at_.tokens, at_.next + first) > 0;
        if (is_comma_of_number) return std::nullopt;
        const auto count = tokens_of_value(at_.tokens, at_.next + first);
        const auto value = at_.written(first, first + count);
        if (!condition_of_flag_mask(value).empty())
            return Trouble{first, count, quoted(value) + " is no set of flags here"};
        const auto behind = first + (at_.is(first + count, K::comma) ? count : 1);
        const bool joins = at_.is(behind, K::comma) || (at_.is(first, K::name) && at_.is(behind, K::slash)) ||
                           is_sign(behind, "+") || is_sign(behind, "|");
        if (joins && behind < end_) return Trouble{behind, 1, "several values stand in a list"};
        return std::nullopt;
    }

    const Cursor& at_;
    std::size_t end_;
};

/// As it is written here; empty when it is not understood.
std::string meant_by(Cursor& at, std::size_t first, std::size_t end) {
    if (!at.sets) at.sets = names_of_sets(at.tokens);
    const auto rule =
        read_foreign_rule(words_of(std::span(at.tokens).subspan(at.next + first, end - first)), *at.sets);
    return rule.verdict.empty() ? rule.condition : "";
}

/// `tcp/udp.dport == 53`.
bool of_two_protocols(Cursor& at, std::size_t end) {
    const auto is_one = [&](std::size_t i) { return at.word_at(i) == "tcp" || at.word_at(i) == "udp"; };
    const bool joins = at.is(1, K::slash) || (at.is(1, K::bad_character) && at.token(1).text == "|");
    const bool is_property = at.is(3, K::dot) || at.is(3, K::name);
    const auto meant = is_one(0) && joins && is_one(2) && is_property ? meant_by(at, 2, end) : "";
    const auto dot = meant.find(at.word_at(2) + '.');
    if (dot == meant.npos || meant.empty()) return false;
    const auto asking = [&](std::string_view type, std::string_view object) {
        auto condition = meant;
        return "`Filter::" + std::string(type) + " { if (" + condition.replace(dot, 3, object) + ") { … } }`";
    };
    const auto span = join(at.token().span, at.token(2).span);
    at.report(Kind::syntax_error, span, "a property is one of TCP or one of UDP",
              "ask in a function for each: " + asking("TCP", "tcp") + " and " + asking("UDP", "udp"));
    at.put(K::name, left_out, span);
    return at.next += end, true;
}

/// `ip.saddr is any`: by an operator of others it asks nothing.
bool with_anything(Cursor& at, std::size_t end) {
    const bool is_one = end == 5 && at.is(1, K::dot) &&
                        one_of(at.word_at(3), {"is", "eq", "equals", "equal"}) &&
                        one_of(at.word_at(4), {"any", "all", "anything", "everything", "everyone"});
    if (!is_one) return false;
    const auto span = join(at.token(3).span, at.token(4).span);
    at.report(Kind::syntax_error, span, quoted(at.written(3, 5)) + " asks nothing",
              "what is not asked about may be anything: leave the comparison out");
    at.put(K::name, left_out, span);
    return at.next += end, true;
}

} // namespace

bool comparisons(Cursor& at) {
    if (!at.is(0, K::name) || !begins_condition(at)) return false;
    const auto count = tokens_of_comparison(at);
    if (count < 2) return false;
    if (of_two_protocols(at, count) || with_anything(at, count)) return true;
    const auto trouble = Finder(at, count).run();
    if (!trouble) return false;
    auto meant = meant_by(at, 0, count);
    if (meant.empty()) return false;
    const bool is_compound = meant.starts_with("not ") || meant.find(" and ") != std::string::npos;
    if (at.before() == K::not_ && is_compound) meant = '(' + meant + ')';
    const auto last = trouble->first + trouble->count - 1;
    at.report(trouble->kind, join(at.token(trouble->first).span, at.token(last).span), trouble->message,
              "write `" + meant + "`");
    const auto span = join(at.token().span, at.token(count - 1).span);
    for (const auto& token : lex(span.file, meant)) at.put(token.kind, token.text, span);
    at.next += count;
    return true;
}

} // namespace syntax::respelling
