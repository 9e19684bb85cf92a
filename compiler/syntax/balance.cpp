// Brackets are balanced before anything is parsed. Where a closer is missing, layout tells best where: people
// indent what stands inside. That guess is used only in a file whose brackets do not match anyway, and only
// when it makes them match.
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <set>

namespace syntax {

namespace {

TokenKind partner(TokenKind k) {
    return k == TokenKind::open_brace     ? TokenKind::close_brace
           : k == TokenKind::open_bracket ? TokenKind::close_bracket
                                          : TokenKind::close_paren;
}
std::string character(TokenKind k) { return std::string(text_of(k)).substr(1, 1); }

/// What layout suggests, as indexes of tokens.
struct Guesses {
    std::set<std::size_t> outside; ///< a closer is missing before these
    std::set<std::size_t> surplus; ///< closers that close nothing, and openers behind what takes no body
};

/// What a run of the balancing found wrong.
struct Outcome {
    Tokens tokens;
    std::vector<Diagnostic> problems;
    bool open_at_end = false;
    std::optional<std::size_t> outside; ///< the first token that layout puts outside of the open brace
    std::optional<std::size_t> surplus; ///< the first closer that stands deeper than what it closes
    std::optional<std::size_t> bodyless; ///< the first brace behind a verdict

    /// Closers without openers: a sign that a guess was wrong.
    auto strays() const {
        return std::count_if(problems.begin(), problems.end(),
                             [](const Diagnostic& p) { return p.kind != Kind::unclosed_bracket; });
    }
};

class Balancer {
public:
    Balancer(const Tokens& tokens, const Guesses& guesses) : tokens_(tokens), guesses_(guesses) {
        for (const auto& token : tokens_) {
            const auto line = token.span.begin.line;
            if (line < first_column_.size()) continue; // not the first one on its line
            first_column_.resize(line + 1);
            first_column_.back() = token.span.begin.column;
        }
    }

    Outcome run() {
        result_.tokens.reserve(tokens_.size());
        for (index_ = 0; index_ < tokens_.size(); ++index_) {
            const auto& token = tokens_[index_];
            if (guesses_.surplus.contains(index_)) {
                if (is_open_bracket(token.kind))
                    report_bodyless(token);
                else
                    report_stray(token);
                continue;
            }
            if (guesses_.outside.contains(index_) && !open_.empty())
                report_unclosed(token), insert_closer(token);
            else
                note_layout(token);
            if (starts_line(token)) close_parenthesis_before_statement(token);
            if (token.kind == TokenKind::colon) close_list_before_pair();
            if (token.kind == TokenKind::name) close_list_before_declaration(token);
            if (is_open_bracket(token.kind))
                open(token);
            else if (is_close_bracket(token.kind))
                close(token);
            else
                result_.tokens.push_back(token);
        }
        close_all();
        return std::move(result_);
    }

private:
    std::uint32_t indentation(const Token& token) const { return first_column_.at(token.span.begin.line); }
    bool starts_line(const Token& token) const { return indentation(token) == token.span.begin.column; }

    /// Whether what the opener holds stands deeper than it, as far as its first token tells.
    bool is_indented(const Token& opener) const {
        const auto first = std::upper_bound(tokens_.begin(), tokens_.end(), opener,
                                            [](const Token& a, const Token& b) { return a.span < b.span; });
        return first == tokens_.end() || !starts_line(*first) ||
               first->span.begin.column > indentation(opener);
    }

    /// Whether the token stands where, by its line's indentation, it should not.
    void note_layout(const Token& token) {
        if (open_.empty() || !starts_line(token)) return;
        const auto& opener = open_.back();
        if (opener.kind != TokenKind::open_brace) return; // what a list holds tells better where it ends
        if (opener.span.begin.line == token.span.begin.line) return;
        if (!is_indented(opener)) return; // who does not indent says nothing by it
        const auto column = token.span.begin.column, outside = indentation(opener);
        const bool is_its_closer = token.kind == partner(opener.kind);
        if (is_its_closer && column > outside && !result_.surplus) result_.surplus = index_;
        if (result_.outside) return;
        if (is_its_closer ? column < outside : column <= outside && !is_close_bracket(token.kind))
            result_.outside = index_;
    }

