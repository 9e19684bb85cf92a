#include "compiler/syntax/ast.hpp"

#include <array>

namespace syntax {

std::string to_string(const Path& path) {
    std::string text;
    for (const auto& part : path.parts) text += (text.empty() ? "" : ".") + part.text;
    return text;
}

std::string_view to_string(Operator relation) {
    constexpr std::array<std::string_view, 7> texts = {"==", "!=", "<", ">", "<=", ">=", "in"};
    return texts[static_cast<std::size_t>(relation)];
}

} // namespace syntax
