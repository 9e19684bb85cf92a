// Lines that are written in another language from end to end: comments that begin otherwise, and rules of
// other firewalls. Each is one mistake, whatever stands in it, and is told how it is written here. No legal
// program has any of these, whatever its layout.
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/foreign_comparison.hpp"
#include "compiler/syntax/foreign_deed.hpp"
#include "compiler/syntax/foreign_rule.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

namespace syntax {

namespace {

using K = TokenKind;

/// With which rules begin. A function may be called so.
constexpr std::array<std::string_view, 40> rule_words = {
    "ip",      "tcp",  "udp",  "icmp",   "ct",     "ether",     "iif",    "iifname", "oif",
    "oifname", "meta", "pass", "block",  "permit", "deny",      "allow",  "nft",     "access-list",
    "counter", "type", "add",  "insert", "queue",  "flow",      "policy", "ufw",     "iptables",
    "rdr",     "nat",  "set",  "flush",  "match",  "antispoof", "route",
    "scrub",   "limit", "dnat", "snat",  "log",  "vlan"};

bool is_rule_word(const std::string& word) {
    return std::find(rule_words.begin(), rule_words.end(), word) != rule_words.end();
}
bool may_begin_line(const std::string& word) {
    return is_rule_word(word) || is_verdict(word) || word == "table" || word == "interface";
}

class ForeignLines {
public:
    ForeignLines(const Tokens& tokens, Diagnostics& diagnostics)
        : tokens_(tokens), diagnostics_(diagnostics), sets_(names_of_sets(tokens)) {
        for (std::size_t i = 0; i + 2 < tokens.size(); ++i)
            if (tokens[i].kind == K::colon && tokens[i + 1].kind == K::name && tokens[i + 2].kind == K::name)
                functions_.insert(lower(tokens[i + 2].text));
            else if (tokens[i].kind == K::name && tokens[i + 1].kind == K::string)
                imports_ |= lower(tokens[i].text) == "import";
    }

    Tokens run() {
        out_.reserve(tokens_.size());
        while (at_ < tokens_.size())
            if (!comment() && !ruleset() && !interface_block() && !verdict_first() && !rule()) take();
        return std::move(out_);
    }

private:
    bool is(std::size_t ahead, K kind) const {
        return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].kind == kind;
    }
    bool is(std::size_t ahead, std::string_view text) const {
        return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].text == text;
    }
    const Token& token(std::size_t ahead = 0) const { return tokens_[at_ + ahead]; }
    bool starts_line(std::size_t ahead = 0) const {
        const auto index = at_ + ahead;
        return index == 0 || index >= tokens_.size() ||
               tokens_[index - 1].span.end.line != tokens_[index].span.begin.line;
    }
    bool touches(std::size_t ahead) const {
        return at_ + ahead + 1 < tokens_.size() && token(ahead).span.end == token(ahead + 1).span.begin;
    }
    std::size_t tokens_on_line() const {
        std::size_t count = 1;
        while (!starts_line(count)) ++count;
        return count;
    }

    void take() {
        const auto kind = token().kind;
        out_.push_back(token());
        if (is_open_bracket(kind))
            in_body_.push_back(kind == K::open_brace && opens_body(out_, out_.size() - 1));
        else if (is_close_bracket(kind) && !in_body_.empty())
            in_body_.pop_back();
        ++at_;
    }

    void report(Kind kind, const Span& span, std::string message, std::string hint) {
        diagnostics_.report({kind, span, std::move(message), {}, std::move(hint)});
    }

    /// `-- text`, `; text`, `% text`, `' text` and `<!-- text -->`, on lines of their own or behind what is one.
    bool comment() {
        const auto& text = token().text;
        // `--dport` behind other words is an option.
        const bool dashes = is(0, K::minus) && is(1, K::minus) && touches(0) &&
                            (starts_line() || !is(2, K::name) || !touches(1));
        const bool mark = is(0, K::bad_character) && (text == ";" || text == "%" || text == "'");
        const bool of_markup = is(0, K::less) && is(1, K::not_) && is(2, K::minus) && touches(0) && touches(1);
        const bool is_one =
            dashes || of_markup || (mark && (starts_line() ? begins_line_of_text() : begins_text_behind()));
        if (!is_one) return false;
        if (comments_said_.insert(text).second) // who writes one so writes all so
            report(Kind::stray_character, token().span,
                   quoted(dashes ? "--" : of_markup ? "<!--" : text) + " starts no comment",
                   "comments start with `#` or `//`");
        at_ += tokens_on_line();
        return true;
    }

