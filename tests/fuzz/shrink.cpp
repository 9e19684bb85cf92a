#include "tests/fuzz/shrink.hpp"

#include "tests/fuzz/mutator.hpp"

namespace fuzz {

namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += part;
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
        lines.push_back(text.substr(at, end - at));
        at = end;
    }
    return lines;
}

/// Leaves out ever shorter runs of parts.
std::string without_parts(std::vector<std::string> parts, int& tries,
                          const std::function<bool(const std::string&)>& fails) {
    for (auto run = parts.size() / 2; run > 0; run /= 2)
        for (std::size_t at = 0; at + run <= parts.size() && tries > 0;) {
            auto fewer = parts;
            const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(run));
            --tries;
            if (fails(joined(fewer)))
                parts = std::move(fewer);
            else
                at += run;
        }
    return joined(parts);
}

} // namespace

std::string shrink(std::string text, const std::function<bool(const std::string&)>& fails) {
    int tries = 3000;
    for (std::string before; before != text && tries > 0;) {
        before = text;
        text = without_parts(lines_of(text), tries, fails);
        text = without_parts(pieces_of(text), tries, fails);
    }
    if (text.size() > 500) return text;
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    return without_parts(std::move(bytes), tries, fails);
}

} // namespace fuzz
