#include "compiler/syntax/lost_heading.hpp"

#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/repair.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace syntax {

namespace {

using K = TokenKind;

struct Home {
    std::string_view member;
    std::string_view type;
};

/// Members that only one type of objects has.
constexpr std::array homes = {
    Home{"index", "Iface"},
    Home{"netmask", "Iface"},
    Home{"prerouting", "Iface"},
    Home{"postrouting", "Iface"},
    Home{"masquerade", "Iface"},
    Home{"vlan", "Iface"},
    Home{"connected", "Gateway"},
    Home{"forward", "Gateway"},
    Home{"send_time_exceeded", "Gateway"},
    Home{"nexthop", "Gateway"},
    Home{"packet", "Test"},
    Home{"expect", "Test"},
    Home{"steps", "Test"},
    Home{"rate", "Limit"},
    Home{"per", "Limit"},
    Home{"burst", "Limit"},
    Home{"limit", "Conntrack"},
    Home{"reserve", "Conntrack"},
    Home{"timeout", "Conntrack"},
    Home{"stateful_tcp", "Conntrack"},
    Home{"drop_invalid", "Conntrack"},
    Home{"interval", "Timer"},
    Home{"layer", "Load_balancer"},
    Home{"clients", "Load_balancer"},
    Home{"servers", "Load_balancer"},
    Home{"algorithm", "Load_balancer"},
};

/// In a cure, of what nothing refers to.
constexpr std::string_view any_name = "name";

class LostHeadings {
public:
    LostHeadings(const Tokens& tokens, Diagnostics& diagnostics)
        : tokens_(tokens), diagnostics_(diagnostics) {}

    Tokens run() {
        find();
        Tokens result;
        result.reserve(tokens_.size());
        auto heading = headings_.begin();
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            for (; heading != headings_.end() && heading->body.begin == i; ++heading) put(*heading, result);
            result.push_back(tokens_[i]);
        }
        return result;
    }

private:
    struct Opener {
        std::size_t index = 0;
        std::uint32_t line = 0, column = 0; ///< of the first token on its line
    };
    struct Lost {
        Range body; ///< without its closer
        bool is_nested = false;
    };

    K kind(std::size_t i) const { return i < tokens_.size() ? tokens_[i].kind : K::end_of_file; }
    std::uint32_t column(std::size_t i) const { return tokens_[i].span.begin.column; }
    bool starts_line(std::size_t i) const {
        return i == 0 || tokens_[i - 1].span.end.line != tokens_[i].span.begin.line;
    }
    bool is_word(std::size_t i, std::string_view word) const {
        return kind(i) == K::name && lower(tokens_[i].text) == word;
    }