    bool begins_line_of_text() const {
        const auto count = tokens_on_line();
        if (token().text != "'") return count > 1 && !is_close_bracket(token(1).kind) && brackets_match(count);
        for (std::size_t i = 1; i < count; ++i)
            if (is(i, "'")) return false; // a string
        return count > 2;
    }

    /// Of the line: what opens more than it closes is a part of the policy.
    bool brackets_match(std::size_t count) const {
        std::size_t openers = 0, closers = 0;
        for (std::size_t i = 1; i < count; ++i) {
            openers += is_open_bracket(token(i).kind);
            closers += is_close_bracket(token(i).kind);
        }
        return openers == closers;
    }

    /// Words that are no statements, nor members: `accept ; as we agreed`.
    bool begins_text_behind() const {
        const auto count = tokens_on_line();
        const bool is_statement = count < 2 || (count == 2 && may_be_called(1));
        if (is_statement || touches(0) || token().text == "'" || tokens_[at_ - 1].span.end == token().span.begin)
            return false;
        if (!is(1, K::name) || is_verdict(token(1).text) || is(2, K::open_paren) || is(2, K::colon))
            return false;
        for (std::size_t i = 1; i < count; ++i)
            if (is_open_bracket(token(i).kind) || is_close_bracket(token(i).kind)) return false;
        return true;
    }

    bool may_be_called(std::size_t ahead) const { return imports_ || functions_.contains(lower(token(ahead).text)); }

    bool begins_statement() const {
        if (in_body_.empty()) return starts_line() && end_declaration(out_);
        if (!in_body_.back() || out_.back().kind == K::colon) return false;
        return starts_line() || out_.back().kind == K::open_brace || out_.back().kind == K::close_brace;
    }

    /// How many tokens the rule has: to the end of its line, or of the body around it. 0 when its brackets do
    /// not match.
    std::size_t tokens_of_rule() const {
        std::size_t depth = 0, count = 0;
        for (; at_ + count < tokens_.size() && (count == 0 || !starts_line(count)); ++count) {
            const auto kind = token(count).kind;
            if (is_open_bracket(kind)) ++depth;
            if (!is_close_bracket(kind)) continue;
            if (depth == 0) break;
            --depth;
        }
        return depth == 0 ? count : 0;
    }

    /// `ip.saddr in admins { accept }`: all it lacks is its `if`.
    bool has_body(std::size_t count) const {
        for (std::size_t i = 4; i < count; ++i)
            if (is(i, K::open_brace) && !is_relation(token(i - 1).kind)) return true;
        return false;
    }

    /// A condition and a verdict with nothing between; another has its `if` only to be told of.
    bool decides(std::size_t count) const {
        for (std::size_t i = 4; i < count; ++i)
            if (is(i, K::colon) || is(i, K::arrow) || is(i, "then")) return false;
        for (std::size_t i = 4; i < count; ++i)
            if (is(i, K::name) && is_verdict(token(i).text)) return true;
        return false;
    }

