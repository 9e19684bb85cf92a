#include "compiler/sema/paths.hpp"

#include <filesystem>

namespace sema {

std::string inside(const std::string& folder, const std::string& name) {
    return (std::filesystem::path(folder) / name).lexically_normal().string();
}

bool is_file(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

} // namespace sema
