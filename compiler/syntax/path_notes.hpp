// The way of a packet through a function, in the words of messages.
#pragma once
#include "compiler/syntax/diagnostic.hpp"

namespace syntax {

inline Note at_condition(const Span& span, bool holds) {
    return {span, holds ? "when this is true" : "when this is false"};
}

/// Of a statement, which may have been meant to stand where a way ends without a verdict.
inline constexpr std::string_view never_reached = "no packet gets here";

/// Of a body that is for one subtype only.
inline Note passed_by(const Span& span, std::string_view subtype) {
    return {span, "packets other than " + std::string(subtype) + " pass this by"};
}

/// Of a long way the first and the last steps.
inline void shorten(std::vector<Note>& way) {
    constexpr std::ptrdiff_t kept = 5;
    if (way.size() <= 2 * kept + 1) return;
    way[kept - 1].message += ", and " + std::to_string(way.size() - 2 * kept) + " steps further on";
    way.erase(way.begin() + kept, way.end() - kept);
}

} // namespace syntax