    /// Whether no legal program goes on so, where a statement or declaration begins.
    bool begins_rule(std::size_t count) const {
        if (is(0, K::minus)) return is(1, K::name) && touches(0) && count > 1; // `-A INPUT`
        if (!is(0, K::name)) return false;
        const auto first = lower(token().text);
        // `drop in on eth0`, `accept from 10.0.0.1`
        if (is_verdict(first))
            return is(1, K::in) || (is(1, K::name) && count > 2 &&
                                    (is_literal(token(2).kind) || (count > 3 && is(2, K::dot))));
        if (!is_rule_word(first) || is(1, K::colon) || count < 2) return false;
        if (is(1, K::dot))
            return !in_body_.empty() && is(2, K::name) && count > 3 &&
                   (is_relation(token(3).kind) ? decides(count) && !has_body(count) : is_literal(token(3).kind));
        const bool is_of_iface = first.starts_with("iif") || first.starts_with("oif");
        if (is(1, K::open_brace) && is_of_iface) return !in_body_.empty();
        if (is(1, K::open_brace) || is(1, K::open_paren)) return false;
        // `IP f { drop }` is a function without `Filter::`.
        const bool is_body = is(2, K::open_brace) && (is(3, K::if_) || (is(3, K::name) && is_verdict(token(3).text)));
        if (in_body_.empty() && is(1, K::name) && is_body) return false;
        // And else a declaration, or the call of a function.
        const bool is_list =
            is(2, K::open_bracket) || (is(2, K::open_brace) && (!is(3, K::name) || is(4, K::comma)));
        if (first == "set" && (is(2, "=") || is(2, K::colon) || is_list)) return false;
        if (first == "limit")
            return is(1, "rate") && count > 2 && (is_literal(token(2).kind) || is(2, "over"));
        if ((first == "dnat" || first == "snat") && is(1, K::minus)) return is(2, K::minus); // `DNAT --to-destination`
        if (first == "dnat" || first == "snat") return is(1, "to") && count > 2 && is_literal(token(2).kind);
        if (first == "log") return is(1, "prefix") && is(2, K::string);
        if (first == "vlan") return is(1, "id") && count > 2 && is_literal(token(2).kind);
        if (first == "route") return in_body_.empty() && is_literal(token(1).kind);
        if (in_body_.empty()) return first != "nat" || is(1, "on") || is(1, "from");
        bool is_row_of_names = true;
        for (std::size_t i = 1; i < count; ++i) is_row_of_names &= is(i, K::name);
        return !functions_.contains(first) && (!is_row_of_names || !imports_);
    }

    bool rule() {
        if (!begins_statement()) return false;
        if (!is(0, K::minus) && (!is(0, K::name) || !may_begin_line(lower(token().text)))) return false;
        const auto count = tokens_of_rule();
        if (count == 0 || !begins_rule(count)) return false;
        const auto words = words_of(std::span(tokens_).subspan(at_, count));
        leave_out(count, "this is a rule of another language", hint(words, !in_body_.empty()));
        return true;
    }

    void leave_out(std::size_t count, std::string message, std::string hint) {
        const auto span = join(token().span, token(count - 1).span);
        report(Kind::syntax_error, span, std::move(message), std::move(hint));
        if (!in_body_.empty()) out_.push_back({K::name, std::string(left_out), span, true});
        at_ += count;
    }

    /// `table inet filter { … }`, with whatever stands in it.
    bool ruleset() {
        if (!in_body_.empty() || !begins_statement() || !is(0, K::name) || lower(token().text) != "table")
            return false;
        std::size_t brace = 1;
        while (brace < 4 && is(brace, K::name)) ++brace;
        if (brace == 1 || !is(brace, K::open_brace)) return false;
        std::size_t depth = 0, end = brace;
        for (; at_ + end < tokens_.size(); ++end) {
            if (is_open_bracket(token(end).kind)) ++depth;
            if (is_close_bracket(token(end).kind) && --depth == 0) break;
        }
        if (at_ + end == tokens_.size()) return false;
        report(Kind::syntax_error, join(token().span, token(brace - 1).span),
               "this is a ruleset of another language",
               "`naclc import nft` makes a policy of what `nft -j list ruleset` prints");
        at_ += end + 1;
        return true;
    }

    /// `interface GigabitEthernet0/1`, with the lines below that stand farther in.
    bool interface_block() {
        if (!in_body_.empty() || !begins_statement() || !is(0, K::name) ||
            lower(token().text) != "interface" || starts_line(1))
            return false;
        auto end = tokens_on_line();
        for (std::size_t i = 1; i < end; ++i)
            if (is(i, K::open_brace) || is(i, K::colon)) return false;
        const auto heading = end;
        while (at_ + end < tokens_.size() && token(end).span.begin.column > token().span.begin.column) ++end;
        std::string address;
        for (auto i = heading; i + 3 < end; ++i)
            if (is(i, "ip") && is(i + 1, "address") && is(i + 2, K::address) && is(i + 3, K::address))
                address = ", address: " + token(i + 2).text + ", netmask: " + token(i + 3).text;
        if (end == heading && !is(2, K::slash)) return false;
        if (is(end, "!")) ++end;
        report(Kind::syntax_error, join(token().span, token(heading - 1).span), "this is of another language",
               "what packets come by is declared: `Iface name { index: 0" + address + " }`");
        at_ += end;
        return true;
    }

