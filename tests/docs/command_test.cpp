// docs/reference/command.md names every subcommand and option that `naclc --help` has, and no other.
#include "tests/docs/page.hpp"

#include "codegen/process.hpp"

#include <catch2/catch.hpp>

#include <regex>
#include <set>
#include <sstream>

namespace {

using Words = std::set<std::string>;

std::string help(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), NACLC);
    arguments.emplace_back("--help");
    const auto done = codegen::run(arguments, PROJECT);
    CHECK(done.status == 0);
    return done.output;
}

/// Long options, without `--help`, which every command has.
Words options_in(const std::string& text) {
    static const std::regex option("--[a-z][a-z-]*");
    Words found;
    for (auto match = std::sregex_iterator(text.begin(), text.end(), option); match != std::sregex_iterator();
         ++match)
        found.insert(match->str());
    found.erase("--help");
    return found;
}

Words subcommands() {
    const auto text = help({});
    std::istringstream lines(text.substr(text.find("Subcommands:")));
    std::string line;
    std::getline(lines, line);
    Words found;
    while (std::getline(lines, line) && line.starts_with("  ")) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (!line.starts_with("   ")) found.insert(word);
    }
    return found;
}

std::string page() { return docs::text_of(PROJECT "/docs/reference/command.md"); }

} // namespace

TEST_CASE("each subcommand has a section, and each section a subcommand") {
    const auto text = page();
    static const std::regex heading("\n## naclc ([a-z-]+)");
    Words sections;
    for (auto match = std::sregex_iterator(text.begin(), text.end(), heading);
         match != std::sregex_iterator(); ++match)
        sections.insert((*match)[1]);
    CHECK(sections == subcommands());
}

TEST_CASE("each section names the options of its subcommand, and no others") {
    const auto everywhere = options_in(help({}));
    CHECK(options_in(docs::section(page(), "## Options of every command")) == everywhere);
    for (const auto& command : subcommands()) {
        INFO(command);
        auto wanted = options_in(help({command}));
        auto found = options_in(docs::section(page(), "## naclc " + command));
        for (const auto& option : everywhere) {
            wanted.erase(option);
            found.erase(option);
        }
        CHECK(found == wanted);
    }
}

TEST_CASE("what the page says is not there yet is not there") {
    const auto known = subcommands();
    const auto cells = docs::first_cells(docs::section(page(), "## Not there yet"));
    CHECK(!cells.empty());
    for (const auto& cell : cells) {
        INFO(cell);
        std::istringstream words(cell);
        std::string naclc, command, option;
        words >> naclc >> command >> option;
        CHECK(naclc == "naclc");
        if (option.empty())
            CHECK_FALSE(known.contains(command));
        else
            CHECK_FALSE(options_in(help({command})).contains(option));
    }
}
