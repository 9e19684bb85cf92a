// A search from the first token to the last. Each way through the file is a stack of open brackets, what has been
// seen of the innermost element, and a cost: of the edits made, of tokens that do not fit (skeleton.hpp), and of lines
// that stand where, by their indentation, they should not. Only the cheapest ways are followed. Declarations in
// which nothing is amiss are skipped, so that the search costs time only where there is something to find.
#include "compiler/syntax/bracket_search.hpp"

#include "compiler/syntax/keyless.hpp"
#include "compiler/syntax/skeleton.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace syntax {

namespace {

using K = TokenKind;

constexpr int edit_cost = 10;
constexpr int second_edit_cost = 6;   ///< at the same place: who forgets one forgets two
constexpr int second_drop_cost = 4;   ///< of a bracket beside one of its kind
constexpr int truncated_cost = 1;     ///< at the end of the file, of each but the first
constexpr int replacement_cost = 9;   ///< `)` for `]`
constexpr int reversal_cost = 11;     ///< `{` for `}`
constexpr int repeated_reversal_cost = 15; ///< of one beside another: who types it twice means it
constexpr int confusion_cost = 14;    ///< `{` for `)`
constexpr int unlikely_place_cost = 1; ///< neither at a bracket nor where a line begins
constexpr int outside_cost = 3;       ///< a line that stands outside of the brackets that it is in
constexpr int outside_heading_cost = 12; ///< a function with a name that does
constexpr int ragged_cost = 1;        ///< one that does not stand below the first, or shares the opener's line
constexpr int surplus_opener_cost = 11;
constexpr int keyless_cost = 2;       ///< of an opener whose key is left out too, where no line says so
constexpr int doubled_cost = 8; ///< an opener that follows another of its kind
constexpr int outside_packet_cost = 4;
constexpr int behind_in_rank = 25; ///< ways that cost so much more are given up
constexpr std::size_t ways_max = 32;
constexpr std::size_t edits_in_a_row_max = 6;
constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);

/// In a Test the headers stand in a packet. Lines tell little there, since people write packets on one.
constexpr std::array<std::string_view, 2> packets = {"packet", "out"};
constexpr std::array<std::string_view, 4> headers = {"ip", "tcp", "udp", "icmp"};
constexpr std::array<std::string_view, 5> outside_packets = {"expect", "reason", "wait", "packet", "steps"};

constexpr std::array brackets = {K::open_brace,  K::open_bracket,  K::open_paren,
                                 K::close_brace, K::close_bracket, K::close_paren};

K closer_of(Holds holds) {
    return holds == Holds::body || holds == Holds::object ? K::close_brace
           : holds == Holds::list                         ? K::close_bracket
                                                          : K::close_paren;
}

bool is_pair(K a, K b) {
    constexpr auto sides = 3; // of the shapes in `brackets`
    const auto index = [](K kind) { return std::find(brackets.begin(), brackets.end(), kind) - brackets.begin(); };
    return index(a) % sides == index(b) % sides;
}

struct Frame {
    Holds holds = Holds::file;
    At behind{};               ///< what has been seen of the element around, once this is closed
    bool of_packet = false;    ///< `packet: { … }`: holds headers
    std::uint32_t around = none;
    std::uint32_t opener = none; ///< a token; none where one was put
    std::uint32_t begin = 0;   ///< the first token inside
    std::uint32_t indent = 0;  ///< of the line that opens it
    std::uint32_t inside = 0;  ///< of the lines in it; none if it begins on the opener's, 0 if they say nothing
    bool of_header = false;    ///< `ip: { … }`
    std::uint64_t stack = 0;   ///< equal for stacks that look alike from here on
};

struct Made {
    BracketEdit edit;
    std::uint32_t before = none;
};

struct Way {
    int cost = 0;
    std::uint32_t frame = 0;
    At at = At::start;
    std::uint32_t edits = none;
    std::uint32_t misfit_line = 0;
};

struct Brackets {
    bool match = true;
    bool fit = true; ///< nothing that they hold is out of place
};

Brackets brackets_of(const Tokens& tokens) {
    Brackets result;
    std::vector<Context> open{{}};
    for (const auto& token : tokens) {
        auto& context = open.back();
        if (is_close_bracket(token.kind)) {
            if (open.size() == 1 || closer_of(context.holds) != token.kind) return {false, false};
            if (closing_cost(context) >= misfit_cost) result.fit = false;
            open.pop_back();
            continue;
        }
        const auto next = step(context, token);
        if (next.cost >= misfit_cost) result.fit = false;
        context.at = next.next;
        if (next.opens) open.push_back({*next.opens, At::start});
    }
    result.match = open.size() == 1;
    return result;
}