    /// `drop if ip.ttl == 5`: nothing on its line opens a body.
    bool verdict_first() {
        const bool asks = is(1, K::if_) || is(1, "unless") || is(1, "when");
        if (!is(0, K::name) || !is_verdict(token().text) || !asks || starts_line(1) || in_body_.empty() ||
            !in_body_.back())
            return false;
        const auto count = tokens_of_rule();
        if (count < 3 || is(count, K::open_brace)) return false;
        std::string condition;
        bool compares = false;
        for (std::size_t i = 2; i < count; ++i) {
            if (token(i).kind == K::open_brace) return false;
            compares |= is_relation(token(i).kind);
            condition += (condition.empty() || touches(i - 1) ? "" : " ") + token(i).text;
        }
        if (!compares && !is(1, K::if_)) return false; // a function may be called `when`
        if (!condition.starts_with('(')) condition = '(' + condition + ')';
        if (is(1, "unless")) condition = "(not " + condition + ')';
        leave_out(count, "the condition stands before what it decides",
                  "write `if " + condition + " { " + token().text + " }`");
        return true;
    }

    std::string hint(const std::vector<std::string>& words, bool in_body) const {
        const auto first = lower(words.front());
        const auto rule = read_foreign_rule(words, sets_);
        if (first == "route" || (first == "ip" && words.size() > 1 && words[1] == "route"))
            return "routes stand in the Gateway: `Gateway gw { r1: { net: 10.0.0.0, netmask: 255.0.0.0, "
                   "iface: eth0 } }`, with "
                   "a `nexthop` where another router comes first";
        if (auto cure = cure_of_deed(words); !cure.empty()) return cure;
        if (rule.is_policy && in_body)
            return "what no condition decides comes to the end of the function: write `" + rule.verdict +
                   "` there";
        if (in_body)
            return rule.statement.empty()
                       ? "rules are written as conditions: `if (ip.saddr == 10.0.0.1) { accept }`"
                       : "write `" + rule.statement + "`";
        const auto statement =
            rule.statement.empty() ? "if (ip.saddr == 10.0.0.1) { accept }" : rule.statement;
        const auto rest = rule.verdict.empty() || rule.verdict == "accept" ? " drop" : " accept";
        return "rules stand in functions: `Filter::IP name { " + statement +
               (rule.decides_all && !rule.verdict.empty() ? "" : rest) + " }`";
    }

    const Tokens& tokens_;
    Diagnostics& diagnostics_;
    std::set<std::string> sets_; ///< that are declared
    Tokens out_;
    std::size_t at_ = 0;
    std::vector<bool> in_body_;       ///< for each bracket around
    std::set<std::string> functions_; ///< that are declared
    bool imports_ = false;
    std::set<std::string> comments_said_; ///< by what they begin with
};

} // namespace

Tokens without_foreign_lines(Tokens tokens, Diagnostics& diagnostics) {
    // Most policies have none, and may be large.
    const auto may_begin_one = [&](const Token& token) {
        if (token.kind == K::bad_character || token.kind == K::minus || token.kind == K::less) return true;
        if (token.kind != K::name) return false;
        const auto* before = &token == tokens.data() ? nullptr : &token - 1;
        const bool begins = before == nullptr || before->kind == K::open_brace ||
                            before->kind == K::close_brace || before->span.end.line != token.span.begin.line;
        return begins && may_begin_line(lower(token.text));
    };
    if (std::ranges::none_of(tokens, may_begin_one)) return tokens;
    return ForeignLines(tokens, diagnostics).run();
}

} // namespace syntax