    void find() {
        std::size_t first_on_line = 0;
        std::vector<Opener> open;
        std::vector<std::size_t> depths; // around each token
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (starts_line(i)) first_on_line = i;
            depths.push_back(open.size());
            const auto line = tokens_[i].span.begin.line;
            if (kind(i) == K::open_brace) open.push_back({i, line, column(first_on_line)});
            if (kind(i) != K::close_brace) continue;
            // What stands farther in closes nothing that begins farther out.
            const bool is_odd = open.empty() || (starts_line(i) && open.back().column < column(i) &&
                                                 open.back().line != line);
            if (is_odd && take_body(i, depths, open)) continue;
            if (open.empty())
                behind_stray_ = i + 1;
            else
                open.pop_back();
        }
        std::ranges::sort(headings_, {}, [](const Lost& one) { return one.body.begin; });
    }

    /// Whether the lines above the closer that stand farther in are a body without a first line.
    bool take_body(std::size_t closer, const std::vector<std::size_t>& depths,
                   const std::vector<Opener>& open) {
        auto first = closer;
        const auto outside = starts_line(closer) ? column(closer) : 1; // of the line that is missing
        const bool is_behind_another = !headings_.empty() && !headings_.back().is_nested;
        const auto above = is_behind_another ? headings_.back().body.end : 0;
        for (auto i = closer; i-- > above;) {
            if (i < behind_stray_) return false;
            if (starts_line(i) && column(i) <= outside) break;
            if (starts_line(i)) first = i;
        }
        if (first == closer || depths[first] != open.size() || !may_follow(first, open)) return false;
        if (!begins_statement(first) && (!open.empty() || !begins_member(first))) return false;
        if (!open.empty() && !is_for_fewer_packets({first, closer}, open)) return false;
        headings_.push_back({{first, closer}, !open.empty()});
        return true;
    }

    /// Than the functions around; else it may have been the body of an `if`.
    bool is_for_fewer_packets(Range body, const std::vector<Opener>& open) const {
        const auto subtype = lower(subtype_for(tokens_, body));
        const auto is_of_it = [&](const Opener& one) {
            const auto last = one.index - 1; // the subtype, or the name behind it
            return is_word(last, subtype) ||
                   (kind(last) == K::name && last > 0 && is_word(last - 1, subtype));
        };
        return subtype != "ip" && std::ranges::none_of(open, is_of_it);
    }

    /// Whether a declaration or statement may begin there: no heading that lacks its brace stands before it.
    bool may_follow(std::size_t first, const std::vector<Opener>& open) const {
        if (first == 0) return true;
        const auto before = first - 1;
        if (kind(before) == K::close_paren) return false;
        if (open.empty()) {
            const bool is_subtype =
                before > 1 && kind(before - 1) == K::colon && kind(before - 2) == K::colon;
            const auto end = tokens_.begin() + static_cast<std::ptrdiff_t>(first);
            return !is_subtype && end_declaration(Tokens(end - (first > 1 ? 2 : 1), end));
        }
        return opens_body(tokens_, open.back().index) &&
               (kind(before) == K::close_brace || kind(before) == K::open_brace ||
                is_verdict(tokens_[before].text));
    }

    bool begins_statement(std::size_t i) const {
        if (kind(i) == K::if_) return kind(i + 1) == K::open_paren;
        if (kind(i) != K::name) return false;
        if (kind(i + 1) == K::colon) return kind(i + 2) == K::colon;
        return is_verdict(tokens_[i].text) || kind(i + 1) == K::open_paren;
    }
    bool begins_member(std::size_t i) const {
        return (kind(i) == K::name || kind(i) <= K::false_) && kind(i + 1) == K::colon &&
               kind(i + 2) != K::colon;
    }

    void put(const Lost& lost, Tokens& result) {
        const auto& first = tokens_[lost.body.begin].span;
        const bool is_function = begins_statement(lost.body.begin);
        const auto heading = is_function ? of_function(lost) : of_object(lost);
        diagnostics_.report(
            {Kind::missing_bracket,
             first,
             std::string("the line is missing that begins this ") + (is_function ? "function" : "object"),
             {},
             "write `" + heading + "` above it"});
        for (const auto& token : lex(first.file, heading)) {
            const bool is_unknown = token.text == any_name;
            result.push_back({token.kind, is_unknown ? std::string(left_out) : token.text, first, true});
        }
    }

    std::string of_function(const Lost& lost) const {
        const auto type = std::string(type_of(lost));
        return type + "::" + subtype_for(tokens_, lost.body) + (lost.is_nested ? "" : ' ' + name_for(type)) +
               " {";
    }

    std::string of_object(const Lost& lost) const {
        const auto type = type_of(lost);
        if (type.empty()) return std::string(any_name) + ": {";
        return std::string(type) + ' ' + name_for(type) + " {";
    }

    std::string_view type_of(const Lost& lost) const {
        if (begins_statement(lost.body.begin)) return type_of_function(tokens_, lost.body);
        const auto type = type_of_members(tokens_, lost.body);
        return type.empty() && is_only_syslog(lost.body) ? "Syslog" : type;
    }

    /// An address and a port, where a policy writes to a Syslog and has none: servers have them as well.
    bool is_only_syslog(Range body) const {
        bool is_called = false;
        for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
            if (!is_word(i, "syslog")) continue;
            if (kind(i + 1) == K::name) return false;
            is_called |= kind(i + 1) == K::open_paren;
        }
        for (auto i = body.begin; i + 1 < body.end; ++i)
            if (kind(i + 1) == K::colon && !is_word(i, "address") && !is_word(i, "port")) return false;
        return is_called;
    }

    /// The one that something of the type is called by, and that nothing has.
    std::string name_for(std::string_view type) const {
        const auto is_of_type = [&](const Lost& lost) { return !lost.is_nested && type_of(lost) == type; };
        if (std::ranges::count_if(headings_, is_of_type) > 1) return std::string(any_name);
        std::set<std::string> declared, wanted;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (kind(i) != K::name) continue;
            const bool has_type = i > 0 && kind(i - 1) == K::name && !starts_line(i);
            if (has_type || (starts_line(i) && kind(i + 1) == K::colon)) declared.insert(tokens_[i].text);
            const auto member =
                kind(i + 1) == K::dot && kind(i + 2) == K::name ? lower(tokens_[i + 2].text) : "";
            const bool is_one = type == "Filter" || type == "Nat" ? is_called(i)
                                : type == "Iface"                 ? is_asked_for(i)
                                : type == "Gateway"               ? member == "forward"
                                : type == "Limit"                 ? member == "exceeded"
                                                                  : false;
            if (is_one) wanted.insert(tokens_[i].text);
        }
        std::erase_if(wanted, [&](const auto& name) { return declared.contains(name); });
        return wanted.size() == 1 ? *wanted.begin() : std::string(any_name);
    }

    /// `forward: a`, `forward: [a, b]`
    bool is_called(std::size_t i) const {
        constexpr std::size_t tokens_max = 64; // of a list of functions
        auto value = i;
        const auto is_item = [&](std::size_t at) { return kind(at) == K::name || kind(at) == K::comma; };
        while (value > 0 && i - value < tokens_max && is_item(value)) --value;
        if (kind(value) != K::open_bracket) value = i;
        if (value < 2 || kind(value - 1) != K::colon) return false;
        const auto key = lower(tokens_[value - 2].text);
        return names_chain(key) || key == "function";
    }

    /// `iface: wan`, `iface.in == wan`
    bool is_asked_for(std::size_t i) const {
        if (i > 1 && kind(i - 1) == K::colon && is_word(i - 2, "iface")) return true;
        return i > 3 && (kind(i - 1) == K::equal || kind(i - 1) == K::not_equal) && kind(i - 3) == K::dot &&
               is_word(i - 4, "iface");
    }

    const Tokens& tokens_;
    Diagnostics& diagnostics_;
    std::vector<Lost> headings_;
    std::size_t behind_stray_ = 0; ///< the last closer that closes nothing: no body reaches over it
};

} // namespace

