// What people write who come from another language, or from English: `elseif`, `a not in b`, `x <> y`,
// `Filter:IP f`. It is clear what each of these means, so the message says how it is written here, and the
// parser sees what was meant. No legal program has any of these, whatever its layout.
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

namespace syntax {

namespace {

using K = TokenKind;

struct Spelling {
    std::string_view text;
    std::string_view meant;
    TokenKind kind;
};

constexpr std::array relations = {
    Spelling{"<>", "!=", K::not_equal},  Spelling{"=!", "!=", K::not_equal},
    Spelling{"!==", "!=", K::not_equal}, Spelling{"===", "==", K::equal},
    Spelling{"=<", "<=", K::less_equal}, Spelling{"=>", ">=", K::greater_equal},
    Spelling{":=", ":", K::colon},
};

constexpr std::array comparing_words = {
    Spelling{"is", "==", K::equal},     Spelling{"eq", "==", K::equal},  Spelling{"equals", "==", K::equal},
    Spelling{"ne", "!=", K::not_equal}, Spelling{"and", "and", K::and_}, Spelling{"or", "or", K::or_},
};

constexpr std::string_view word_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool begins_value(K kind) {
    return is_literal(kind) || kind == K::name || kind == K::open_paren || kind == K::not_ ||
           kind == K::open_bracket;
}

class Respeller {
public:
    Respeller(const Tokens& tokens, Diagnostics& diagnostics) : tokens_(tokens), diagnostics_(diagnostics) {
        for (std::size_t i = 0; i + 4 < tokens.size(); ++i)
            if (names_function(i)) keyword_names_.insert(tokens[i + 4].text);
        const auto count = [&](K kind) { return std::ranges::count(tokens, kind, &Token::kind); };
        braces_match_ = count(K::open_brace) == count(K::close_brace);
        for (std::size_t i = 1; i + 1 < tokens.size(); ++i)
            if (names_by_number(i)) numbers_as_names_.insert(tokens[i].text);
    }

    Tokens run() {
        out_.reserve(tokens_.size());
        while (at_ < tokens_.size()) {
            if (close_before_ == at_) put(K::close_paren, ")", token().span), open_.pop_back();
            const bool respelt = merge_conflict() || number_as_name() || number() || relation() ||
                                 negated_in() || quoted_name() || bare_condition() || ellipsis() ||
                                 keyword_as_value() || doubled_comma() || doubled_braces() || braced_list() ||
                                 flag_mask() || flag_list() ||
                                 (is(0, K::name) && (path_of_assert() || tight_arrow() || missing_dot() ||
                                                     declaring_word() || word() || nameless() || heading() ||
                                                     member() || valueless() || lone_words()));
            if (!respelt) take();
        }
        return std::move(out_);
    }

private:
    // Tokens from here on, and before.
    bool is(std::size_t ahead, K kind) const {
        return at_ + ahead < tokens_.size() && token(ahead).kind == kind;
    }
    const Token& token(std::size_t ahead = 0) const { return tokens_[at_ + ahead]; }
    std::string word_at(std::size_t ahead) const {
        return is(ahead, K::name) ? lower(token(ahead).text) : "";
    }
    K before() const { return out_.empty() ? K::end_of_file : out_.back().kind; }
    bool starts_line(std::size_t ahead = 0) const {
        const auto index = at_ + ahead;
        return index == 0 || tokens_[index - 1].span.end.line != tokens_[index].span.begin.line;
    }
    std::size_t tokens_on_line() const {
        std::size_t count = 1;
        while (at_ + count < tokens_.size() && !starts_line(count)) ++count;
        return count;
    }

    void take() {
        const auto kind = token().kind;
        out_.push_back(token());
        if (is_open_bracket(kind)) {
            const bool body = kind == K::open_brace && opens_body(out_, out_.size() - 1);
            open_.push_back({kind, body});
        } else if (is_close_bracket(kind) && !open_.empty()) {
            if (open_.back().is_braced_list && kind == K::close_brace)
                out_.back() = {K::close_bracket, "]", token().span, true};
            open_.pop_back();
        }
        ++at_;
    }
    void put(K kind, std::string_view text, const Span& span) {
        out_.push_back({kind, std::string(text), span, true});
    }
    void report(Kind kind, const Span& span, std::string message, std::string hint) {
        diagnostics_.report({kind, span, std::move(message), {}, std::move(hint)});
    }
    bool in(K bracket) const { return !open_.empty() && open_.back().bracket == bracket; }

