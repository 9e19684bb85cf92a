#include "codegen/kit.hpp"

#include <array>
#include <cstdlib>

namespace codegen {

namespace {

bool complete(const std::filesystem::path& root) {
    std::error_code ignored;
    return std::filesystem::exists(root / "lib" / "image.ld", ignored);
}

} // namespace

std::optional<Kit> find_kit() {
    if (const char* named = std::getenv("NACLC_KIT"); named != nullptr)
        return complete(named) ? std::optional(Kit{std::filesystem::absolute(named)}) : std::nullopt;
    std::error_code failed;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto installed = self.parent_path().parent_path() / "lib" / "naclc";
    for (const auto& root : {installed, std::filesystem::path(NACLC_KIT)})
        if (complete(root)) return Kit{root};
    return std::nullopt;
}

} // namespace codegen