    void open(const Token& token) {
        // `if (a == b {`: only after these may a brace open inside of parentheses.
        if (token.kind == TokenKind::open_brace && !open_.empty() &&
            open_.back().kind == TokenKind::open_paren) {
            const auto before = result_.tokens.back().kind;
            const bool is_value = is_open_bracket(before) || before == TokenKind::comma ||
                                  before == TokenKind::in || before == TokenKind::colon ||
                                  (before >= TokenKind::equal && before <= TokenKind::greater);
            if (!is_value) report_unclosed(token), insert_closer(token);
        }
        const auto word = result_.tokens.empty() ? std::string() : lower(result_.tokens.back().text);
        const bool is_verdict = word == "accept" || word == "drop" || word == "reject";
        if (token.kind == TokenKind::open_brace && is_verdict && !opens_body(tokens_, index_) &&
            !result_.bodyless)
            result_.bodyless = index_;
        open_.push_back(token);
        result_.tokens.push_back(token);
    }

    void close(const Token& token) {
        const auto match = std::find_if(open_.rbegin(), open_.rend(),
                                        [&](const Token& t) { return partner(t.kind) == token.kind; });
        // `if (a == b)) {`: a second one behind the first is one too many.
        const bool doubled =
            match == open_.rend() && !result_.tokens.empty() && result_.tokens.back().kind == token.kind;
        if (open_.empty() || doubled) return report_stray(token);
        if (match == open_.rend()) {
            const auto right = partner(open_.back().kind);
            problem(Kind::mismatched_bracket, token.span,
                    text(token.kind) + " stands where " + text(right) + " closes what was opened",
                    {{open_.back().span, text(open_.back().kind) + " was opened here"}},
                    "write " + text(right));
            result_.tokens.push_back({right, character(right), token.span, true});
            open_.pop_back();
            return;
        }
        if (match != open_.rbegin()) report_unclosed(token);
        while (partner(open_.back().kind) != token.kind) insert_closer(token);
        open_.pop_back();
        result_.tokens.push_back(token);
    }

    /// `[80, name: …`: a list holds no pairs, so it ends before the name.
    void close_list_before_pair() {
        if (open_.empty() || open_.back().kind != TokenKind::open_bracket) return;
        auto& out = result_.tokens;
        std::size_t start = out.size();
        if (start > 0 && out[start - 1].kind == TokenKind::name) --start;
        while (start > 1 && out[start - 1].kind == TokenKind::dot && out[start - 2].kind == TokenKind::name)
            start -= 2;
        if (start == out.size()) return;
        report_unclosed(out[start]);
        Tokens tail(out.begin() + static_cast<std::ptrdiff_t>(start), out.end());
        out.resize(start);
        insert_closer_before(tail.front());
        out.insert(out.end(), tail.begin(), tail.end());
    }

    /// `log("text"` and on a new line `drop`: where the parenthesis is not closed before a brace is.
    void close_parenthesis_before_statement(const Token& token) {
        const bool begins = token.kind == TokenKind::name || token.kind == TokenKind::if_;
        if (!begins || open_.empty() || open_.back().kind != TokenKind::open_paren ||
            !ends_value(result_.tokens.back().kind))
            return;
        constexpr std::size_t tokens_max = 1000; // nobody's arguments are longer
        std::size_t depth = 0;
        for (auto i = index_; i < std::min(tokens_.size(), index_ + tokens_max); ++i) {
            if (is_open_bracket(tokens_[i].kind)) ++depth;
            if (!is_close_bracket(tokens_[i].kind)) continue;
            if (depth == 0 && tokens_[i].kind == TokenKind::close_paren) return;
            if (depth-- == 0) break;
        }
        report_unclosed(token);
        insert_closer(token);
    }

    /// `[80,` and on a new line `Iface eth0 …`.
    void close_list_before_declaration(const Token& token) {
        if (open_.empty() || open_.back().kind != TokenKind::open_bracket || index_ + 1 >= tokens_.size())
            return;
        const auto& next = tokens_[index_ + 1];
        if (!starts_line(token) || next.kind != TokenKind::name ||
            next.span.begin.line != token.span.begin.line)
            return;
        report_unclosed(token);
        insert_closer_before(token);
    }

    /// A comma before the place belongs to the object around the list, if there is one.
    void insert_closer_before(const Token& token) {
        auto& out = result_.tokens;
        const bool in_object = open_.size() > 1 && open_[open_.size() - 2].kind == TokenKind::open_brace;
        if (!in_object || out.back().kind != TokenKind::comma) return insert_closer(token);
        const auto comma = out.back();
        out.pop_back();
        insert_closer(token);
        out.push_back(comma);
    }

    void insert_closer(const Token& before) {
        const auto kind = partner(open_.back().kind);
        const Span span{before.span.file, before.span.begin, before.span.begin};
        result_.tokens.push_back({kind, character(kind), span, true});
        open_.pop_back();
    }

