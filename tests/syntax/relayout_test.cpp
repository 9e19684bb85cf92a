// Samples, cases and random programs are laid out at random, with comments at random places, and formatted:
// that must keep tokens, comments and meaning, and what is formatted must stay as it is. A failing seed
// prints itself; NACLC_SEED=n runs that one alone.
#include "codegen/json.hpp"
#include "compiler/sema/load.hpp"
#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/format.hpp"
#include "tests/fuzz/policies.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace {

namespace fs = std::filesystem;
using syntax::Tokens;

constexpr unsigned runs = 400;

std::optional<std::string> formatted(const std::string& text) {
    syntax::Sources sources;
    syntax::Diagnostics diagnostics;
    auto result = syntax::format(sources, sources.add("f.nacl", text), diagnostics);
    CHECK(result.has_value() != diagnostics.has_errors());
    return result;
}

Tokens lexed(const std::string& text) {
    syntax::Sources sources;
    return syntax::lex(0, sources[sources.add("f.nacl", text)].text);
}

/// What words that mean nothing are taken for, a rule of another language or a statement, hangs on their lines.
bool has_words_of_nothing(const std::string& text, const fs::path& folder) {
    const auto said = sema::load_text("f.nacl", text, folder).diagnostics;
    return std::ranges::find(said, syntax::Kind::unknown_statement, &syntax::Diagnostic::kind) != said.end();
}

/// All policies of the repository without syntax errors.
std::vector<std::string> corpus() {
    std::vector<fs::path> paths;
    for (const char* folder : {SAMPLES_DIR, START_DIR, POLICIES_DIR, CASES_DIR})
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.path().extension() == ".nacl") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> texts;
    for (const auto& path : paths) {
        std::ifstream stream(path, std::ios::binary);
        std::string text(std::istreambuf_iterator<char>(stream), {});
        if (formatted(text) && !has_words_of_nothing(text, path.parent_path())) texts.push_back(std::move(text));
    }
    return texts;
}

bool is_comment(const syntax::Token& token) {
    return token.kind == syntax::TokenKind::line_comment || token.kind == syntax::TokenKind::block_comment;
}

/// The texts of the tokens, or those of the comments without their blanks.
std::vector<std::string> texts_of(const Tokens& tokens, bool comments) {
    std::vector<std::string> texts;
    for (const auto& token : tokens) {
        if (is_comment(token) != comments) continue;
        auto text = token.text;
        if (comments) std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
        texts.push_back(std::move(text));
    }
    return texts;
}

std::string model_of(const std::string& text) {
    const auto loaded = sema::load_text("f.nacl", text, CASES_DIR);
    return loaded.appliance ? codegen::to_json(*loaded.appliance).dump() : "none";
}

void check(const std::string& text, const std::string& model) {
    const auto once = formatted(text);
    REQUIRE(once);
    INFO("formatted:\n" << *once);
    const auto before = lexed(text), after = lexed(*once);
    CHECK(texts_of(before, false) == texts_of(after, false));
    CHECK(texts_of(before, true) == texts_of(after, true));
    CHECK(formatted(*once) == once);
    CHECK(model_of(*once) == model);
    CHECK(once->find("\n\n\n") == std::string::npos);
    CHECK(once->find(" \n") == std::string::npos);
    const bool ends_well = once->empty() || (once->ends_with('\n') && !once->ends_with("\n\n"));
    CHECK(ends_well);
}

/// Layouts of a file's tokens. How often lines break and comments come is another number for each layout.
class Relayout {
public:
    explicit Relayout(unsigned seed)
        : random_(seed), breaks_percent_(below(60)), comments_percent_(below(2) * below(40)) {}

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }

    std::string make(const Tokens& tokens) {
        std::string text = space(true);
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            text += tokens[i].text;
            if (tokens[i].kind == syntax::TokenKind::line_comment) text += '\n';
            text += space(i + 1 < tokens.size() && may_touch(tokens[i], tokens[i + 1]));
            while (below(100) < comments_percent_) text += " " + comment() + space(false);
        }
        return text;
    }

private:
    static bool may_touch(const syntax::Token& left, const syntax::Token& right) {
        const auto is_mark = [](const syntax::Token& token) {
            return std::string_view("{}[](),:").find(token.text) != std::string_view::npos;
        };
        return is_mark(left) || is_mark(right);
    }

    std::string space(bool may_be_empty) {
        static const std::vector<std::string> blanks = {" ", "  ", "\t", "       "};
        static const std::vector<std::string> breaks = {"\n", "\n\n", "\r\n", "\n    ", " \n\n\n\t"};
        if (below(100) < breaks_percent_) return breaks[below(breaks.size())];
        return may_be_empty && below(2) == 0 ? "" : blanks[below(blanks.size())];
    }

    std::string comment() {
        const auto id = std::to_string(++comments_);
        switch (below(6)) {
        case 0:
            return "// line " + id + " \t\n";
        case 1:
            return "# line " + id + "\r\n";
        case 2:
            return "/* many\n      * lines\n\t" + id + " */";
        default:
            return "/* block " + id + " */";
        }
    }

    std::mt19937 random_;
    std::size_t breaks_percent_;
    std::size_t comments_percent_;
    std::size_t comments_ = 0;
};

} // namespace

TEST_CASE("formatting keeps tokens, comments and meaning, and is done after once") {
    const auto texts = corpus();
    CHECK(texts.size() > 20);
    for (const auto& text : texts) {
        INFO(text);
        check(text, model_of(text));
    }
}

namespace {

/// Calls `test(seed)` for all seeds, or for the one that was asked for.
template <typename Test>
void each_seed(const Test& test) {
    const char* only = std::getenv("NACLC_SEED");
    const auto first = only == nullptr ? 0u : static_cast<unsigned>(std::strtoul(only, nullptr, 10));
    for (auto seed = first; seed < (only == nullptr ? runs : first + 1); ++seed) test(seed);
}

} // namespace

TEST_CASE("so it does whatever the layout was, and wherever comments stand") {
    const auto texts = corpus();
    each_seed([&](unsigned seed) {
        Relayout relayout(seed);
        const auto& text = texts[relayout.below(texts.size())];
        const auto layout = relayout.make(lexed(text));
        INFO("seed " << seed << ":\n" << layout);
        check(layout, model_of(text));
    });
}

TEST_CASE("so it does with random programs") {
    unsigned programs = 0, with_model = 0;
    each_seed([&](unsigned seed) {
        std::mt19937 random(seed);
        const auto text = fuzz::random_policy(random);
        const auto layout = Relayout(seed).make(lexed(text));
        INFO("seed " << seed << ":\n" << layout);
        const auto model = model_of(text);
        check(text, model);
        check(layout, model);
        ++programs;
        with_model += model != "none";
    });
    CHECK(with_model == programs);
}