    /// `<<<<<<< HEAD` … `=======` … `>>>>>>> theirs`: the second version is left out.
    bool merge_conflict() {
        if (token().span.begin.column != 1) return false;
        const auto marker = [&](std::size_t first) {
            std::string text;
            for (auto i = first;
                 i < tokens_.size() && tokens_[i].span.begin.line == tokens_[first].span.begin.line; ++i)
                if (i == first || tokens_[i].span.begin == tokens_[i - 1].span.end) text += tokens_[i].text;
            const char c = text[0];
            const bool fits = (c == '<' || c == '=' || c == '>') && text.find_first_not_of(c) >= 7;
            return fits && text.size() >= 7 ? c : '\0';
        };
        const char kind = marker(at_);
        if (kind == '\0') return false;
        if (kind == '<')
            report(Kind::syntax_error, token().span, "a merge left a conflict here",
                   "keep one of the two versions, and delete the lines `<<<<<<<`, `=======` and `>>>>>>>`");
        at_ += tokens_on_line();
        if (kind != '=') return true;
        auto end = at_;
        while (end < tokens_.size() && (tokens_[end].span.begin.column != 1 || marker(end) != '>')) ++end;
        if (end < tokens_.size()) at_ = end;
        return true;
    }

    /// Whether the number at `index` is the name of an object or function: `Iface 2lan {`.
    bool names_by_number(std::size_t index) const {
        if (tokens_[index].kind != K::bad_number || tokens_[index].text.find('.') != std::string::npos)
            return false;
        const auto& type = tokens_[index - 1];
        const bool of_function =
            index > 2 && tokens_[index - 2].kind == K::colon && tokens_[index - 3].kind == K::colon;
        return type.kind == K::name && (of_function || names_type(type.text)) &&
               tokens_[index + 1].kind == K::open_brace;
    }

    /// It is one mistake, however often the name is used.
    bool number_as_name() {
        if (!is(0, K::bad_number) || !numbers_as_names_.contains(token().text)) return false;
        if (at_ > 0 && at_ + 1 < tokens_.size() && names_by_number(at_)) {
            const auto& text = token().text;
            const auto letters = text.find_first_not_of("0123456789");
            report(Kind::bad_name, token().span, quoted(text) + " is no name, which starts with a letter",
                   "write `" + text.substr(letters) + text.substr(0, letters) + "`");
        }
        put(K::name, token().text, token().span);
        ++at_;
        return true;
    }

    bool number() {
        const auto count = tokens_of_one_number(tokens_, at_);
        if (count == 0) return false;
        Token whole{K::bad_number, "", join(token().span, token(count - 1).span)};
        for (std::size_t i = 0; i < count; ++i) whole.text += token(i).text;
        out_.push_back(std::move(whole));
        at_ += count;
        return true;
    }

    bool relation() {
        std::string text;
        std::size_t count = 0;
        const auto fits = [&](const Token& t) {
            return (t.kind >= K::equal && t.kind <= K::greater) || t.text == "!" || t.text == "=" ||
                   t.kind == K::colon;
        };
        while (at_ + count < tokens_.size() && fits(token(count)) && count < 4 &&
               (count == 0 || token(count - 1).span.end == token(count).span.begin))
            text += token(count++).text;
        const auto found =
            std::find_if(relations.begin(), relations.end(), [&](const auto& s) { return s.text == text; });
        if (found == relations.end() || count < 2) return false;
        const auto span = join(token().span, token(count - 1).span);
        const bool compares = text == ":=" && in(K::open_paren);
        const auto meant = compares ? std::string_view("==") : found->meant;
        report(Kind::stray_character, span, quoted(text) + " has no meaning here", "write " + quoted(meant));
        put(compares ? K::equal : found->kind, meant, span);
        at_ += count;
        return true;
    }

    /// `a not in b`: the `not` goes, since the message says where it belongs.
    bool negated_in() {
        if (!is(0, K::not_) || !is(1, K::in) || !ends_value(before())) return false;
        auto first = out_.size() - 1;
        while (first > 1 && out_[first - 1].kind == K::dot) first -= 2;
        std::string left;
        for (auto i = first; i < out_.size(); ++i) left += out_[i].text;
        report(Kind::syntax_error, join(token(0).span, token(1).span),
               quoted(token(0).text + (token(0).text == "!" ? "" : " ") + "in") + " is no operator",
               "`not` stands before the comparison: write `not " + left + " in …`");
        ++at_;
        return true;
    }

