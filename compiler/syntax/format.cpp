#include "compiler/syntax/format.hpp"

#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/layout.hpp"
#include "compiler/syntax/parse.hpp"

#include <algorithm>

namespace syntax {

namespace {

void add_starts(const std::vector<Statement>& body, std::set<Position>& starts) {
    for (const auto& statement : body) {
        starts.insert(statement.span.begin);
        if (const auto* function = std::get_if<Function>(&statement.is)) add_starts(function->body, starts);
        if (const auto* conditional = std::get_if<Conditional>(&statement.is)) {
            for (const auto& arm : conditional->arms) add_starts(arm.then, starts);
            add_starts(conditional->otherwise, starts);
        }
    }
}

/// Where declarations and statements begin: nothing in the tokens says so.
std::set<Position> starts_of(const Program& program) {
    std::set<Position> starts;
    for (const auto& declaration : program.declarations) {
        starts.insert(std::visit([](const auto& any) { return any.span.begin; }, declaration));
        if (const auto* function = std::get_if<Function>(&declaration)) add_starts(function->body, starts);
    }
    return starts;
}

/// Tokens, or comments, whose blanks are layout as well.
std::vector<std::pair<TokenKind, std::string>> content(const Tokens& tokens, bool comments) {
    std::vector<std::pair<TokenKind, std::string>> result;
    for (const auto& token : tokens) {
        if ((token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment) != comments)
            continue;
        result.emplace_back(token.kind, token.text);
        if (comments)
            std::erase_if(result.back().second, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    }
    return result;
}

/// Whether the two are two tokens also when they touch, whatever they are exactly.
bool may_touch(const Token& before, const Token& after) {
    const auto is_single = [](const Token& token) {
        return is_open_bracket(token.kind) || is_close_bracket(token.kind) ||
               token.kind == TokenKind::comma || token.kind == TokenKind::colon;
    };
    const auto is_number = [](const Token& token) {
        return token.kind == TokenKind::integer || token.kind == TokenKind::address;
    };
    if (is_single(before) || is_single(after)) return true;
    if (before.kind == TokenKind::dot) return after.kind == TokenKind::name;
    if (after.kind == TokenKind::dot) return before.kind == TokenKind::name;
    if (after.kind == TokenKind::minus || after.kind == TokenKind::slash) return is_number(before);
    if (before.kind == TokenKind::minus || before.kind == TokenKind::slash) return is_number(after);
    return before.text == "!" && after.kind == TokenKind::name;
}

/// The end of the comment that starts there; the same place when none does.
std::size_t comment_end(std::string_view text, std::size_t at) {
    const auto rest = text.substr(at);
    if (rest.starts_with('#') || rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
    if (!rest.starts_with("/*")) return at;
    const auto end = text.find("*/", at + 2);
    return end == text.npos ? text.size() : end + 2;
}

constexpr std::string_view blanks = " \t\r\n";

/// Comments are moved as a whole, their lines too.
bool same_comment(std::string_view a, std::string_view b) {
    constexpr std::string_view layout = " \t\r";
    std::size_t j = 0;
    for (const char c : a) {
        if (layout.find(c) != layout.npos) continue;
        while (j < b.size() && layout.find(b[j]) != layout.npos) ++j;
        if (j == b.size() || b[j++] != c) return false;
    }
    return b.find_first_not_of(layout, j) == b.npos;
}

/// The tokens or comments of a file, one after the other.
class Reader {
public:
    Reader(const Tokens& tokens, bool comments) : tokens_(tokens), comments_(comments) { skip(); }
    const Token* next() {
        if (at_ == tokens_.size()) return nullptr;
        const auto* token = &tokens_[at_++];
        skip();
        return token;
    }

private:
    void skip() {
        const auto is_comment = [](TokenKind kind) {
            return kind == TokenKind::line_comment || kind == TokenKind::block_comment;
        };
        while (at_ < tokens_.size() && is_comment(tokens_[at_].kind) != comments_) ++at_;
    }

    const Tokens& tokens_;
    bool comments_;
    std::size_t at_ = 0;
};

/// Whether the text plainly has these tokens and these comments. Lexing it would tell for sure, and takes
/// long.
bool surely_same_content(const Tokens& tokens, std::string_view text) {
    Reader words(tokens, false), comments(tokens, true);
    const Token* before = nullptr;
    std::size_t end = 0;
    for (auto at = text.find_first_not_of(blanks); at != text.npos;
         at = text.find_first_not_of(blanks, end)) {
        const bool touches = before != nullptr && at == end;
        end = comment_end(text, at);
        const auto* found = end > at ? comments.next() : words.next();
        if (found == nullptr) return false;
        if (end > at) {
            if (!same_comment(found->text, text.substr(at, end - at))) return false;
            before = nullptr; // nothing is lost in a comment that ends, and one to the end of the line does
            continue;
        }
        if (!text.substr(at).starts_with(found->text) || (touches && !may_touch(*before, *found)))
            return false;
        before = found;
        end = at + found->text.size();
    }
    return words.next() == nullptr && comments.next() == nullptr;
}

} // namespace

bool same_content(const Tokens& left, const Tokens& right) {
    return content(left, false) == content(right, false) && content(left, true) == content(right, true);
}

std::optional<std::string> format(const Sources& sources, FileId file, Diagnostics& diagnostics) {
    Tokens tokens;
    const auto starts = starts_of(parse(sources, file, diagnostics, &tokens).program);
    if (diagnostics.has_errors()) return std::nullopt;
    auto text = lay_out(Shape(spaced(file, tokens), starts));
    if (!surely_same_content(tokens, text) && !same_content(tokens, lex(file, text))) return std::nullopt;
    return text;
}

} // namespace syntax
