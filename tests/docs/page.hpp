// Pages of the documentation as tests read them: fenced blocks, sections, and parts between markers.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace docs {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file);

/// All pages: README.md and docs/**/*.md, in the order of their paths.
std::vector<fs::path> pages();

/// What stands between ```INFO and ```, without the indentation of its fence.
struct Block {
    std::string info;
    std::string text;
    std::size_t line = 0; ///< of its fence, from 1
};

std::vector<Block> blocks_of(const std::string& page);

/// The text below the first heading that holds `heading`, up to the next heading of the same or a higher
/// rank.
std::string section(const std::string& page, const std::string& heading);

/// What stands in code (`…`) in the first cell of each row of the tables in a text.
std::vector<std::string> first_cells(const std::string& text);

/// The page with its part between `<!-- NAME: … -->` and `<!-- end of NAME -->` replaced; throws without such
/// a part.
std::string with_part(const std::string& page, const std::string& name, const std::string& part);

} // namespace docs