    /// `Iface "eth0" {` and `"index": 0`, as JSON has it.
    bool quoted_name() {
        if (!is(0, K::string)) return false;
        const auto text = token().text.substr(1, token().text.size() - 2);
        const bool is_word = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
                             text.find_first_not_of(word_characters) == text.npos;
        const bool of_object = before() == K::name && !starts_line() && is(1, K::open_brace);
        const bool at_top = open_.empty() && starts_line();
        const bool is_key = is(1, K::colon) &&
                            (at_top || before() == K::comma || before() == K::open_brace) &&
                            !in(K::open_paren);
        if (!is_word || (!of_object && !is_key)) return false;
        if (!std::exchange(quotes_are_said_, true))
            report(Kind::syntax_error, token().span, "a name stands without quotes", "write `" + text + "`");
        put(K::name, text, token().span);
        ++at_;
        return true;
    }

    /// `if a == b {`, `if a == b) {` and `if (a) and (b) {`: the parentheses around the whole are added.
    bool bare_condition() {
        if (!is(0, K::if_) || is(1, K::colon) || before() == K::colon || before() == K::dot) return false;
        constexpr std::size_t tokens_max = 500; // nobody's conditions are longer
        std::size_t depth = 0, end = 1;
        const bool is_opened = is(1, K::open_paren) || is(1, K::open_bracket) || is(1, K::open_brace);
        bool is_bare = !is_opened, has_closer = false;
        for (; end < tokens_max && at_ + end < tokens_.size(); ++end) {
            const auto kind = token(end).kind;
            if (kind == K::open_brace && (depth > 0 || token(end - 1).kind == K::in)) return false;
            if (kind == K::open_brace || kind == K::close_brace || kind == K::if_) break;
            if (kind == K::open_paren || kind == K::open_bracket) ++depth;
            if (kind != K::close_paren && kind != K::close_bracket) continue;
            has_closer = depth == 0;
            if (depth > 0 && --depth == 0 && kind == K::close_paren)
                is_bare |= is(end + 1, K::and_) || is(end + 1, K::or_);
            if (has_closer) {
                ++end;
                break;
            }
        }
        if (!is_bare || depth > 0 || end < 2 || !is(end, K::open_brace)) return false;
        report(Kind::syntax_error, token(1).span, "the condition of an `if` stands in parentheses",
               "write `if (condition) { … }`");
        take();
        put(K::open_paren, "(", token().span);
        open_.push_back({K::open_paren, false});
        if (!has_closer) close_before_ = at_ + end - 1;
        return true;
    }

    /// `Assert::IP a(lan => wan)`, `(lan, wan)`, `(lan to wan)`, and `(lan->wan)`, where the hyphen belongs to the
    /// name: whatever stands between two names there is meant to be an arrow.
    bool path_of_assert() {
        const auto kind = [&](std::size_t back) { return out_[out_.size() - back].kind; };
        const bool begins = out_.size() >= 6 && kind(1) == K::open_paren && kind(2) == K::name &&
                            kind(3) == K::name && kind(4) == K::colon && kind(5) == K::colon &&
                            lower(out_[out_.size() - 6].text) == "assert";
        if (!begins) return false;
        std::size_t last = 2;
        while (last < 5 && !(is(last, K::name) && is(last + 1, K::close_paren))) ++last;
        if (last == 5 || is(1, K::arrow) || is(1, K::dot)) return false;
        auto from = token().text;
        while (from.ends_with('-')) from.pop_back();
        const auto& to = token(last);
        report(Kind::syntax_error, from == token().text ? join(token(1).span, token(last - 1).span) : token().span,
               "a path leads from one Iface to another by `->`, with blanks round it",
               "write `" + from + " -> " + to.text + "`");
        put(K::name, from, token().span);
        put(K::arrow, "->", token(1).span);
        at_ += last;
        return true;
    }

    /// `[1, 2, …]` and `[80, ..., 90]`.
    bool ellipsis() {
        const bool character = is(0, K::bad_character) && token().text == "\xe2\x80\xa6";
        const bool dots = is(0, K::dot) && is(1, K::dot) && is(2, K::dot);
        if (!character && !dots) return false;
        const std::size_t count = character ? 1 : 3;
        report(Kind::stray_character, join(token().span, token(count - 1).span),
               quoted(character ? token().text : "...") + " has no meaning here",
               in(K::open_bracket) ? "write every value, or a range such as `80-443`"
                                   : "write what belongs here");
        at_ += count;
        if (is(0, K::comma) && (before() == K::comma || before() == K::open_bracket)) ++at_;
        return true;
    }

    /// How many tokens from the opener on its closer stands; 0 when that is not near.
    std::size_t closer_of(std::size_t opener) const {
        constexpr std::size_t tokens_max = 500;
        std::size_t depth = 0;
        for (auto i = opener; i < opener + tokens_max && at_ + i < tokens_.size(); ++i) {
            if (is_open_bracket(token(i).kind)) ++depth;
            if (is_close_bracket(token(i).kind) && --depth == 0) return i;
        }
        return 0;
    }