std::string subtype_for(const Tokens& tokens, Range body) {
    for (auto i = body.begin; i < body.end; ++i) {
        const bool of_filter =
            i + 1 < tokens.size() && tokens[i + 1].kind == K::colon; // a nested function says so itself
        const auto word = tokens[i].kind == K::name ? lower(tokens[i].text) : std::string();
        if (!of_filter && word == "tcp") return "TCP";
        if (!of_filter && word == "udp") return "UDP";
        if (!of_filter && word == "icmp") return "ICMP";
        if (tokens[i].kind == K::colon) break;
    }
    return "IP";
}

std::string_view type_of_function(const Tokens& tokens, Range body) {
    for (auto i = body.begin; i < body.end; ++i) {
        const auto word = tokens[i].kind == K::name ? lower(tokens[i].text) : std::string();
        if (word == "dnat" || word == "snat") return "Nat";
    }
    return "Filter";
}

std::string_view type_of_members(const Tokens& tokens, Range body) {
    std::size_t depth = 0;
    for (auto i = body.begin; i + 1 < body.end; ++i) {
        if (is_open_bracket(tokens[i].kind)) ++depth;
        if (is_close_bracket(tokens[i].kind) && depth > 0) --depth;
        if (tokens[i].kind != K::name || tokens[i + 1].kind != K::colon) continue;
        const auto home = std::ranges::find(homes, lower(tokens[i].text), &Home::member);
        if (home != homes.end() && (depth == 0 || home->member == "nexthop"))
            return home->type; // that is in a route
    }
    return {};
}

Tokens with_lost_headings(Tokens tokens, Diagnostics& diagnostics) {
    const auto openers = std::ranges::count(tokens, K::open_brace, &Token::kind);
    if (openers >= std::ranges::count(tokens, K::close_brace, &Token::kind)) return tokens;
    return LostHeadings(tokens, diagnostics).run();
}

} // namespace syntax