class Search {
public:
    Search(const Tokens& tokens, int price) : tokens_(tokens), price_(price) {
        std::uint32_t line = 0;
        for (const auto& token : tokens_) {
            starts_line_.push_back(token.span.begin.line != line);
            if (token.span.begin.line != line) indent_ = token.span.begin.column;
            line = token.span.begin.line;
            indents_.push_back(indent_);
        }
        frames_.push_back({});
        if (!indents_.empty()) frames_.front().inside = indents_.front();
    }

    std::vector<BracketEdit> run() {
        std::vector<Way> ways{{}};
        for (std::size_t i = 0; i < tokens_.size();) {
            if (const auto end = sound_declarations(ways.front(), i); end > i) {
                ways = {ways.front()};
                ways.front().at = At::start;
                i = end;
                continue;
            }
            ways = past(std::move(ways), i++);
        }
        for (auto& way : ways) {
            for (int cost = edit_cost; way.frame != 0; cost = truncated_cost) close(way, tokens_.size(), cost);
            if (way.at != At::start && way.at != At::after)
                way.cost += misfit_cost; // the last declaration has no end
        }
        const auto best = best_of(std::move(ways)).front();
        std::vector<BracketEdit> edits;
        for (auto made = best.edits; made != none; made = made_[made].before) edits.push_back(made_[made].edit);
        std::reverse(edits.begin(), edits.end());
        return edits;
    }

private:
    K kind(std::size_t i) const { return i < tokens_.size() ? tokens_[i].kind : K::end_of_file; }
    bool starts_line(std::size_t i) const { return i >= tokens_.size() || starts_line_[i]; }
    Context context(const Way& way) const { return {frames_[way.frame].holds, way.at}; }

    /// Behind the declarations from `begin` on that cost nothing as they are.
    std::size_t sound_declarations(const Way& from, std::size_t begin) {
        if (from.frame != 0 || !starts_line(begin)) return begin;
        if (from.at != At::start && from.at != At::after) return begin;
        const auto frames = frames_.size();
        Way way = from;
        way.at = At::start;
        auto sound = begin;
        for (auto i = begin; i < tokens_.size(); ++i) {
            const bool between = way.frame == 0 && (way.at == At::start || way.at == At::after);
            if (between && starts_line(i)) sound = i, frames_.resize(frames);
            auto next = taken(way, i, tokens_[i].kind);
            if (!next || next->cost > from.cost) return sound;
            way = *next;
        }
        return way.frame == 0 ? tokens_.size() : sound;
    }

    std::vector<Way> past(std::vector<Way> ways, std::size_t i) {
        const auto kind = tokens_[i].kind;
        const bool is_bracket = is_open_bracket(kind) || is_close_bracket(kind);
        std::vector<Way> result;
        for (const auto& way : with_insertions(std::move(ways), i)) {
            if (auto next = taken(way, i, kind)) result.push_back(*next);
            if (!is_bracket) continue;
            const bool is_guess = tokens_[i].inserted;
            auto dropped = way;
            const bool is_doubled = is_open_bracket(kind) && i > 0 && tokens_[i - 1].kind == kind;
            edit(dropped, {BracketEdit::What::drop, i, kind, none},
                 is_guess                ? 1
                 : drops_before(way, i)  ? second_drop_cost
                 : is_doubled            ? doubled_cost
                 : is_open_bracket(kind) ? surplus_opener_cost
                                         : edit_cost);
            result.push_back(dropped);
            for (const auto other : brackets) {
                const bool same_side = is_open_bracket(other) == is_open_bracket(kind);
                const bool is_repeated = this->kind(i + 1) == kind || (i > 0 && this->kind(i - 1) == kind);
                if (other == kind) continue;
                auto changed = way;
                const auto opener = is_close_bracket(other) ? frames_[way.frame].opener : none;
                edit(changed, {BracketEdit::What::replace, i, other, opener},
                     same_side               ? replacement_cost
                     : !is_pair(other, kind) ? confusion_cost
                     : is_repeated           ? repeated_reversal_cost
                                             : reversal_cost);
                if (auto next = taken(changed, i, other)) result.push_back(*next);
            }
        }
        return best_of(std::move(result));
    }

    /// Whether the token before, a bracket of the same kind, was left out.
    bool drops_before(const Way& way, std::size_t i) const {
        if (way.edits == none) return false;
        const auto& last = made_[way.edits].edit;
        return last.what == BracketEdit::What::drop && last.at + 1 == i && repeats(i);
    }

    /// Whether it touches a bracket of its kind before it.
    bool repeats(std::size_t i) const {
        return i > 0 && i < tokens_.size() && tokens_[i - 1].kind == tokens_[i].kind &&
               tokens_[i - 1].span.end == tokens_[i].span.begin;
    }

