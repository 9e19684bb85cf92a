// What building a policy needs besides the compiler: headers, prebuilt libraries, flags and the linker script.
#pragma once
#include <filesystem>
#include <optional>

namespace codegen {

struct Kit {
    std::filesystem::path root;

    std::filesystem::path include() const { return root / "include"; }
    std::filesystem::path library(std::string_view name) const { return root / "lib" / name; }
    std::filesystem::path flags(std::string_view flavour) const { return root / (std::string(flavour) + ".flags"); }
};

/// $NACLC_KIT, else lib/naclc beside an installed command, else the build's own. Nothing when none is complete.
std::optional<Kit> find_kit();

} // namespace codegen
