// Brackets are balanced before anything is parsed: where they do not match, or what they hold is out of place, the least
// change to them that makes sense of the file is made, and each part of it is a message.
#include "compiler/syntax/bracket_search.hpp"
#include "compiler/syntax/keyless.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <utility>

namespace syntax {

namespace {

using What = BracketEdit::What;

std::string character(TokenKind k) { return std::string(text_of(k)).substr(1, 1); }
std::string text(TokenKind k) { return std::string(text_of(k)); }

/// Makes the edits, and says so.
class Editor {
public:
    Editor(const Tokens& tokens, Diagnostics& diagnostics) : tokens_(tokens), diagnostics_(diagnostics) {}

    Tokens run(const std::vector<BracketEdit>& edits) {
        result_.reserve(tokens_.size() + edits.size());
        auto edit = edits.begin();
        for (std::size_t i = 0; i <= tokens_.size(); ++i) {
            const auto first = edit;
            while (edit != edits.end() && edit->at == i && is_insertion(*edit)) ++edit;
            insert(first, edit);
            if (i == tokens_.size()) break;
            if (edit == edits.end() || edit->at != i) {
                result_.push_back(tokens_[i]);
                result_.back().inserted |= std::exchange(follows_drop_, false); // it may seem out of place
            } else if (edit->what == What::drop) {
                const auto count = dropped_in_a_row(edit, edits.end());
                drop(i, count);
                i += count - 1;
                edit += static_cast<std::ptrdiff_t>(count);
            } else
                replace(*edit++);
        }
        return std::move(result_);
    }

private:
    using Edits = std::vector<BracketEdit>::const_iterator;

    static bool is_insertion(const BracketEdit& edit) {
        return edit.what == What::close || edit.what == What::open || edit.what == What::open_member;
    }

    /// All that is missing at one place is one mistake.
    void insert(Edits first, Edits last) {
        if (first == last) return;
        const auto i = first->at;
        const auto& place = i > 0 ? tokens_[i - 1].span : tokens_[i].span;
        const auto at = i > 0 ? place.end : place.begin;
        const Span span{place.file, at, at};
        std::string missing;
        std::size_t count = 0;
        std::vector<Note> notes;
        for (auto edit = first; edit != last; ++edit) {
            result_.push_back({edit->bracket, character(edit->bracket), span, true});
            const bool has_opener = edit->what == What::close && edit->opener < tokens_.size();
            // What an unclosed string is taken to have swallowed has been said with it.
            if (has_opener && tokens_[edit->opener].inserted) continue;
            if (edit->what == What::open_member) missing += key_before(*edit) + ": ";
            missing += character(edit->bracket), ++count;
            if (!has_opener) continue;
            const auto& opener = tokens_[edit->opener];
            notes.push_back({opener.span, text(opener.kind) + " was opened here"});
        }
        if (missing.empty()) return;
        constexpr std::size_t shown_max = 8;
        if (count > shown_max) notes.resize(1);
        const auto kind = is_open_bracket(first->bracket) ? Kind::missing_bracket : Kind::unclosed_bracket;
        if (count > shown_max)
            return diagnostics_.report(
                {kind, span, std::to_string(count) + " brackets are missing here", std::move(notes), {}});
        diagnostics_.report({kind, span, "a `" + missing + "` is missing here", std::move(notes),
                             "add `" + missing + "`"});
    }

    /// Of the member that the bracket opens, by what follows.
    std::string key_before(const BracketEdit& edit) const {
        if (edit.bracket == TokenKind::open_brace) return std::string(home_of_member(tokens_[edit.at].text));
        std::size_t depth = 0;
        for (auto i = edit.at; i < tokens_.size(); ++i) {
            if (depth == 1 && home_of_member(tokens_[i].text) == "steps") return "steps";
            if (is_open_bracket(tokens_[i].kind)) ++depth;
            if (is_close_bracket(tokens_[i].kind) && --depth == 0) break;
        }
        return "name";
    }