    /// The ways, and those with brackets put before the token.
    std::vector<Way> with_insertions(std::vector<Way> ways, std::size_t i) {
        const bool ends_line = kind(i) == K::comma && (starts_line(i + 1) || is_open_bracket(kind(i + 1)));
        const bool likely = starts_line(i) || ends_line || is_open_bracket(kind(i)) || is_close_bracket(kind(i));
        const int place = likely ? 0 : unlikely_place_cost;
        auto newest = ways;
        for (std::size_t row = 0; row < edits_in_a_row_max && !newest.empty(); ++row) {
            const int price = (row == 0 ? edit_cost : second_edit_cost) + place;
            std::vector<Way> more;
            for (const auto& way : newest) {
                if (way.cost > ways.front().cost + behind_in_rank * price_) continue;
                if (way.frame != 0) {
                    more.push_back(way);
                    close(more.back(), i, price + closing_cost(context(way)));
                }
                if (row > 1) continue;
                auto next = way;
                auto opener = opener_wanted(context(way), kind(i), kind(i + 1));
                const bool is_keyless = !opener && (opener = keyless_opener_wanted(way, i));
                if (!opener) continue;
                if (is_keyless) next.at = At::value; // as it would be behind the key
                edit(next, {is_keyless ? BracketEdit::What::open_member : BracketEdit::What::open, i, *opener, none},
                     price + (is_keyless && !is_deeper(way, i) ? keyless_cost : 0));
                push(next, i, *opener, none);
                more.push_back(next);
            }
            newest = best_of(std::move(more));
            ways.insert(ways.end(), newest.begin(), newest.end());
        }
        return best_of(std::move(ways));
    }

    /// Than the lines around, as if something were open there.
    bool is_deeper(const Way& way, std::size_t i) const {
        const auto inside = frames_[way.frame].inside;
        return inside != 0 && inside != none && indents_[i] > inside;
    }

    /// Of a member whose first line was left out, `steps: [` or `timeout: {`, by what it holds.
    std::optional<K> keyless_opener_wanted(const Way& way, std::size_t i) const {
        if (frames_[way.frame].holds != Holds::object || way.at != At::start || !starts_line(i)) return std::nullopt;
        if (kind(i) == K::open_brace) return K::open_bracket;
        const auto home = kind(i) == K::name && kind(i + 1) == K::colon ? home_of_member(tokens_[i].text) : "";
        return home.empty() || home == "steps" ? std::nullopt : std::optional(K::open_brace);
    }

    /// Puts the closer of the innermost bracket before the token.
    void close(Way& way, std::size_t i, int price) {
        const auto& frame = frames_[way.frame];
        const bool is_empty = frame.begin == i && (frame.holds == Holds::body || frame.opener == none);
        edit(way, {BracketEdit::What::close, i, closer_of(frame.holds), frame.opener},
             price + (is_empty ? misfit_cost : 0));
        way.at = frame.behind;
        way.frame = frame.around;
    }

    void edit(Way& way, const BracketEdit& edit, int cost) {
        made_.push_back({edit, way.edits});
        way.edits = static_cast<std::uint32_t>(made_.size() - 1);
        way.cost += cost * price_;
    }

    /// The way behind the token, read as if it were of that kind; none where it closes nothing.
    std::optional<Way> taken(Way way, std::size_t i, K kind) {
        way.cost += layout_cost(way, i, kind);
        const auto& frame = frames_[way.frame];
        if (is_close_bracket(kind)) {
            if (frame.holds == Holds::file || closer_of(frame.holds) != kind) return std::nullopt;
            const bool is_empty = frame.holds == Holds::body && frame.begin == i;
            charge(way, i, closing_cost(context(way)) + (is_empty ? undecided_cost : 0));
            way.at = frame.behind;
            way.frame = frame.around;
            return way;
        }
        if (is_open_bracket(kind)) {
            push(way, i, kind, static_cast<std::uint32_t>(i));
            return way;
        }
        const bool is_key =
            way.at == At::start && (frame.of_packet || frame.of_header) && this->kind(i + 1) == K::colon;
        const bool is_of_header = frame.of_packet && home_of_member(tokens_[i].text) == "ip";
        if (is_key && (is_of_header || is_one_of(outside_packets, i))) way.cost += outside_packet_cost;
        const auto next = step(context(way), tokens_[i]);
        const bool begins_line = frame.holds == Holds::arguments && starts_line(i); // `log("text"` and `drop` below it
        charge(way, i, next.cost == missing_comma_cost && begins_line ? misfit_cost : next.cost);
        way.at = next.next;
        return way;
    }