    /// As it is written, for a message; `…` when that is long.
    std::string written(std::size_t begin, std::size_t end) const {
        constexpr std::size_t tokens_max = 12;
        if (end - begin > tokens_max) return "…";
        std::string text;
        for (auto i = begin; i < end; ++i) {
            const auto kind = token(i).kind;
            const bool apart = i > begin && token(i - 1).span.end != token(i).span.begin && kind != K::comma;
            text += (apart ? " " : "") + token(i).text;
        }
        return text;
    }

    /// `tcp.dport in { 80, 443 }`, `tcp.dport { 80, 443 }` and `ports: { 80, 443 }`.
    bool braced_list() {
        if (!is(0, K::open_brace) || is(1, K::close_brace) || opens_body_here()) return false;
        const auto end = closer_of(0);
        if (end == 0 || token(end).kind != K::close_brace || is(2, K::colon) || is(end + 1, K::colon))
            return false;
        const bool holds_values = is_literal(token(1).kind) || (is(1, K::name) && !is_verdict(token(1).text));
        const bool is_one = end == 2 || is(2, K::comma) || is(2, K::slash) || is(2, K::minus) || is(2, K::dot);
        const auto left = before();
        const bool lacks_in = in(K::open_paren) && ends_value(left);
        // `if (a == b { accept }`
        const bool is_body = lacks_in && is(1, K::name) && (end > 2 ? !is(2, K::comma) : !is(3, K::close_paren));
        const bool is_value = left == K::colon || left == K::in || left == K::equal || left == K::not_equal ||
                              (left == K::comma && in(K::open_bracket)) || left == K::open_bracket;
        if (!holds_values || !is_one || is_body || (!lacks_in && !is_value)) return false;
        report(Kind::syntax_error, join(token().span, token(end).span), "a list stands between `[` and `]`",
               "write `" + std::string(lacks_in ? "in " : "") + "[" + written(1, end) + "]`");
        if (lacks_in) put(K::in, "in", token().span);
        put(K::open_bracket, "[", token().span);
        open_.push_back({K::open_brace, false, true});
        ++at_;
        return true;
    }

    bool opens_body_here() const {
        return before() == K::close_paren || before() == K::else_ || before() == K::end_of_file;
    }

    /// From `first` on: a flag, or several with `|` between, in parentheses or not; how many tokens they are.
    std::size_t flags_from(std::size_t first, std::vector<std::string>& flags) const {
        auto i = first + (is(first, K::open_paren) ? 1 : 0);
        if (!is(i, K::name)) return 0;
        for (; is(i, K::name); i += 2) {
            flags.push_back(token(i).text);
            if (!is(i + 1, K::bad_character) || token(i + 1).text != "|") break;
        }
        if (!is(i, K::name)) return 0;
        return i + (is(first, K::open_paren) ? 2 : 1) - first;
    }

    /// `tcp.flags == syn|ack`, and `tcp.flags & (syn|ack) == syn` as nftables has it.
    bool flag_mask() {
        const bool of_flags = word_at(0) == "tcp" && is(1, K::dot) && word_at(2) == "flags";
        if (!of_flags) return false;
        std::vector<std::string> mask, wanted;
        const bool is_masked = is(3, K::bad_character) && token(3).text == "&";
        if (!is_masked && !is(3, K::equal) && !is(3, K::not_equal)) return false;
        auto count = flags_from(4, mask);
        if (count == 0 || (!is_masked && mask.size() < 2)) return false;
        auto end = 4 + count;
        if (is_masked && is(end, K::close_paren) && in(K::open_paren) && out_.back().kind == K::open_paren &&
            (is(end + 1, K::equal) || is(end + 1, K::not_equal)))
            ++end; // `(tcp.flags & syn) != 0`
        const bool unwrap = end > 4 + count;
        const bool is_compared = is_masked && (is(end, K::equal) || is(end, K::not_equal));
        if (is_compared) {
            count = flags_from(end + 1, wanted);
            end += 1 + std::max<std::size_t>(count, 1);
        }
        const auto span = join(token().span, token(end - 1).span);
        const auto cure = is_masked ? asked_one_by_one(mask, wanted) : "tcp.flags " + token(3).text + " [" + joined(mask) + "]";
        report(Kind::syntax_error, span, "flags are not numbers that `" + std::string(is_masked ? "&" : "|") + "` works on",
               "write `" + cure + "`");
        if (unwrap) out_.pop_back(), open_.pop_back();
        put(K::name, mask.front(), span);
        put(K::in, "in", span);
        for (std::size_t i = 0; i < 3; ++i) out_.push_back(token(i));
        at_ += end;
        return true;
    }

