// Generated C++ to something that runs: one small compile and a link against the kit's libraries.
#pragma once
#include "codegen/kit.hpp"

#include <string>

namespace codegen {

enum class Product {
    image,      ///< for the user
    test_image, ///< for the harness: its clock and its reports come through a door
    host,       ///< a shared object for the harness
};

/// What went wrong; empty when `to` was written. `to` is replaced at once or not at all.
/// When `keep` is not empty, the generated C++ and the unstripped result stay there.
std::string build(const Kit& kit, const std::string& cpp, Product product, const std::filesystem::path& to,
                  const std::filesystem::path& keep = {});

} // namespace codegen
