// What a layout needs to know about the tokens of a well-formed file before it prints the first one: which
// brackets belong together, where items start, what may stand on one line and how wide it is there.
#pragma once
#include "compiler/syntax/gaps.hpp"

#include <set>

namespace syntax {

class Shape {
public:
    /// `starts`: where declarations and statements begin.
    Shape(Spaced file, const std::set<Position>& starts);

    const Token& token(std::size_t i) const { return file_.tokens[i]; }
    TokenKind kind(std::size_t i) const { return file_.tokens[i].kind; }
    const Gap& gap(std::size_t i) const { return file_.gaps[i]; }
    std::size_t size() const { return file_.tokens.size(); }

    /// A bracket that may be broken over lines: not that of `(-5)`, and no empty one.
    bool opens(std::size_t i) const;
    std::size_t partner(std::size_t i) const { return partner_[i]; }
    /// Of that kind, and no key: `{ and: 1 }`, `a.and`.
    bool is_operator(std::size_t i, TokenKind which) const;

    /// Everything at the top level, or between the bracket and its partner.
    std::vector<Range> declarations() const;
    std::vector<Range> items(std::size_t open) const;
    /// Values between commas, none of which has brackets: they may share lines.
    bool is_plain(std::size_t open) const;

    /// What stands in the gap before the token when it is on one line with the token before it.
    std::string flat_gap(std::size_t i) const;
    /// Whether the tokens may stand on one line, as far as that does not depend on its width. What is in
    /// braces or square brackets may when it was written so, and is not more than one statement.
    bool may_be_flat(Range range) const;
    std::size_t flat_width(Range range) const;

private:
    bool is_empty(std::size_t open) const;
    bool is_key(std::size_t i) const;
    bool is_spaced(std::size_t i) const;
    bool must_break(std::size_t i) const;
    void link_brackets();
    std::vector<Range> split(Range content, bool in_parens) const;

    Spaced file_;
    std::vector<bool> starts_;
    std::vector<std::size_t> partner_;
    std::vector<std::size_t> statements_; ///< between a bracket and its partner
    // Sums over the tokens before an index, each with its gap.
    std::vector<std::size_t> widths_{0};
    std::vector<std::size_t> obstacles_{0};
};

} // namespace syntax