    /// `flags: syn|ack`, where a value belongs.
    bool flag_list() {
        const bool of_member =
            is(0, K::name) && before() == K::colon && in(K::open_brace) && !open_.back().is_body;
        const bool of_list =
            is(0, K::name) && (before() == K::open_bracket || before() == K::comma) && in(K::open_bracket);
        if (!of_member && !of_list) return false;
        std::vector<std::string> flags;
        std::size_t end = 0;
        for (; is(end, K::name); end += 2) {
            flags.push_back(token(end).text);
            if (!is(end + 1, K::bad_character) || (token(end + 1).text != "|" && token(end + 1).text != "+"))
                break;
        }
        if (flags.size() < 2 || !is(end, K::name)) return false;
        report(Kind::syntax_error, join(token().span, token(end).span), "several values stand in a list",
               "write `" + (of_member ? "[" + joined(flags) + "]" : joined(flags)) + "`");
        const auto span = token().span;
        if (of_member) put(K::open_bracket, "[", span);
        for (std::size_t i = 0; i < flags.size(); ++i) {
            if (i > 0) put(K::comma, ",", token(2 * i - 1).span);
            put(K::name, flags[i], token(2 * i).span);
        }
        if (of_member) put(K::close_bracket, "]", token(end).span);
        at_ += end + 1;
        return true;
    }

    static std::string joined(const std::vector<std::string>& words) {
        std::string text;
        for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
        return text;
    }

    static std::string asked_one_by_one(const std::vector<std::string>& mask, const std::vector<std::string>& wanted) {
        std::string text;
        for (const auto& flag : mask) {
            const bool is_set = wanted.empty() || std::find(wanted.begin(), wanted.end(), flag) != wanted.end();
            text += std::string(text.empty() ? "" : " and ") + (is_set ? "" : "not ") + flag + " in tcp.flags";
        }
        return text;
    }

    /// `switch (tcp.dport) { case 80: … }` and `for (…) { … }`: one mistake, whatever stands in it.
    bool choice() {
        const auto end = closer_of(1);
        const auto last = end == 0 || !is(end + 1, K::open_brace) ? 0 : closer_of(end + 1);
        if (last == 0) return false;
        const auto property = written(2, end);
        const bool loops = one_of(word_at(0), {"for", "foreach", "while"});
        report(Kind::syntax_error, token().span, quoted(token().text) + " has no meaning here",
               loops ? "there are no loops: write `if (ip.saddr in [10.0.0.1, 10.0.0.2]) { … }` for one of several"
                     : "write `if (" + property + " == 80) { … } else if (" + property + " == 443) { … }`");
        put(K::comma, ",", token().span); // no statement, and not to be told of again
        at_ += last + 1;
        return true;
    }

    /// `eth0->eth1`: a name may end with a hyphen.
    bool tight_arrow() {
        if (!token().text.ends_with('-') || !is(1, K::greater)) return false;
        if (token(0).span.end != token(1).span.begin) return false;
        const auto name = token().text.substr(0, token().text.size() - 1);
        const auto next = is(2, K::name) ? token(2).text : "…";
        report(Kind::syntax_error, token().span, "a name may end with `-`, so that this is no arrow",
               "write `" + name + "." + next + "`");
        put(K::name, name, token().span);
        put(K::dot, ".", token(1).span);
        at_ += 2;
        return true;
    }

    /// `a,, b`.
    bool doubled_comma() {
        if (!is(0, K::comma) || before() != K::comma) return false;
        report(Kind::syntax_error, token().span, "there are two commas in a row", "leave one of them out");
        while (is(0, K::comma)) ++at_;
        return true;
    }

    /// `{{ drop }}`: one pair is left out, and what it holds is read.
    bool doubled_braces() {
        if (left_out_closers_.contains(at_)) return ++at_, true;
        if (!braces_match_ || !is(0, K::open_brace) || before() != K::open_brace || in(K::open_bracket))
            return false;
        const auto end = closer_of(0);
        if (end == 0 || token(end).kind != K::close_brace || !is(end + 1, K::close_brace)) return false;
        report(Kind::stray_bracket, token().span, "these braces stand in braces already",
               "leave one pair of them out");
        left_out_closers_.insert(at_ + end);
        ++at_;
        return true;
    }

    /// `log("from ", ip saddr)`
    bool missing_dot() {
        const bool of_call =
            before() == K::comma || (before() == K::open_paren && out_.size() > 1 &&
                                     one_of(lower(out_[out_.size() - 2].text), {"log", "syslog"}));
        if (!of_call || !in(K::open_paren) || !is(1, K::name) || starts_line(1)) return false;
        if (!one_of(word_at(0), {"ip", "tcp", "udp", "icmp", "ct", "eth", "vlan", "iface"})) return false;
        report(Kind::syntax_error, token(1).span, "a `.` is missing before this",
               "write `" + token().text + "." + token(1).text + "`");
        take();
        put(K::dot, ".", token().span);
        take();
        return true;
    }

