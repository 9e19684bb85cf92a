// Examples of commands with their output: in a block ```console each line behind `$ ` is run by a shell, in a
// folder that has the samples, and the lines below it are what it prints. NACLC_UPDATE_DOCS=1 writes them
// anew.
#include "tests/docs/page.hpp"

#include "codegen/process.hpp"
#include "codegen/workshop.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace {

constexpr std::string_view prompt = "$ ";

/// The block as it is when its commands are run.
std::string rerun(const std::string& block, const docs::fs::path& folder) {
    std::string result;
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(prompt)) continue;
        const auto done = codegen::run(
            {"bash", "-c", "naclc() { " NACLC " \"$@\"; }; " + line.substr(prompt.size())}, folder);
        result += line + '\n' + done.output;
    }
    return result;
}

} // namespace

TEST_CASE("commands of the pages print what stands there") {
    std::size_t examples = 0;
    for (const auto& file : docs::pages()) {
        auto page = docs::text_of(file);
        const auto before = page;
        for (const auto& block : docs::blocks_of(page)) {
            if (block.info != "console") continue;
            ++examples;
            const codegen::Workshop workshop;
            docs::fs::create_directory_symlink(PROJECT "/samples", workshop.path() / "samples");
            const auto now = rerun(block.text, workshop.path());
            INFO(file << ':' << block.line);
            if (std::getenv("NACLC_UPDATE_DOCS") == nullptr)
                CHECK(now == block.text);
            else if (const auto at = page.find(block.text); at != std::string::npos)
                page.replace(at, block.text.size(), now);
        }
        if (page != before) std::ofstream(file, std::ios::binary) << page;
    }
    CHECK(examples >= 2);
}
