#include "codegen/kit.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace codegen {

namespace {

bool complete(const std::filesystem::path& root) {
    std::error_code ignored;
    constexpr std::string_view parts[] = {"host.flags",
                                          "image.flags",
                                          "include/runtime/generated.hpp",
                                          "lib/image.ld",
                                          "lib/libhost_platform.a",
                                          "lib/libruntime_host.a",
                                          "lib/libruntime_image.a",
                                          "lib/libunikernel.a",
                                          "lib/libunikernel_door_none.a",
                                          "lib/libunikernel_door_test.a"};
    return std::ranges::all_of(
        parts, [&](std::string_view part) { return std::filesystem::exists(root / part, ignored); });
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