    /// `let x = 5`, at the top level.
    bool declaring_word() {
        if (!open_.empty() || !starts_line() || !end_declaration(out_) || !is(1, K::name) || starts_line(1))
            return false;
        if (!one_of(word_at(0),
                    {"let", "const", "var", "define", "def", "val", "local", "auto", "type", "set"}))
            return false;
        const bool is_sign = is(2, K::colon) || (at_ + 2 < tokens_.size() && token(2).text == "=");
        if (!is_sign) return false;
        std::size_t value = 3;
        while (at_ + value < tokens_.size() && token(value).text == "=") ++value;
        report(Kind::syntax_error, token().span, "a declaration begins with its name",
               "write `" + token(1).text + ": " + (is_literal_at(value) ? token(value).text : "…") + "`");
        ++at_;
        take();
        put(K::colon, ":", token().span);
        at_ += value - 2;
        return true;
    }
    bool is_literal_at(std::size_t ahead) const {
        return at_ + ahead < tokens_.size() && is_literal(token(ahead).kind);
    }

    /// A word by itself, or two that declare nothing, and on the next line a declaration.
    bool lone_words() {
        if (!open_.empty() || !starts_line() || !end_declaration(out_)) return false;
        if (names_type(token().text) || is_function_word()) return false;
        std::size_t count = 1;
        while (count < 3 && is(count, K::name) && !starts_line(count)) ++count;
        const bool ends_file = at_ + count == tokens_.size();
        if (count == 3 || (!ends_file && (!starts_line(count) || !declares(count)))) return false;
        const auto& word = token().text;
        report(Kind::syntax_error, join(token().span, token(count - 1).span), "this declares nothing",
               is_verdict(word)
                   ? "statements stand in functions: `Filter::IP name { " + word + " }`"
                   : "a declaration is `name: value`, `Iface name { … }` or `Filter::IP name { … }`");
        at_ += count;
        return true;
    }
    bool is_function_word() const {
        return one_of(word_at(0), {"filter", "nat", "assert", "import", "include"});
    }
    /// Whether a declaration begins there, whatever stands before it.
    bool declares(std::size_t i) const {
        if (!is(i, K::name) || token(i).span.begin.column > token().span.begin.column) return false;
        if (is(i + 1, K::colon)) return true;
        return is(i + 1, K::name) && !starts_line(i + 1) &&
               (is(i + 2, K::open_brace) || is(i + 2, K::open_bracket));
    }

    /// `Iface {`: it has a name that nothing else has.
    bool nameless() {
        if (!open_.empty() || !starts_line() || !names_type(token().text) || !is(1, K::open_brace))
            return false;
        report(Kind::missing_name, token().span, "this " + token().text + " has no name",
               "write `" + token().text + " name { … }`");
        const auto span = token().span;
        take();
        put(K::name, left_out, span);
        return true;
    }

    /// From `index` on: `Filter::IP not {`.
    bool names_function(std::size_t index) const {
        const auto kind = [&](std::size_t i) {
            return index + i < tokens_.size() ? tokens_[index + i].kind : K::end_of_file;
        };
        return kind(0) == K::name && kind(1) == K::colon && kind(2) == K::colon && kind(3) == K::name &&
               kind(4) <= K::false_ && kind(5) == K::open_brace;
    }

    /// `prerouting: not`, where a function is called so: that it cannot be is said there.
    bool keyword_as_value() {
        const bool begins = before() == K::colon || before() == K::comma || before() == K::open_bracket;
        const bool ends = is(1, K::comma) || is(1, K::close_brace) || is(1, K::close_bracket);
        if (!begins || !ends || token().kind > K::false_ || !keyword_names_.contains(token().text))
            return false;
        put(K::name, token().text, token().span);
        ++at_;
        return true;
    }

    void respell_word(std::string_view meant, K kind) {
        report(Kind::syntax_error, token().span, quoted(token().text) + " has no meaning here",
               meant.empty() ? "leave it out" : "write " + quoted(meant));
        if (!meant.empty()) put(kind, meant, token().span);
        ++at_;
    }

