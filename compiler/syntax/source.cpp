#include "compiler/syntax/source.hpp"

namespace syntax {

std::string_view Source::line(std::uint32_t number) const {
    if (number == 0 || number > line_starts.size()) return {};
    auto rest = std::string_view(text).substr(line_starts[number - 1]);
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return rest;
}

FileId Sources::add(std::string name, std::string text) {
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3); // a byte order mark says nothing in UTF-8
    std::vector<std::size_t> line_starts{0};
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1))
        line_starts.push_back(end + 1);
    files_.push_back({std::move(name), std::move(text), std::move(line_starts)});
    return static_cast<FileId>(files_.size() - 1);
}

} // namespace syntax