    /// Brackets of one kind side by side are one mistake.
    std::size_t dropped_in_a_row(Edits first, Edits last) const {
        std::size_t count = 1;
        const auto is_next = [&](const BracketEdit& edit) {
            const auto& before = tokens_[edit.at - 1];
            const auto& token = tokens_[edit.at];
            return edit.what == What::drop && edit.at == first->at + count && before.kind == token.kind &&
                   before.span.end == token.span.begin && before.inserted == token.inserted;
        };
        for (auto edit = first + 1; edit != last && is_next(*edit); ++edit) ++count;
        return count;
    }

    void drop(std::size_t first, std::size_t count) {
        follows_drop_ = true;
        if (!tokens_[first].inserted) report_surplus(first, count);
    }

    void replace(const BracketEdit& edit) {
        const auto& token = tokens_[edit.at];
        result_.push_back({edit.bracket, character(edit.bracket), token.span, true});
        std::vector<Note> notes;
        if (edit.opener < tokens_.size()) {
            const auto& opener = tokens_[edit.opener];
            notes.push_back({opener.span, text(opener.kind) + " was opened here"});
        }
        diagnostics_.report({Kind::mismatched_bracket, token.span,
                             text(token.kind) + " stands where " + text(edit.bracket) + " belongs",
                             std::move(notes), "write " + text(edit.bracket)});
    }

    void report_surplus(std::size_t at, std::size_t count) {
        const auto& token = tokens_[at];
        if (token.kind == TokenKind::open_brace && at > 0 && is_verdict(tokens_[at - 1].text))
            return diagnostics_.report({Kind::stray_bracket, token.span, quoted(tokens_[at - 1].text) + " takes no body",
                                        {}, "leave the `{` out"});
        constexpr std::size_t shown_max = 8;
        std::string brackets;
        for (std::size_t i = 0; i < std::min(count, shown_max); ++i) brackets += character(token.kind);
        if (count > shown_max) brackets += "…";
        diagnostics_.report(
            {Kind::stray_bracket,
             join(token.span, tokens_[at + count - 1].span),
             quoted(brackets) + (is_open_bracket(token.kind) ? " opens nothing" : " closes nothing"),
             {},
             "leave it out"});
    }

    const Tokens& tokens_;
    Diagnostics& diagnostics_;
    Tokens result_;
    bool follows_drop_ = false;
};

/// The token at which the nesting passes the limit. A run of `not` nests as well.
const Token* too_deep(const Tokens& tokens, std::size_t depth_max) {
    std::size_t depth = 0, nots = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto kind = tokens[i].kind;
        if (is_open_bracket(kind)) ++depth;
        if (is_close_bracket(kind) && depth > 0) --depth;
        nots = kind == TokenKind::not_ ? nots + 1 : 0;
        if (depth > depth_max || nots > nesting_max) return &tokens[i];
    }
    return nullptr;
}

void report_depth(const Token& token, Diagnostics& diagnostics) {
    diagnostics.report({Kind::nesting_too_deep,
                        token.span,
                        "this is nested more than " + std::to_string(nesting_max) + " deep",
                        {},
                        "give the inner parts names and refer to them"});
}

} // namespace

Balanced balance(const Tokens& tokens, Diagnostics& diagnostics) {
    constexpr std::size_t searched_max = 2 * nesting_max; // the search takes its time where everything is open
    if (too_deep(tokens, searched_max) != nullptr) {
        report_depth(*too_deep(tokens, nesting_max), diagnostics);
        return {{}, true};
    }
    const auto edits = least_bracket_edits(tokens);
    auto balanced = edits.empty() ? tokens : Editor(tokens, diagnostics).run(edits);
    const auto* token = too_deep(balanced, nesting_max);
    if (token == nullptr) return {std::move(balanced)};
    // What is too deep only because brackets are missing has been said with them.
    if (edits.empty()) report_depth(*token, diagnostics);
    return {{}, true};
}

} // namespace syntax
