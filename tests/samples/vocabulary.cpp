#include "tests/samples/vocabulary.hpp"

#include "compiler/sema/load.hpp"

#include <stdexcept>

namespace samples {

Words offered(const std::string& policy, syntax::Kind kind) {
    const auto loaded = sema::load_text("probe.nacl", policy);
    Words words;
    for (const auto& diagnostic : loaded.diagnostics) {
        if (diagnostic.kind != kind) continue;
        const auto& hint = diagnostic.hint;
        for (auto open = hint.find('`'); open != std::string::npos;) {
            const auto close = hint.find('`', open + 1);
            words.insert(hint.substr(open + 1, close - open - 1));
            open = hint.find('`', close + 1);
        }
    }
    if (words.empty()) throw std::runtime_error("no hint offers words about: " + policy);
    return words;
}

} // namespace samples
