// Runs every case in cases/: a policy, followed by what the compiler says about it in lines that start with
// `//! `. A case is called fail_… exactly when there are errors, warn_… when there are only warnings. With
// NACLC_UPDATE_CASES=1 in the environment the expectations are rewritten; read the difference.
#include "codegen/nft/nft.hpp"
#include "compiler/analysis/check.hpp"
#include "compiler/analysis/open_ends.hpp"
#include "compiler/sema/load.hpp"
#include "compiler/syntax/render.hpp"
#include "harness/runner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace {

namespace fs = std::filesystem;

constexpr std::string_view mark = "//!";

std::vector<fs::path> cases() {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(CASES_DIR))
        if (entry.path().extension() == ".nacl") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::string read(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// Policy and expectation.
std::pair<std::string, std::string> split(const std::string& text) {
    const auto start = text.starts_with(mark) ? 0 : text.find("\n" + std::string(mark));
    if (start == std::string::npos) return {text, ""};
    const auto at = start == 0 ? 0 : start + 1;
    return {text.substr(0, at), text.substr(at)};
}

std::string as_comments(const std::string& text) {
    std::string result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        result += std::string(mark) + (line.empty() ? "" : " ") + line + '\n';
    return result;
}

std::string said_about(const sema::Loaded& loaded) {
    std::string text;
    for (const auto& diagnostic : loaded.diagnostics) text += syntax::render_text(diagnostic, loaded.sources);
    // The cases that are about the ruleset of nftables are made into one.
    if (loaded.appliance && loaded.sources[0].name.find("nftables_") != std::string::npos)
        for (const auto& problem : codegen::nft::emit(*loaded.appliance, {}).problems) {
            const syntax::Position at{problem.place.line, problem.place.column};
            text += syntax::render_text({.kind = syntax::Kind::not_in_nftables,
                                         .span = {problem.place.file, at, {at.line, at.column + 1}},
                                         .message = problem.what,
                                         .hint = problem.cure},
                                        loaded.sources);
        }
    // Where the cases lie is not theirs to say.
    const auto folder = std::string(CASES_DIR) + "/";
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder, at))
        text.erase(at, folder.size());
    return text;
}

std::string prefix_for(const sema::Loaded& loaded) {
    if (!loaded.appliance) return "fail_";
    return loaded.diagnostics.empty() ? "" : "warn_";
}

bool is_error(const syntax::Diagnostic& diagnostic) {
    return syntax::info(diagnostic.kind).severity == syntax::Severity::error;
}

/// As `naclc check` does: proofs come after everything else.
sema::Loaded checked(const std::string& name, const std::string& policy) {
    auto loaded = sema::load_text(name, policy, CASES_DIR);
    if (loaded.open_ended) analysis::show_open_ends(*loaded.open_ended, loaded.sources, loaded.diagnostics);
    if (!loaded.appliance) return loaded;
    analysis::add_proofs(*loaded.appliance, loaded.sources, loaded.diagnostics);
    // The cases that are about Tests that fail have them run.
    if (name.find("failing_tests") != name.npos)
        for (const auto& failure :
             harness::run_tests(*loaded.appliance, harness::interp_backend(*loaded.appliance)).failures)
            loaded.diagnostics.push_back(analysis::failed_test(
                *loaded.appliance, loaded.sources, {failure.test, failure.text, failure.place, failure.decided}));
    std::ranges::stable_sort(loaded.diagnostics, {}, &syntax::Diagnostic::span);
    if (std::ranges::any_of(loaded.diagnostics, is_error)) loaded.appliance.reset();
    return loaded;
}

bool updating() { return std::getenv("NACLC_UPDATE_CASES") != nullptr; }

} // namespace

TEST_CASE("each case says what it is expected to say") {
    const auto paths = cases();
    REQUIRE(!paths.empty());
    for (const auto& path : paths) {
        INFO(path.filename());
        const auto [policy, expected] = split(read(path));
        const auto name = path.filename().string();
        const auto loaded = checked(name, policy);
        const auto said = as_comments(said_about(loaded));
        if (updating())
            std::ofstream(path, std::ios::binary) << policy << said;
        else
            CHECK(said == expected);
        const bool has_prefix = name.starts_with("fail_") || name.starts_with("warn_");
        CHECK((has_prefix ? name.substr(0, 5) : "") == prefix_for(loaded));
    }
}

TEST_CASE("errors and an appliance exclude each other") {
    for (const auto& path : cases()) {
        INFO(path.filename());
        const auto loaded = sema::load_text(path.filename().string(), split(read(path)).first, CASES_DIR);
        const bool errors =
            std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(), is_error);
        CHECK(errors != loaded.appliance.has_value());
    }
}

TEST_CASE("every kind of diagnostic is shown by a case") {
    std::string all;
    for (const auto& path : cases()) all += split(read(path)).second;
    for (const auto& kind : syntax::kinds()) {
        INFO(kind.name);
        CHECK(all.find(" [" + kind.name + "]\n") != std::string::npos);
        CHECK(kind.explanation.size() > 40);
    }
}
