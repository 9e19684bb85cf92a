#include "compiler/syntax/source.hpp"

namespace syntax {

std::string_view Source::line(std::uint32_t number) const {
    std::string_view rest = text;
    for (std::uint32_t i = 1; i < number; ++i) {
        const auto end = rest.find('\n');
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return rest;
}

FileId Sources::add(std::string name, std::string text) {
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3); // a byte order mark says nothing in UTF-8
    files_.push_back({std::move(name), std::move(text)});
    return static_cast<FileId>(files_.size() - 1);
}

} // namespace syntax
