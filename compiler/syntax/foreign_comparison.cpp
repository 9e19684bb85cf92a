#include "compiler/syntax/foreign_comparison.hpp"

#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace syntax {

namespace {

using K = TokenKind;
using Words = std::vector<std::string>;

/// What a word before the values says: that they are not, or in which order. The rest says nothing that the
/// values do not say.
constexpr std::array<std::pair<std::string_view, std::string_view>, 23> relations = {{
    {"==", ""},   {"=", ""},      {"is", ""},    {"eq", ""},   {"equals", ""}, {"equal", ""},
    {"in", ""},   {"within", ""}, {"range", ""}, {"!=", "!"},  {"!", "!"},     {"not", "!"},
    {"ne", "!"},  {"neq", "!"},   {"isnt", "!"}, {"<", "<"},   {">", ">"},     {"<=", "<="},
    {">=", ">="}, {"lt", "<"},    {"gt", ">"},   {"le", "<="}, {"ge", ">="},
}};

auto relation_of(std::string_view word) {
    return std::find_if(relations.begin(), relations.end(),
                        [&](const auto& one) { return one.first == word; });
}

std::string_view closer_for(std::string_view opener) {
    return opener == "{" ? "}" : opener == "[" ? "]" : opener == "(" ? ")" : "";
}

/// What stands between the values of a list.
bool joins(std::string_view word) { return word == "," || word == "or" || word == "||" || word == "|"; }

struct Values {
    Words words;
    bool are_sets = false; ///< one of them is
};

class ComparisonReader {
public:
    ComparisonReader(const std::string& property, const Words& words, std::size_t& at,
                     const std::set<std::string>& sets, bool is_negated)
        : property_(property), words_(words), at_(at), sets_(sets), is_negated_(is_negated) {}

    std::optional<std::string> read() {
        const bool has_relation = relation();
        const auto closer = closer_for(peek());
        if (!closer.empty()) ++at_;
        is_one_of_ = is_one_of_ || closer == "}"; // a set of nftables
        while (at_ < words_.size() && peek() != closer) {
            values();
            const bool goes_on = closer.empty() ? peek() == "," : joins(peek());
            if (goes_on)
                ++at_;
            else if (closer.empty())
                break;
        }
        if (!closer.empty() && next() != closer) understood_ = false;
        const auto& all = included_.words;
        if (all.size() == 1 && excluded_.words.empty() && (all[0] == "any" || all[0] == "all"))
            return std::string();
        if (understood_ && !mask_.empty() && all.empty() && excluded_.words.empty())
            return is_negated_ ? "not (" + mask_ + ')' : mask_;
        if (!understood_ || !mask_.empty() || (all.empty() && excluded_.words.empty())) return std::nullopt;
        const bool is_one = all.size() + excluded_.words.size() == 1 && !included_.are_sets && !excluded_.are_sets;
        if (!order_.empty() && !is_one) return std::nullopt; // more or less than several is nothing
        if (property_ == "tcp.flags" && !has_relation && !is_one_of_) return each_flag();
        return text();
    }

private:
    const std::string& peek(std::size_t ahead = 0) const {
        static const std::string none;
        return at_ + ahead < words_.size() ? words_[at_ + ahead] : none;
    }
    std::string next() { return at_ < words_.size() ? words_[at_++] : std::string(); }

    /// `<blocked>`, as pf has it.
    bool is_table() const { return peek() == "<" && peek(2) == ">"; }

    /// Whether there is one.
    bool relation() {
        const auto first = at_;
        for (auto found = relation_of(lower(peek())); found != relations.end();
             found = relation_of(lower(peek()))) {
            if (is_table()) break;
            is_range_ = found->first == "range";
            is_one_of_ = is_one_of_ || found->first == "in" || found->first == "within";
            if (found->second == "!")
                is_negated_ = !is_negated_;
            else if (!found->second.empty())
                order_ = found->second;
            ++at_;
        }
        return at_ > first;
    }

