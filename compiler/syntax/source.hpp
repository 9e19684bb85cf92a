// Source files and places in them.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace syntax {

using FileId = std::uint32_t; ///< indexes Sources

/// Both count from 1; columns count characters (code points), a tab being one.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;

    friend auto operator<=>(const Position&, const Position&) = default;
};

/// From the first character up to, not including, `end`.
struct Span {
    FileId file = 0;
    Position begin;
    Position end;

    friend auto operator<=>(const Span&, const Span&) = default;
};

/// From the start of one span to the end of another.
constexpr Span join(const Span& first, const Span& last) { return {first.file, first.begin, last.end}; }
constexpr bool encloses(const Span& outer, const Span& inner) {
    return outer.file == inner.file && outer.begin <= inner.begin && inner.end <= outer.end;
}

struct Source {
    std::string name;                     ///< as messages show it
    std::string text;                     ///< as it was read, without a byte order mark
    std::vector<std::size_t> line_starts; ///< offsets in the text

    /// A line without its end; empty past the last one.
    std::string_view line(std::uint32_t number) const;
};

class Sources {
public:
    FileId add(std::string name, std::string text);
    const Source& operator[](FileId file) const { return files_[file]; }
    std::size_t size() const { return files_.size(); }

private:
    std::vector<Source> files_;
};

} // namespace syntax
