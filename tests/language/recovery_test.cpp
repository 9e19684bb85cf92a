// One mistake, one message: one token of a policy that has no mistake is taken out, doubled or replaced, and
// the compiler is asked.
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

/// The text with that in the place of the token; a space keeps the neighbours of what is left out apart.
std::string with(const Policy& policy, const syntax::Token& token, const std::string& text) {
    auto whole = policy.text;
    std::size_t start = 0;
    for (std::uint32_t line = 1; line < token.span.begin.line; ++line) start = whole.find('\n', start) + 1;
    const auto at = start + token.span.begin.column - 1; // the samples are ASCII
    REQUIRE(whole.substr(at, token.text.size()) == token.text);
    return whole.replace(at, token.text.size(), text.empty() ? " " : text);
}

std::vector<syntax::Diagnostic> errors_in(const Policy& policy, std::string text) {
    auto loaded =
        sema::load_text(policy.path.filename().string(), std::move(text), policy.path.parent_path());
    std::erase_if(loaded.diagnostics, [](const syntax::Diagnostic& d) {
        return syntax::info(d.kind).severity != syntax::Severity::error;
    });
    return loaded.diagnostics;
}

/// How often of so many wrong policies one message was given, near the mistake.
struct Measure {
    std::size_t wrong = 0;
    std::size_t told_once = 0;

    void add(const std::vector<syntax::Diagnostic>& errors, const syntax::Token& token) {
        constexpr std::uint32_t lines_away_max = 2;
        ++wrong;
        if (errors.size() != 1) return;
        const auto said = errors.front().span.begin.line, line = token.span.begin.line;
        told_once += said + lines_away_max >= line && said <= line + lines_away_max;
    }
    double share() const { return static_cast<double>(told_once) / static_cast<double>(wrong); }
};

using Mutation = std::string (*)(const Policy&, const syntax::Token&, const syntax::Token& other);

/// Of what is still a policy there is nothing to say.
double share_told_once(Mutation mutation) {
    constexpr std::size_t tries = 400;
    const auto all = policies();
    std::mt19937 random(20);
    Measure measure;
    for (std::size_t i = 0; i < tries; ++i) {
        const auto& policy = all[random() % all.size()];
        const auto& token = policy.tokens[random() % policy.tokens.size()];
        const auto& other = policy.tokens[random() % policy.tokens.size()];
        const auto errors = errors_in(policy, mutation(policy, token, other));
        if (!errors.empty()) measure.add(errors, token);
    }
    return measure.share();
}

} // namespace

TEST_CASE("a bracket or comma taken out is one mistake, told where it was") {
    constexpr std::size_t tries = 300;
    // What is left are packets on one line, where nothing but the meaning of their members tells which of two
    // braces is missing.
    constexpr double share_min = 0.98;

    const auto all = policies();
    REQUIRE(!all.empty());
    std::mt19937 random(20);
    Measure measure;
    for (std::size_t i = 0; i < tries; ++i) {
        const auto& policy = all[random() % all.size()];
        const auto& token = policy.tokens[policy.marks[random() % policy.marks.size()]];
        const auto errors = errors_in(policy, with(policy, token, ""));
        INFO(policy.path.filename() << ':' << token.span.begin.line << ':' << token.span.begin.column << ": "
                                    << token.text);
        CHECK(!errors.empty());
        measure.add(errors, token);
    }
    CHECK(measure.share() >= share_min);
}

// The shares are what is reached: a change that lowers one makes some message worse. Any other token in the
// place of one is often two mistakes: what is missing and what is too much.
TEST_CASE("any token taken out is mostly one mistake") {
    CHECK(share_told_once([](const Policy& policy, const syntax::Token& token, const syntax::Token&) {
              return with(policy, token, "");
          }) >= 0.97);
}

TEST_CASE("a token that stands twice is mostly one mistake") {
    CHECK(share_told_once([](const Policy& policy, const syntax::Token& token, const syntax::Token&) {
              return with(policy, token, token.text + ' ' + token.text);
          }) >= 0.92);
}

TEST_CASE("a token in the place of another is mostly one mistake") {
    CHECK(share_told_once([](const Policy& policy, const syntax::Token& token, const syntax::Token& other) {
              return with(policy, token, other.text);
          }) >= 0.56);
}

TEST_CASE("a token too many is mostly one mistake") {
    CHECK(share_told_once([](const Policy& policy, const syntax::Token& token, const syntax::Token& other) {
              return with(policy, token, token.text + ' ' + other.text);
          }) >= 0.84);
}
