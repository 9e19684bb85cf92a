// One mistake, one message: a bracket or a comma is taken out of a policy that has no mistake, and the compiler is asked.
#include "compiler/sema/load.hpp"
#include "compiler/syntax/antlr.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace {

namespace fs = std::filesystem;
using syntax::TokenKind;

struct Policy {
    fs::path path;
    std::string text;
    syntax::Tokens tokens;          ///< without comments
    std::vector<std::size_t> marks; ///< indexes of its brackets, and of the commas that are needed
};

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

std::vector<Policy> policies() {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(SAMPLES_DIR))
        if (entry.path().extension() == ".nacl") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<Policy> result;
    for (const auto& path : paths) result.push_back(read(path));
    return result;
}

/// The text without that token, which is one character; a space keeps its neighbours apart.
std::string without(const Policy& policy, const syntax::Token& token) {
    auto text = policy.text;
    std::size_t start = 0;
    for (std::uint32_t line = 1; line < token.span.begin.line; ++line) start = text.find('\n', start) + 1;
    const auto at = start + token.span.begin.column - 1; // the samples are ASCII
    REQUIRE(text.substr(at, 1) == token.text);
    text[at] = ' ';
    return text;
}

std::vector<syntax::Diagnostic> errors_in(const Policy& policy, std::string text) {
    auto loaded = sema::load_text(policy.path.filename().string(), std::move(text), policy.path.parent_path());
    std::erase_if(loaded.diagnostics, [](const syntax::Diagnostic& d) {
        return syntax::info(d.kind).severity != syntax::Severity::error;
    });
    return loaded.diagnostics;
}

} // namespace

TEST_CASE("a bracket or comma taken out is one mistake, told where it was") {
    constexpr std::size_t tries = 300;
    constexpr std::uint32_t lines_away_max = 2;
    // What is left are packets on one line, where nothing but the meaning of their members tells which of two braces is
    // missing.
    constexpr double share_min = 0.98;

    const auto all = policies();
    REQUIRE(!all.empty());
    std::mt19937 random(20);
    std::size_t told_once = 0;
    for (std::size_t i = 0; i < tries; ++i) {
        const auto& policy = all[random() % all.size()];
        const auto& token = policy.tokens[policy.marks[random() % policy.marks.size()]];
        const auto errors = errors_in(policy, without(policy, token));
        const auto line = token.span.begin.line;
        INFO(policy.path.filename() << ':' << line << ':' << token.span.begin.column << ": " << token.text);
        CHECK(!errors.empty());
        if (errors.size() != 1) continue;
        const auto said = errors.front().span.begin.line;
        told_once += said + lines_away_max >= line && said <= line + lines_away_max;
    }
    CHECK(static_cast<double>(told_once) >= share_min * static_cast<double>(tries));
}