    /// One value; or several with strokes between.
    void values() {
        const bool is_excluded = peek() == "!" || peek() == "not";
        if (is_excluded) ++at_;
        const bool is_number = !peek(1).empty() && peek(1)[0] >= '0' && peek(1)[0] <= '9';
        if (says_sort_of_value(peek()) && is_number) ++at_;
        auto& values = is_excluded ? excluded_ : included_;
        if (is_table()) {
            ++at_;
            add(values, '@' + next());
            return void(++at_);
        }
        const auto word = next();
        // `SYN/ACK` is a packet, and `S/SA` a mask: only letters.
        if (const auto slash = word.find('/'); property_ == "tcp.flags" && slash != word.npos && slash < 3) {
            mask_ = condition_of_flag_mask(word);
            understood_ &= !mask_.empty() && order_.empty() && !is_excluded;
            return;
        }
        const bool is_name = !word.empty() && (word[0] | 0x20) >= 'a' && (word[0] | 0x20) <= 'z';
        if (!is_name || word.find_first_of("|/+") == word.npos) return add(values, word);
        for (std::size_t begin = 0; begin <= word.size();) {
            const auto end = std::min(word.find_first_of("|/+", begin), word.size());
            add(values, word.substr(begin, end - begin));
            begin = end + 1;
        }
        while (peek() == "+" || peek() == "|") ++at_, add(values, next());
    }

    void add(Values& values, std::string word) {
        const bool is_address = parse_address(word).has_value();
        if (is_range_ || peek() == "-") {
            if (peek() == "-") ++at_;
            word += '-' + next();
        } else if (is_address && peek() == "mask")
            ++at_;
        if (const auto slash = word.find('/'); slash != word.npos)
            word = network_of(word.substr(0, slash), word.substr(slash + 1)).value_or(word);
        if (is_address && parse_address(peek())) {
            const auto network = network_of(word, next());
            understood_ &= network.has_value();
            if (network) word = *network;
        }
        while (property_ == "tcp.flags" && (peek() == "+" || peek() == "|")) {
            values.words.push_back(value(std::move(word)));
            ++at_;
            word = next();
        }
        const bool is_set = word.starts_with('@') || sets_.contains(word) || word.find('/') != word.npos ||
                            (word.find('-') != word.npos && word[0] >= '0' && word[0] <= '9') ||
                            (property_.ends_with("port") && word.find(':') != word.npos);
        values.are_sets |= is_set;
        values.words.push_back(value(std::move(word)));
        understood_ &= !values.words.back().empty();
    }

    /// As it is written here; empty when it is not to be understood.
    std::string value(std::string word) const {
        if (word.size() > 1 && word.front() == '"') word = word.substr(1, word.size() - 2);
        if (word.starts_with('@') || word.starts_with('$')) word.erase(0, 1);
        if (property_ == "ct.state" || property_ == "ip.protocol") word = lower(word);
        if (property_.ends_with("port")) std::replace(word.begin(), word.end(), ':', '-');
        if (property_.starts_with("eth.")) return '"' + word + '"';
        if (property_.ends_with("addr") && is_short_network(word)) {
            const auto slash = word.find('/');
            const auto parts = std::ranges::count(std::string_view(word).substr(0, slash), '.') + 1;
            for (auto i = parts; i < 4; ++i) word.insert(slash, ".0");
        }
        const auto slash = word.find('/');
        const bool is_code = property_ == "icmp.type" && word.find_first_not_of("0123456789/") == word.npos;
        if (slash != word.npos && !is_code && !parse_address(word.substr(0, slash))) return "";
        constexpr std::string_view allowed =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
        return word.find_first_not_of(allowed) == word.npos ? word : "";
    }

    /// `10/8`, `192.168/16`.
    static bool is_short_network(const std::string& word) {
        const auto slash = word.find('/');
        const auto dots = std::ranges::count(std::string_view(word).substr(0, slash), '.');
        return slash != word.npos && slash > 0 && dots < 3 &&
               word.find_first_not_of("0123456789./") == word.npos;
    }

    static std::string list_of(const Words& words) {
        std::string list;
        for (const auto& word : words) list += (list.empty() ? "" : ", ") + word;
        return words.size() == 1 ? list : '[' + list + ']';
    }