    bool word() {
        const auto text = lower(token().text);
        const bool calls = is(1, K::open_paren) && !is(2, K::close_paren);
        if (calls && before() == K::close_brace && one_of(text, {"elseif", "elif", "elsif", "else_if", "else-if", "else"})) {
            put(K::else_, "else", token().span);
            return respell_word("else if", K::if_), true;
        }
        if (text == "else" && before() == K::close_brace && is(1, K::open_brace))
            return respell_word("else", K::else_), true;
        if (one_of(text, {"then", "do"}) && before() == K::close_paren && is(1, K::open_brace))
            return respell_word("", K::name), true;
        if (one_of(text, {"switch", "match", "case", "for", "foreach", "while"}) && calls && opens_block() && choice()) return true;
        if (in(K::open_paren)) return word_in_condition(text);
        if (calls && opens_block() && (before() != K::name || starts_line()) && before() != K::colon)
            return respell_word("if", K::if_), true;
        return false;
    }

    bool word_in_condition(const std::string& text) {
        const auto left = before();
        if (text == "not" && (is(1, K::name) || is(1, K::open_paren)) && !ends_value(left))
            return respell_word("not", K::not_), true;
        if (at_ + 1 == tokens_.size() || !ends_value(left) || !begins_value(token(1).kind)) return false;
        for (const auto& spelling : comparing_words)
            if (spelling.text == text) return respell_word(spelling.meant, spelling.kind), true;
        return false;
    }

    /// `when (…) {`: whether the parentheses behind the word end before a brace.
    bool opens_block() const {
        if (!is(1, K::open_paren)) return false;
        std::size_t depth = 0;
        for (std::size_t i = 1; at_ + i < tokens_.size(); ++i) {
            const auto kind = token(i).kind;
            if (kind == K::open_paren) ++depth;
            if (kind == K::close_paren && --depth == 0) return i > 2 && is(i + 1, K::open_brace);
            if (kind == K::open_brace || kind == K::close_brace) return false;
        }
        return false;
    }

    /// The heading of a function: its colons, and the brace behind it.
    bool heading() {
        const bool of_function = one_of(word_at(0), {"filter", "nat", "assert"});
        if (before() == K::dot || before() == K::colon) return false;
        if (is(1, K::colon) && is(2, K::colon) && is(3, K::name)) return take_heading(4);
        if (!of_function) return foreign_heading();
        const std::size_t subtype = is(1, K::colon) || is(1, K::dot) ? 2 : 1;
        if (one_of(word_at(subtype), {"ip", "tcp", "udp", "icmp"}) &&
            (is(subtype + 1, K::open_brace) ||
             (is(subtype + 1, K::name) && is(subtype + 2, K::open_brace)))) {
            report(Kind::syntax_error, join(token().span, token(subtype).span),
                   "between " + quoted(token().text) + " and " + quoted(token(subtype).text) +
                       " belongs `::`",
                   "write `" + token().text + "::" + token(subtype).text + "`");
            return take_colons(subtype);
        }
        const bool holds_pair = is(3, K::name) && is(4, K::colon) && !is(5, K::colon);
        if (!is(1, K::name) || !is(2, K::open_brace) || starts_line(1) || holds_pair || is(3, K::close_brace))
            return false;
        report(Kind::syntax_error, token().span, "this function does not say which packets it is for",
               "write `" + token().text + "::IP " + token(1).text + " { … }`, or `::TCP`, `::UDP`, `::ICMP`");
        const auto span = token().span;
        take();
        put(K::colon, ":", span);
        put(K::colon, ":", span);
        put(K::name, "IP", span);
        return true;
    }

    /// `chain input {` and `function f() {`, with statements in the braces.
    bool foreign_heading() {
        if (!open_.empty() || !starts_line() || !is(1, K::name) || starts_line(1) || names_type(token().text)) return false;
        const std::size_t brace = is(2, K::open_paren) && is(3, K::close_paren) ? 4 : 2;
        if (!is(brace, K::open_brace) || !begins_statement(brace + 1)) return false;
        const auto subtype = subtype_for(brace);
        report(Kind::syntax_error, token().span, quoted(token().text) + " is no type",
               "write `Filter::" + subtype + " " + token(1).text + " { … }`");
        const auto span = token().span;
        put(K::name, "Filter", span);
        put(K::colon, ":", span);
        put(K::colon, ":", span);
        put(K::name, subtype, span);
        ++at_;
        take();
        at_ += brace - 2;
        return true;
    }

    /// By the protocol that the body speaks of first.
    std::string subtype_for(std::size_t brace) const {
        for (std::size_t i = brace, end = closer_of(brace); i < end; ++i) {
            const bool of_filter = is(i + 1, K::colon); // a nested function says so itself
            if (one_of(word_at(i), {"tcp", "udp", "icmp"}) && !of_filter)
                return word_at(i) == "tcp" ? "TCP" : word_at(i) == "udp" ? "UDP" : "ICMP";
            if (is(i, K::colon)) break;
        }
        return "IP";
    }

