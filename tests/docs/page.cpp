#include "tests/docs/page.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace docs {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::size_t rank_of(const std::string& line) {
    const auto rank = line.find_first_not_of('#');
    return rank != std::string::npos && line[rank] == ' ' ? rank : 0;
}

} // namespace

std::string text_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> pages() {
    std::vector<fs::path> found = {PROJECT "/README.md"};
    for (const auto& entry : fs::recursive_directory_iterator(PROJECT "/docs"))
        if (entry.path().extension() == ".md") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<Block> blocks_of(const std::string& page) {
    std::vector<Block> blocks;
    std::size_t number = 0, indentation = 0;
    bool inside = false;
    for (const auto& line : lines_of(page)) {
        ++number;
        const auto start = line.find_first_not_of(' ');
        const bool fence = start != std::string::npos && line.compare(start, 3, "```") == 0;
        if (fence && !inside) {
            blocks.push_back({line.substr(start + 3), "", number});
            indentation = start;
        } else if (!fence && inside) {
            blocks.back().text += line.substr(std::min(indentation, line.size())) + '\n';
        }
        if (fence) inside = !inside;
    }
    if (inside) throw std::runtime_error("a block is never closed: " + blocks.back().info);
    return blocks;
}

std::string section(const std::string& page, const std::string& heading) {
    std::string text;
    std::size_t rank = 0;
    bool fenced = false;
    for (const auto& line : lines_of(page)) {
        if (line.starts_with("```")) fenced = !fenced;
        const auto own = fenced ? 0 : rank_of(line);
        if (rank > 0 && own > 0 && own <= rank) return text;
        if (rank > 0)
            text += line + '\n';
        else if (own > 0 && line.find(heading) != std::string::npos)
            rank = own;
    }
    if (rank == 0) throw std::runtime_error("no heading holds " + heading);
    return text;
}

std::vector<std::string> first_cells(const std::string& text) {
    std::vector<std::string> cells;
    for (const auto& line : lines_of(text)) {
        if (!line.starts_with("| `")) continue;
        const auto cell = line.substr(0, line.find('|', 1));
        for (auto open = cell.find('`'); open != std::string::npos;) {
            const auto close = cell.find('`', open + 1);
            cells.push_back(cell.substr(open + 1, close - open - 1));
            open = cell.find('`', close + 1);
        }
    }
    return cells;
}

std::string with_part(const std::string& page, const std::string& name, const std::string& part) {
    const auto opener = page.find("<!-- " + name + ":");
    const auto start = opener == std::string::npos ? opener : page.find("-->\n", opener);
    const auto end = page.find("<!-- end of " + name + " -->");
    if (start == std::string::npos || end == std::string::npos)
        throw std::runtime_error("the page has no part " + name);
    return page.substr(0, start + 4) + part + page.substr(end);
}

} // namespace docs
