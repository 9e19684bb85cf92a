#include "compiler/syntax/words.hpp"

namespace syntax {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string quoted(std::string_view text) { return '`' + std::string(text) + '`'; }

} // namespace syntax
