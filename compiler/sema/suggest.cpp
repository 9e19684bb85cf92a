#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result = "`";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f)
            result += c;
        else if (c == '\n')
            result += "\\n";
        else
            result += std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
    }
    return result + '`';
}

std::size_t edit_distance(std::string_view from, std::string_view to) {
    const auto a = lower(from), b = lower(to);
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last = row;
    }
    return last[b.size()];
}

const std::string* nearest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t letters_max = 100; // what is longer was not typed, and the comparison is quadratic
    const std::string* best = nullptr;
    if (word.size() > letters_max) return best;
    // A third of the letters wrong is a typing mistake, more is another word.
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const auto longer = std::max(word.size(), candidate.size()),
                   shorter = std::min(word.size(), candidate.size());
        if (longer - shorter >= best_distance) continue;
        const auto distance = edit_distance(word, candidate);
        if (distance < best_distance && distance < longer) best = &candidate, best_distance = distance;
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto* best = nearest(word, candidates);
    return best == nullptr ? std::string() : "did you mean " + quoted(*best) + "?";
}

std::string one_of(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += quoted(words[i]);
    }
    return text;
}

} // namespace sema
