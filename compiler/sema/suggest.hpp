// "Did you mean": the nearest of the names that would have been right.
#pragma once
#include "compiler/syntax/words.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sema {

using syntax::is_packet_object;
using syntax::lower;
using syntax::quoted;

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other
/// (restricted Damerau-Levenshtein), letters compared without case.
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The candidate that is called so elsewhere, or else the nearest one; null when none is near enough to be
/// meant.
const std::string* nearest(std::string_view word, const std::vector<std::string>& candidates);

/// The nearest one by its letters alone: what was surely meant, and only misspelt.
const std::string* misspelt(std::string_view word, const std::vector<std::string>& candidates);

/// A hint that names the nearest candidate; empty when none is near enough to be meant.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// Hints among all names of some kind, of which there may be very many: as long as that is quick. Who
/// misspells thousands of names made another mistake.
class Suggestions {
public:
    /// `names()` yields `count` candidates.
    template <typename Names>
    std::string among(std::size_t count, std::string_view word, const Names& names) {
        const auto meant = nearest_among(count, word, names);
        return meant.empty() ? meant : "did you mean " + quoted(meant) + "?";
    }

    /// The name alone; empty when none is near enough.
    template <typename Names>
    std::string nearest_among(std::size_t count, std::string_view word, const Names& names) {
        if (count > comparisons_left_) return {};
        comparisons_left_ -= count;
        const std::vector<std::string> all = names();
        const auto* meant = nearest(word, all);
        return meant == nullptr ? std::string() : *meant;
    }

private:
    std::size_t comparisons_left_ = 500'000;
};

/// The words as a list that can be read: "`a`, `b` or `c`".
std::string one_of(const std::vector<std::string>& words);
/// "`a`, `b` and `c`".
std::string all_of(const std::vector<std::string>& words);

} // namespace sema
