#include "tests/language/broken_policies.hpp"

#include "compiler/sema/load.hpp"
#include "compiler/syntax/antlr.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace broken {

namespace {

namespace fs = std::filesystem;
using syntax::TokenKind;

Policy read(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    Policy policy{path, std::string(std::istreambuf_iterator<char>(stream), {}), {}, {}};
    policy.tokens = syntax::lex(0, policy.text);
    std::erase_if(policy.tokens, [](const auto& token) {
        return token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment;
    });
    for (std::size_t i = 0; i + 1 < policy.tokens.size(); ++i) {
        const auto kind = policy.tokens[i].kind;
        const bool is_comma = kind == TokenKind::comma && !is_close_bracket(policy.tokens[i + 1].kind);
        if (is_comma || is_open_bracket(kind) || is_close_bracket(kind)) policy.marks.push_back(i);
    }
    return policy;
}

} // namespace

std::vector<Policy> samples() {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(SAMPLES_DIR))
        if (entry.path().extension() == ".nacl") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<Policy> result;
    for (const auto& path : paths) result.push_back(read(path));
    return result;
}

std::size_t offset_of(const Policy& policy, const syntax::Token& token) {
    std::size_t start = 0;
    for (std::uint32_t line = 1; line < token.span.begin.line; ++line) start = policy.text.find('\n', start) + 1;
    return start + token.span.begin.column - 1; // the samples are ASCII
}

std::vector<syntax::Diagnostic> errors_in(const Policy& policy, std::string text) {
    auto loaded =
        sema::load_text(policy.path.filename().string(), std::move(text), policy.path.parent_path());
    std::erase_if(loaded.diagnostics, [](const syntax::Diagnostic& d) {
        return syntax::info(d.kind).severity != syntax::Severity::error;
    });
    return loaded.diagnostics;
}

} // namespace broken
