#include "naclc/commands.hpp"

#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace naclc {

namespace {

/// As people copy it: with its brackets, or with underscores.
std::string plain(std::string kind) {
    std::erase_if(kind, [](char c) { return c == '[' || c == ']' || c == '`' || c == ' '; });
    std::replace(kind.begin(), kind.end(), '_', '-');
    return sema::lower(kind);
}

/// A paragraph in lines of at most 78 characters; code, which is indented, stays as it is.
void print_paragraph(const std::string& text) {
    if (text.starts_with(' ')) return fmt::print("{}\n", text);
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) {
        if (!line.empty() && syntax::characters_in(line) + syntax::characters_in(word) >= 78) {
            fmt::print("{}\n", line);
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    fmt::print("{}\n", line);
}

int list_all() {
    std::size_t width = 0;
    for (const auto& info : syntax::kinds()) width = std::max(width, std::string_view(info.name).size());
    for (const auto& info : syntax::kinds()) fmt::print("{:<{}}  {}\n", info.name, width, syntax::name(info.severity));
    return fine;
}

} // namespace

int explain_error(const std::string& kind) {
    if (kind.empty()) return list_all();
    const auto name = plain(kind);
    const auto known = syntax::kind_named(name);
    if (!known) {
        std::vector<std::string> names;
        for (const auto& info : syntax::kinds()) names.push_back(info.name);
        const auto near = sema::did_you_mean(name, names);
        fmt::print(stderr, "naclc: there is no message of kind `{}`; {}\n", kind,
                   near.empty() ? "the kind stands in brackets at its end, and `naclc explain-error` lists all" : near);
        return wrong_usage;
    }
    const auto& info = syntax::info(*known);
    fmt::print("{} ({})\n\n", info.name, syntax::name(info.severity));
    std::istringstream lines{std::string(info.explanation)};
    for (std::string line; std::getline(lines, line);) print_paragraph(line);
    return fine;
}

} // namespace naclc
