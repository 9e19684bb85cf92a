#include "compiler/analysis/underline.hpp"

#include "compiler/syntax/utf8.hpp"

#include <algorithm>

namespace analysis {

namespace {

/// From the place to the end of the word there.
std::string_view word(const syntax::Sources& sources, const model::Place& place) {
    auto line = sources[place.file].line(place.line);
    for (std::uint32_t column = 1; column < place.column && !line.empty(); ++column)
        line.remove_prefix(std::max<std::size_t>(syntax::character_bytes(line), 1));
    const auto is_of_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    };
    return line.substr(0,
                       static_cast<std::size_t>(std::ranges::find_if_not(line, is_of_word) - line.begin()));
}

} // namespace

syntax::Span word_at(const syntax::Sources& sources, const model::Place& place) {
    const auto length = static_cast<std::uint32_t>(std::max<std::size_t>(word(sources, place).size(), 1));
    return {place.file, {place.line, place.column}, {place.line, place.column + length}};
}

std::string word_text(const syntax::Sources& sources, const model::Place& place) {
    return std::string(word(sources, place));
}

} // namespace analysis