    std::string asking(const Values& values, bool is_not) const {
        const bool is_one = values.words.size() == 1 && !values.are_sets;
        const auto list = list_of(values.words);
        if (is_one && !order_.empty()) return (is_not ? "not " : "") + property_ + ' ' + order_ + ' ' + list;
        if (is_one || (property_ == "tcp.flags" && !is_one_of_)) return property_ + (is_not ? " != " : " == ") + list;
        return (is_not ? "not " : "") + property_ + " in " + list;
    }

    /// `8/0`, a type of ICMP with its code.
    std::string type_and_code(const std::string& word) const {
        const auto slash = word.find('/');
        const auto asked =
            "icmp.type == " + word.substr(0, slash) + " and icmp.code == " + word.substr(slash + 1);
        return is_negated_ ? "not (" + asked + ')' : asked;
    }

    std::string text() const {
        const auto& first = included_.words.empty() ? excluded_.words.front() : included_.words.front();
        if (property_ == "icmp.type" && included_.words.size() == 1 && excluded_.words.empty() &&
            first.find('/') != first.npos)
            return type_and_code(first);
        if (excluded_.words.empty()) return asking(included_, is_negated_);
        if (included_.words.empty()) return asking(excluded_, !is_negated_);
        const auto both = asking(included_, false) + " and " + asking(excluded_, true);
        return is_negated_ ? "not (" + both + ')' : both;
    }

    /// As nftables has it: whether one of the flags is set.
    std::string each_flag() const {
        std::string text;
        for (const auto& flag : included_.words)
            text += (text.empty() ? "" : " or ") + flag + " in tcp.flags";
        return included_.words.size() > 1 ? '(' + text + ')' : text;
    }

    const std::string& property_;
    const Words& words_;
    std::size_t& at_;
    const std::set<std::string>& sets_;
    bool is_negated_;
    Values included_, excluded_;
    std::string mask_; ///< of TCP flags, as a condition
    std::string order_;
    bool is_range_ = false;
    bool is_one_of_ = false; ///< of several flags, that is not all of them
    bool understood_ = true;
};

} // namespace

std::string condition_of_flag_mask(std::string_view text) {
    constexpr std::string_view letters = "FSRPAUEW"; // as pf and tcpdump have them
    constexpr std::array<std::string_view, letters.size()> flags = {"fin", "syn", "rst", "psh",
                                                                    "ack", "urg", "ece", "cwr"};
    const auto slash = text.find('/');
    if (slash == text.npos || slash + 1 == text.size()) return {};
    const auto set = text.substr(0, slash), asked = text.substr(slash + 1);
    const auto is_of = [](std::string_view some, std::string_view all) {
        return some.find_first_not_of(all) == some.npos;
    };
    if (!is_of(asked, letters) || !is_of(set, asked)) return {};
    std::string condition;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (asked.find(letters[i]) == asked.npos) continue;
        condition += condition.empty() ? "" : " and ";
        condition +=
            (set.find(letters[i]) == set.npos ? "not " : "") + std::string(flags[i]) + " in tcp.flags";
    }
    return condition;
}

bool is_relation_word(std::string_view word) { return relation_of(lower(word)) != relations.end(); }

std::set<std::string> names_of_sets(const Tokens& tokens) {
    std::set<std::string> names;
    std::size_t depth = 0;
    for (std::size_t i = 0; i + 3 < tokens.size(); ++i) {
        if (is_open_bracket(tokens[i].kind)) ++depth;
        if (is_close_bracket(tokens[i].kind) && depth > 0) --depth;
        if (depth > 0 || tokens[i].kind != K::name || tokens[i + 1].kind != K::colon) continue;
        const auto first = tokens[i + 2].kind, second = tokens[i + 3].kind;
        const bool is_file = first == K::name && second == K::open_paren;
        if (first == K::open_bracket || first == K::open_brace || second == K::slash || second == K::minus ||
            is_file)
            names.insert(tokens[i].text);
    }
    return names;
}

std::optional<std::string> read_comparison(const std::string& property, const Words& words, std::size_t& at,
                                           const std::set<std::string>& sets, bool is_negated) {
    return ComparisonReader(property, words, at, sets, is_negated).read();
}

} // namespace syntax
