// Long files are parsed in pieces. Where one begins must not be seen in any message.
#include "compiler/sema/load.hpp"
#include "compiler/syntax/render.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;

/// All messages, `lines_before` lines higher than they are.
std::string messages(const std::string& text, std::uint32_t lines_before) {
    const auto loaded = sema::load_text("case.nacl", text, CASES_DIR);
    std::string all;
    for (auto diagnostic : loaded.diagnostics) {
        const auto raise = [&](syntax::Span& span) {
            if (span.file == 0) span.begin.line -= lines_before, span.end.line -= lines_before;
        };
        raise(diagnostic.span);
        for (auto& note : diagnostic.notes) raise(note.span);
        all += syntax::render_json(diagnostic, loaded.sources);
    }
    return all;
}

} // namespace

TEST_CASE("what stands behind a piece of its own is judged as before") {
    std::string piece = "zzz_filler: [";
    for (int i = 0; i < 3000; ++i) piece += "1, ";
    piece += "]\n";
    std::size_t cases = 0;
    for (const auto& entry : fs::directory_iterator(CASES_DIR)) {
        if (entry.path().extension() != ".nacl") continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        std::string text(std::istreambuf_iterator<char>(stream), {});
        text = text.substr(0, text.find("//!"));
        if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
        INFO(entry.path());
        CHECK(messages(piece + text, 1) == messages(text, 0));
        ++cases;
    }
    CHECK(cases > 50);
}
