#include "tests/fuzz/mutator.hpp"

#include "compiler/model/field.hpp"
#include "compiler/sema/constants.hpp"
#include "tests/fuzz/policies.hpp"

#include <algorithm>
#include <set>

namespace fuzz {

namespace {

constexpr std::size_t text_bytes_max = 16'000;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// What the language knows, what the corpus says, and what is hard to digest.
std::vector<std::string> words_of(const std::vector<std::string>& corpus) {
    std::set<std::string> words = {
        "if", "else", "in", "IN", "and", "&&", "or", "||", "not", "!", "true", "false", "==", "!=", "<=", ">=", "<", ">",
        "->", "-", "/", ".", ":", "::", ",", "{", "}", "[", "]", "(", ")", "\"", "\\", "/*", "*/", "//", "#", "=", ";",
        "\n", " ", "\t", "\r\n", "\r", std::string(1, '\0'), "\x01", "\x1b[2J", "\x7f", "\xff", "\xc2\x9b", "\xe2\x80\x9c",
        "\xf0\x9f\x98\x80", "\xc3", "\xed\xa0\x80", "\xef\xbb\xbf", "0", "1", "(-1)", "255", "256", "65535", "65536",
        "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "0x", "0xffffffffffffffff", "1.5",
        "1.", "0.0.0.0", "255.255.255.255", "256.0.0.1", "10.0.0.0/8", "10.0.0.1/0", "/33", "10.0.0.9 - 10.0.0.1", "9-1",
        "\"\"", "\"\\x00\\x1b\\n\\xff\"", "\"\\q\"", "file(\"nowhere\")", "import \"nowhere\"", "Filter::IP g {",
        "Nat::TCP n { dnat(10.0.0.1, 80) }", "Assert::IP a(x -> y) { drop }", "Test t {", "steps: [", "packet: { ip: {",
        "Limit l {", "Timer", "Load_balancer lb {", "Syslog s {", "Conntrack {", "masquerade: true", "vlan: 4095"};
    for (const auto& name : sema::constant_names()) words.insert(name);
    for (const auto& field : model::field_table) words.emplace(field.name);
    for (const auto& text : corpus)
        for (auto& piece : pieces_of(text))
            if (is_word(piece[0]) && piece.size() < 30) words.insert(std::move(piece));
    return {words.begin(), words.end()};
}

} // namespace

std::vector<std::string> pieces_of(const std::string& text) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size();) {
        auto end = at + 1;
        if (text[at] == '"') {
            while (end < text.size() && text[end] != '"' && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
            end = std::min(end + 1, text.size());
        } else if (is_word(text[at]) || is_blank(text[at])) {
            const bool word = is_word(text[at]);
            while (end < text.size() && (word ? is_word(text[end]) : is_blank(text[end]))) ++end;
        }
        pieces.push_back(text.substr(at, end - at));
        at = end;
    }
    return pieces;
}

Mutator::Mutator(std::vector<std::string> corpus) : corpus_(std::move(corpus)), words_(words_of(corpus_)) {}

std::size_t Mutator::below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

std::string Mutator::start() {
    if (corpus_.empty() || below(4) == 0) return random_policy(random_);
    return corpus_[below(corpus_.size())];
}

std::string Mutator::word() { return words_[below(words_.size())]; }

/// Brackets round the pieces, as deep as may be or a little deeper; or a row of `not`, or of `else if`.
void Mutator::nest(std::vector<std::string>& pieces, std::size_t begin, std::size_t end) {
    static const std::vector<std::pair<std::string, std::string>> shells = {
        {"(", ")"}, {"[", "]"}, {"{ a: ", "}"}, {"not ", ""}, {"if (true) { drop } else ", ""},
        {"Filter::IP {", "}"}, {"if (true) {", "}"}, {"(-", ")"}};
    const auto& [open, close] = shells[below(shells.size())];
    const auto times = below(3) == 0 ? 250 + below(10) : 1 + below(5);
    for (std::size_t i = 0; i < times; ++i) {
        pieces[begin] = open + pieces[begin];
        pieces[end - 1] += close;
    }
}

void Mutator::change_pieces(std::vector<std::string>& pieces) {
    if (pieces.empty()) return pieces.push_back(word());
    const auto place = [&](std::size_t i) { return pieces.begin() + static_cast<std::ptrdiff_t>(i); };
    const auto begin = below(pieces.size());
    const auto end = begin + 1 + below(std::min<std::size_t>(pieces.size() - begin, below(8) == 0 ? 200 : 6));
    const std::vector<std::string> range(place(begin), place(end));
    switch (below(9)) {
    case 0:
        pieces.erase(place(begin), place(end));
        break;
    case 1:
        pieces.insert(place(below(pieces.size())), range.begin(), range.end());
        break;
    case 2:
        std::swap(pieces[begin], pieces[below(pieces.size())]);
        break;
    case 3:
        pieces[begin] = word();
        break;
    case 4:
        pieces.insert(place(begin), word());
        break;
    case 5: { // some of another policy
        const auto other = pieces_of(start());
        if (other.empty()) break;
        const auto from = below(other.size());
        const auto to = from + 1 + below(std::min<std::size_t>(other.size() - from, 60));
        pieces.insert(place(begin), other.begin() + static_cast<std::ptrdiff_t>(from),
                      other.begin() + static_cast<std::ptrdiff_t>(to));
        break;
    }
    case 6:
        nest(pieces, begin, end);
        break;
    case 7:
        for (auto left = below(30); left > 0; --left) pieces.insert(place(begin), range.begin(), range.end());
        break;
    default: // a name for another one that the policy has
        pieces[begin] = pieces[below(pieces.size())];
    }
}

void Mutator::change_bytes(std::string& text) {
    if (text.empty()) return;
    const auto at = below(text.size());
    switch (below(3)) {
    case 0:
        text[at] = static_cast<char>(below(256));
        break;
    case 1:
        text.resize(at);
        break;
    default:
        text.erase(at, 1 + below(4));
    }
}

std::string Mutator::make(unsigned seed) {
    random_.seed(seed);
    auto text = start();
    if (below(8) == 0) return text;
    auto pieces = pieces_of(text);
    for (auto left = 1 + below(below(3) == 0 ? 20 : 4); left > 0; --left) change_pieces(pieces);
    text.clear();
    for (const auto& piece : pieces) text += piece;
    if (below(6) == 0) change_bytes(text);
    if (text.size() > text_bytes_max) text.resize(text_bytes_max);
    return text;
}

} // namespace fuzz
