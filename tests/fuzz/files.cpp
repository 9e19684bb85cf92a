#include "tests/fuzz/files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace fuzz {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> files_in(const std::vector<fs::path>& places, std::string_view extension) {
    std::vector<fs::path> files;
    for (const auto& place : places) {
        if (!fs::is_directory(place)) {
            files.push_back(place);
            continue;
        }
        for (const auto& entry : fs::directory_iterator(place))
            if (entry.path().extension() == extension) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace fuzz