    void report_stray(const Token& token) {
        problem(Kind::stray_bracket, token.span, text(token.kind) + " closes nothing", {},
                "leave it out, or add the " + text(opener_of(token.kind)) + " that it closes");
    }

    void report_bodyless(const Token& brace) {
        problem(Kind::stray_bracket, brace.span, quoted(result_.tokens.back().text) + " takes no body", {},
                "leave the `{` out");
    }

    void report_unclosed(const Token& noticed) {
        const auto& opener = open_.back();
        if (opener.inserted) return; // that it was missing is said
        const auto closer = text(partner(opener.kind));
        problem(Kind::unclosed_bracket, opener.span, text(opener.kind) + " is never closed",
                {{noticed.span, closer + " is missing before this"}}, "add " + closer);
    }

    void close_all() {
        if (open_.empty()) return;
        result_.open_at_end = true;
        std::string missing;
        for (auto opener = open_.rbegin(); opener != open_.rend(); ++opener)
            missing += character(partner(opener->kind));
        const auto& last = tokens_.back();
        const bool news = std::any_of(open_.begin(), open_.end(), [](const Token& t) { return !t.inserted; });
        const Span end{last.span.file, last.span.end, last.span.end};
        if (news)
            problem(Kind::unclosed_bracket, open_.back().span, text(open_.back().kind) + " is never closed",
                    {{end, "the file ends here"}}, "add `" + missing + "`");
        while (!open_.empty()) insert_closer({TokenKind::end_of_file, "", end});
    }

    static std::string text(TokenKind kind) { return std::string(text_of(kind)); }
    static TokenKind opener_of(TokenKind closer) {
        return closer == TokenKind::close_brace     ? TokenKind::open_brace
               : closer == TokenKind::close_bracket ? TokenKind::open_bracket
                                                    : TokenKind::open_paren;
    }
    void problem(Kind kind, const Span& span, std::string message, std::vector<Note> notes,
                 std::string hint) {
        result_.problems.push_back({kind, span, std::move(message), std::move(notes), std::move(hint)});
    }

    const Tokens& tokens_;
    const Guesses& guesses_;
    std::vector<std::uint32_t> first_column_; ///< of a token, by line
    std::size_t index_ = 0;
    Tokens open_;
    Outcome result_;
};

/// The token at which the nesting passes the limit. A run of `not` nests as well.
const Token* too_deep(const Tokens& tokens) {
    std::size_t depth = 0, nots = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto kind = tokens[i].kind;
        if (is_open_bracket(kind)) ++depth;
        if (is_close_bracket(kind) && depth > 0) --depth;
        nots = kind == TokenKind::not_ ? nots + 1 : 0;
        if (depth > nesting_max || nots > nesting_max) return &tokens[i];
    }
    return nullptr;
}

/// Layout is asked only where brackets do not match, and believed only if that leaves no closer without its
/// opener.
Outcome balance_by_layout(const Tokens& tokens) {
    constexpr std::size_t guesses_max = 16;
    Guesses guesses;
    auto first = Balancer(tokens, guesses).run();
    if (first.problems.empty()) return first;
    if (first.bodyless) {
        guesses.surplus.insert(*first.bodyless);
        auto without = Balancer(tokens, guesses).run();
        if (without.problems.size() == 1) return without;
        guesses.surplus.clear();
    }
    auto outcome = first;
    while (outcome.open_at_end && outcome.outside && guesses.outside.size() < guesses_max) {
        guesses.outside.insert(*outcome.outside);
        outcome = Balancer(tokens, guesses).run();
    }
    if (outcome.strays() <= first.strays() && !guesses.outside.empty()) return outcome;
    if (first.strays() == 0 || !first.surplus) return first;
    guesses = {{}, {*first.surplus}};
    outcome = Balancer(tokens, guesses).run();
    return outcome.problems.size() <= first.problems.size() ? outcome : first;
}

} // namespace

Balanced balance(const Tokens& tokens, Diagnostics& diagnostics) {
    if (const auto* token = too_deep(tokens)) {
        diagnostics.report({Kind::nesting_too_deep,
                            token->span,
                            "this is nested more than " + std::to_string(nesting_max) + " deep",
                            {},
                            "give the inner parts names and refer to them"});
        return {{}, true, std::nullopt};
    }
    auto outcome = balance_by_layout(tokens);
    Balanced result{std::move(outcome.tokens), false, std::nullopt};
    if (outcome.open_at_end && !outcome.problems.empty()) result.guessed_after = outcome.problems.back().span;
    for (auto& problem : outcome.problems) diagnostics.report(std::move(problem));
    return result;
}

} // namespace syntax
