#include "naclc/commands.hpp"

#include "compiler/syntax/diagnostic.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace naclc {

int explain_error(const std::string& kind) {
    const auto known = syntax::kind_named(kind);
    if (!known) {
        fmt::print(stderr, "naclc: there is no message of kind `{}`; the kind stands in brackets at its end\n", kind);
        return wrong_usage;
    }
    const auto& info = syntax::info(*known);
    fmt::print("{} ({})\n{}\n", info.name, info.severity == syntax::Severity::error ? "error" : "warning",
               info.explanation);
    return fine;
}

} // namespace naclc
