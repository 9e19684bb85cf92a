#include "compiler/syntax/gaps.hpp"

#include <algorithm>
#include <utility>

namespace syntax {

namespace {

bool is_comment(const Token& token) {
    return token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment;
}

Comment comment_of(const Token& token) {
    auto text = token.text;
    for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at)) text.erase(at, 1);
    if (token.kind == TokenKind::line_comment) text.erase(text.find_last_not_of(" \t") + 1);
    return {std::move(text), token.span.begin.column};
}

void move_behind_comma(Gap& before, Gap& behind) {
    auto newlines = std::move(before.newlines);
    newlines.back() = std::max(newlines.back(), behind.newlines.front());
    newlines.insert(newlines.end(), behind.newlines.begin() + 1, behind.newlines.end());
    auto comments = std::move(before.comments);
    std::move(behind.comments.begin(), behind.comments.end(), std::back_inserter(comments));
    behind = {std::move(comments), std::move(newlines)};
    before = {};
}

} // namespace

bool Gap::breaks() const {
    return std::any_of(newlines.begin(), newlines.end(), [](auto count) { return count > 0; });
}

Spaced spaced(FileId file, const Tokens& lexed) {
    Spaced result;
    result.tokens.reserve(lexed.size() + 1);
    result.gaps.reserve(lexed.size() + 1);
    Gap gap;
    Position last{0, 1}; // whatever comes first begins a line
    const auto reach = [&](const Position& begin) {
        gap.newlines.back() = std::max(gap.newlines.back(), begin.line - last.line);
    };
    for (const auto& token : lexed) {
        reach(token.span.begin);
        last = token.span.end;
        if (is_comment(token)) {
            gap.comments.push_back(comment_of(token));
            gap.newlines.push_back(gap.comments.back().ends_line() ? 1 : 0);
        } else {
            result.tokens.push_back(token);
            result.gaps.push_back(std::exchange(gap, {}));
        }
    }
    result.tokens.push_back({TokenKind::end_of_file, "", {file, last, last}});
    result.gaps.push_back(std::move(gap));
    for (std::size_t i = 1; i + 1 < result.tokens.size(); ++i)
        if (result.tokens[i].kind == TokenKind::comma && result.gaps[i].forces_break())
            move_behind_comma(result.gaps[i], result.gaps[i + 1]);
    return result;
}

} // namespace syntax
