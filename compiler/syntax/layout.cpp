#include "compiler/syntax/layout.hpp"

#include "compiler/syntax/utf8.hpp"

#include <algorithm>

namespace syntax {

namespace {

/// The end of a line in the gap before a token.
struct Break {
    std::size_t indent = 0;         ///< of the token
    std::size_t comment_indent = 0; ///< of comments on lines of their own
    bool keeps_blank = false;       ///< one empty line
    bool at_start = false;          ///< of a block
    bool at_end = false;            ///< of a block
};

class Printer {
public:
    explicit Printer(const Shape& shape) : shape_(shape) {}

    std::string print() {
        const auto items = shape_.declarations();
        for (const auto& item : items) {
            break_line(item.begin, {.keeps_blank = true});
            print_item(item);
        }
        break_line(shape_.size() - 1, {.keeps_blank = true, .at_end = true});
        return std::move(out_);
    }

private:
    /// Characters on the line that is being printed. Lines may be long: none is counted twice.
    std::size_t column() {
        column_ += characters_in(std::string_view(out_).substr(counted_));
        counted_ = out_.size();
        return column_;
    }

    bool fits(Range range) { return column() + shape_.flat_width(range) <= line_columns_max; }

    void new_line(std::size_t indent, bool blank) {
        if (out_.empty()) return;
        out_ += blank ? "\n\n" : "\n";
        start_line();
        line_indent_ = indent;
        out_.append(indent, ' ');
    }

    void start_line() {
        counted_ = out_.size();
        column_ = 0;
    }

    /// The further lines of a comment move with its first.
    void print_comment(const Comment& comment) {
        const auto now = column() + 1, then = std::size_t{comment.column};
        std::string_view rest = comment.text;
        while (true) {
            const auto end = rest.find('\n');
            out_ += rest.substr(0, end);
            if (end == std::string_view::npos) return;
            out_ += '\n';
            start_line();
            rest.remove_prefix(end + 1);
            for (auto left = then; left > now && (rest.starts_with(' ') || rest.starts_with('\t')); --left)
                rest.remove_prefix(1);
            if (now > then && !rest.starts_with('\n')) out_.append(now - then, ' ');
        }
    }

    /// Comments stay on the lines they are on. Where no line ended in the gap, those at the start of a block
    /// and those behind a comma belong to what follows.
    void break_line(std::size_t i, const Break& wanted) {
        const auto& gap = shape_.gap(i);
        auto newlines = gap.newlines;
        const bool after_comma = i > 0 && shape_.kind(i - 1) == TokenKind::comma;
        const bool with_next = wanted.at_start || (after_comma && !wanted.at_end);
        if (!gap.breaks()) (with_next ? newlines.front() : newlines.back()) = 1;
        if (wanted.at_end) newlines.back() = std::max(newlines.back(), 1u);
        bool started = !wanted.at_start;
        for (std::size_t k = 0; k < newlines.size(); ++k) {
            const bool last = k + 1 == newlines.size();
            const bool blank = wanted.keeps_blank && newlines[k] > 1 && started && !(last && wanted.at_end);
            if (newlines[k] > 0)
                new_line(last ? wanted.indent : wanted.comment_indent, blank);
            else
                out_ += ' ';
            started |= newlines[k] > 0;
            if (!last) print_comment(gap.comments[k]);
        }
    }

    void print_flat(Range range) {
        for (auto i = range.begin; i < range.end; ++i) {
            if (i > range.begin) out_ += shape_.flat_gap(i);
            out_ += shape_.token(i).text;
        }
    }

    /// On one line, or else all its braces are broken over lines, and what does not fit otherwise.
    void print_item(Range item) {
        if (shape_.may_be_flat(item) && fits(item)) return print_flat(item);
        const auto indent = line_indent_;
        for (auto i = item.begin; i < item.end; ++i) {
            if (i > item.begin) print_gap_inside(i, indent);
            if (!shape_.opens(i)) {
                out_ += shape_.token(i).text;
                continue;
            }
            const auto close = shape_.partner(i);
            const bool braces = shape_.kind(i) == TokenKind::open_brace;
            if (!braces && shape_.may_be_flat({i, close + 1}) && fits({i, line_end(close, item.end)}))
                print_flat({i, close + 1});
            else
                print_broken(i, braces ? indent : line_indent_);
            i = close;
        }
    }

    /// Between two tokens of an item that is not on one line.
    void print_gap_inside(std::size_t i, std::size_t indent) {
        const bool at_margin =
            shape_.kind(i) == TokenKind::open_brace || shape_.is_operator(i, TokenKind::else_);
        const auto further = at_margin ? indent : indent + indent_columns;
        if (shape_.gap(i).forces_break() || shape_.is_operator(i, TokenKind::and_))
            break_line(i, {.indent = further, .comment_indent = further});
        else
            out_ += shape_.flat_gap(i);
    }

    /// Behind the last token that has to be on one line with the bracket that closes.
    std::size_t line_end(std::size_t close, std::size_t item_end) const {
        auto end = close + 1;
        while (end < item_end && !shape_.gap(end).forces_break() && !shape_.is_operator(end, TokenKind::and_))
            if (shape_.opens(end++)) break;
        return end;
    }

    void print_broken(std::size_t open, std::size_t indent) {
        const auto inner = indent + indent_columns;
        const auto close = shape_.partner(open);
        const bool plain = shape_.is_plain(open);
        const bool in_parens = shape_.kind(open) == TokenKind::open_paren;
        out_ += shape_.token(open).text;
        for (const auto& item : shape_.items(open)) {
            const bool first = item.begin == open + 1;
            if (!first && plain && shares_line(item, in_parens))
                out_ += shape_.flat_gap(item.begin);
            else
                break_line(item.begin, {inner, inner, !in_parens, first, false});
            print_item(item);
        }
        break_line(close, {indent, inner, !in_parens, close == open + 1, true});
        out_ += shape_.token(close).text;
    }

    /// Plain values fill lines. In a list the line breaks that were written stay: they group values.
    bool shares_line(Range item, bool in_parens) {
        const auto& gap = shape_.gap(item.begin);
        if (in_parens ? gap.forces_break() : gap.breaks()) return false;
        const auto width = characters_in(shape_.flat_gap(item.begin)) + shape_.flat_width(item);
        return shape_.may_be_flat(item) && column() + width <= line_columns_max;
    }

    const Shape& shape_;
    std::string out_;
    std::size_t counted_ = 0; ///< bytes of `out_` whose characters are in `column_`
    std::size_t column_ = 0;
    std::size_t line_indent_ = 0; ///< of the line that is being printed
};

} // namespace

std::string lay_out(const Shape& shape) { return Printer(shape).print(); }

} // namespace syntax