    /// What does not fit on one line is one mistake.
    void charge(Way& way, std::size_t i, int cost) const {
        const auto line = tokens_[i].span.begin.line;
        const bool again = cost >= misfit_cost && way.misfit_line == line;
        way.cost += again ? 1 : cost;
        if (cost >= misfit_cost) way.misfit_line = line;
    }

    void push(Way& way, std::size_t i, K kind, std::uint32_t opener) {
        Token token{kind, {}, {}};
        const auto next = step(context(way), token);
        if (i < tokens_.size()) charge(way, i, next.cost);
        const bool put = opener == none;
        const auto& around = frames_[way.frame];
        auto first = put ? i : i + 1; // what it holds
        Frame frame{next.opens.value_or(Holds::list), next.next, is_called(i, packets), way.frame, opener};
        frame.of_header = is_called(i, headers);
        frame.begin = static_cast<std::uint32_t>(first);
        frame.indent = put && i > 0 ? indents_[i - 1] : i < indents_.size() ? indents_[i] : 0;
        while (is_open_bracket(this->kind(first)) && !starts_line(first)) ++first;
        if (first < tokens_.size())
            frame.inside = !starts_line(first) ? none : indents_[first] > frame.indent ? indents_[first] : 0;
        if (frame.of_header && !around.of_packet) way.cost += outside_packet_cost;
        frame.stack = ((around.stack * 31 + static_cast<std::uint64_t>(frame.holds)) * 31 +
                       static_cast<std::uint64_t>(frame.behind)) * 1009 + frame.indent * 101 + frame.inside;
        frames_.push_back(frame);
        way.frame = static_cast<std::uint32_t>(frames_.size() - 1);
        way.at = At::start;
    }

    /// `ip: {`: whether the object that the brace opens has one of these names.
    bool is_called(std::size_t brace, std::span<const std::string_view> names) const {
        if (brace < 2 || kind(brace) != K::open_brace || tokens_[brace - 1].kind != K::colon) return false;
        return is_one_of(names, brace - 2);
    }
    bool is_one_of(std::span<const std::string_view> names, std::size_t i) const {
        return std::find(names.begin(), names.end(), lower(tokens_[i].text)) != names.end();
    }

    /// `Filter::IP name`: functions inside of others mostly have no names.
    bool begins_function(std::size_t i) const {
        return kind(i) == K::name && kind(i + 1) == K::colon && kind(i + 2) == K::colon && kind(i + 4) == K::name;
    }

    int layout_cost(const Way& way, std::size_t i, K kind) const {
        const auto& frame = frames_[way.frame];
        const bool is_block = frame.inside != 0 && frame.inside != none;
        if (!starts_line(i)) return is_close_bracket(kind) && is_block ? ragged_cost : 0;
        const auto column = indents_[i];
        const bool is_outside =
            is_block ? column != frame.indent : frame.inside == none && column < frame.indent;
        if (is_close_bracket(kind)) return is_outside ? outside_cost : 0;
        if (frame.inside != 0 && column <= frame.indent)
            return is_block && begins_function(i) ? outside_heading_cost : outside_cost;
        const bool begins = way.at == At::start || way.at == At::word || way.at == At::decided ||
                            way.at == At::after_if || way.at == At::after;
        return begins && frame.holds != Holds::condition && column != frame.inside ? ragged_cost : 0;
    }

    /// Of those that look alike from here on the cheapest, and of these the cheapest. Of two that cost the same the
    /// one that was changed last: what stands on one line mostly belongs together.
    std::vector<Way> best_of(std::vector<Way> ways) const {
        std::stable_sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) {
            return a.cost != b.cost ? a.cost < b.cost : a.edits > b.edits;
        });
        std::vector<Way> result;
        for (const auto& way : ways) {
            if (result.size() == ways_max || way.cost > ways.front().cost + behind_in_rank * price_) break;
            const bool is_known = std::any_of(result.begin(), result.end(), [&](const Way& other) {
                return other.at == way.at && frames_[other.frame].stack == frames_[way.frame].stack;
            });
            if (!is_known) result.push_back(way);
        }
        return result;
    }

    const Tokens& tokens_;
    const int price_; ///< of edits, in comparison with what does not fit
    std::uint32_t indent_ = 0;
    std::vector<bool> starts_line_;
    std::vector<std::uint32_t> indents_; ///< of each token's line
    std::vector<Frame> frames_;
    std::vector<Made> made_;
};

} // namespace

std::vector<BracketEdit> least_bracket_edits(const Tokens& tokens) {
    constexpr int price_if_they_match = 1; // brackets are then more likely right than what they hold
    const auto [match, fit] = brackets_of(tokens);
    if (match && fit) return {};
    return Search(tokens, match ? price_if_they_match : 1).run();
}

} // namespace syntax