    bool begins_statement(std::size_t i) const {
        if (is(i, K::if_)) return is(i + 1, K::open_paren);
        if (!is(i, K::name)) return false;
        if (is(i + 1, K::colon)) return is(i + 2, K::colon);
        return is_verdict(token(i).text) || is(i + 1, K::open_paren) || is(i + 1, K::name);
    }

    bool take_colons(std::size_t subtype) {
        const auto span = token().span;
        take();
        put(K::colon, ":", span);
        put(K::colon, ":", span);
        at_ += subtype - 1;
        take();
        return true;
    }

    /// The first tokens of a heading; then its name, and `{` where a body follows without one.
    bool take_heading(std::size_t count) {
        if (names_function(at_)) {
            report(Kind::syntax_error, token(count).span,
                   quoted(token(count).text) + " is a keyword and cannot be a name",
                   "give the function another name");
            while (count-- > 0) take();
            put(K::name, token().text, token().span);
            ++at_;
            return true;
        }
        while (count-- > 0) take();
        if (is(0, K::name) && (!starts_line() || is(1, K::open_brace) || opens_block())) take();
        if (is(0, K::colon) && is(1, K::open_brace)) {
            report(Kind::syntax_error, token().span, "a function has no `:` before its body", "leave it out");
            ++at_;
        }
        const bool body_follows = is(0, K::if_) || (is(0, K::name) && starts_line());
        if (!body_follows || out_.back().kind != K::name) return true;
        const auto& last = out_.back().span;
        const Span end{last.file, last.end, last.end};
        report(Kind::syntax_error, end, "a `{` is missing after " + quoted(out_.back().text),
               "the body of a function stands in braces");
        put(K::open_brace, "{", end);
        open_.push_back({K::open_brace, true});
        return true;
    }

    /// `index 0` in an object.
    bool member() {
        if (!in(K::open_brace) || open_.back().is_body || at_ + 1 == tokens_.size() || starts_line(1))
            return false;
        const bool key =
            before() == K::open_brace || before() == K::comma || (starts_line() && before() != K::colon);
        const bool names = is(1, K::name) && (is(2, K::comma) || is(2, K::close_brace));
        if (!key || (!is_literal(token(1).kind) && !is(1, K::open_bracket) && !names)) return false;
        const auto& value = token(1);
        report(Kind::syntax_error, value.span, "a `:` is missing before this",
               "write `" + token().text + ": " + (value.kind == K::open_bracket ? "[…]" : value.text) + "`");
        take();
        put(K::colon, ":", value.span);
        return true;
    }

    std::string type_meant() const {
        return one_of(word_at(0), {"interface", "vlan"}) ? "Iface" : token().text;
    }

    /// `Iface eth0` or `ports:`, and on the next line another declaration.
    bool valueless() {
        const bool typed = is(1, K::name) && names_type(token().text);
        const bool untyped = is(1, K::colon);
        if (!open_.empty() || !starts_line() || (!typed && !untyped) || starts_line(1)) return false;
        // Nothing that is legal goes on so.
        const bool declares =
            is(3, K::colon) || (is(3, K::name) && (is(4, K::open_brace) || is(4, K::open_bracket)));
        const bool is_member = is(2, K::name) && token(2).span.begin.column > token().span.begin.column;
        const bool follows = declares && is(2, K::name) && starts_line(2) && !starts_line(3) && !is_member;
        if (!follows && at_ + 2 < tokens_.size()) return false;
        const auto& name = token(typed ? 1 : 0);
        report(Kind::syntax_error, name.span, quoted(name.text) + " has no value",
               typed ? "write `" + type_meant() + " " + name.text + " { … }`"
                     : "write `" + name.text + ": …`");
        if (typed)
            put(K::name, type_meant(), token().span), ++at_;
        else
            take();
        take();
        const auto& last = out_.back().span;
        put(K::name, name.text, {last.file, last.end, last.end});
        return true;
    }

    struct Open {
        K bracket;
        bool is_body;
        bool is_braced_list = false;
    };

    const Tokens& tokens_;
    Diagnostics& diagnostics_;
    Tokens out_;
    std::size_t at_ = 0;
    std::vector<Open> open_;
    std::set<std::string> keyword_names_;     ///< of functions
    std::set<std::string> numbers_as_names_;  ///< `2lan`
    std::optional<std::size_t> close_before_; ///< where a `)` is missing
    bool braces_match_ = true;
    std::set<std::size_t> left_out_closers_; ///< closers of braces that are left out
    bool quotes_are_said_ = false;
};

} // namespace

Tokens respell(const Tokens& tokens, Diagnostics& diagnostics) {
    return Respeller(tokens, diagnostics).run();
}

} // namespace syntax
