// The files of a corpus.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

std::string text_of(const std::filesystem::path& file);

/// Files as they are, of folders those with the extension, by their paths.
std::vector<std::filesystem::path> files_in(const std::vector<std::filesystem::path>& places,
                                            std::string_view extension);

} // namespace fuzz
