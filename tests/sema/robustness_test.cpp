// No input crashes the front end: samples and cases are mutated, and whatever comes of it is compiled.
// A failing seed prints itself; NACLC_SEED=n runs that one alone.
#include "compiler/sema/load.hpp"
#include "compiler/syntax/render.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace {

namespace fs = std::filesystem;

constexpr unsigned runs = 1500;

std::vector<std::string> corpus() {
    std::vector<fs::path> paths;
    for (const char* folder : {SAMPLES_DIR, CASES_DIR})
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.path().extension() == ".nacl") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> texts;
    for (const auto& path : paths) {
        std::ifstream stream(path, std::ios::binary);
        const std::string text(std::istreambuf_iterator<char>(stream), {});
        texts.push_back(text.substr(0, text.find("//!")));
    }
    return texts;
}

class Mutator {
public:
    Mutator(const std::vector<std::string>& texts, unsigned seed) : texts_(texts), random_(seed) {}

    std::string make() {
        auto text = any_text();
        for (auto left = below(6) + 1; left > 0; --left) mutate(text);
        return text;
    }

private:
    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }
    const std::string& any_text() { return texts_[below(texts_.size())]; }

    /// A piece of some text: mostly a few tokens, sometimes much.
    std::string any_piece() {
        const auto& text = any_text();
        if (text.empty()) return "x";
        const auto start = below(text.size());
        return text.substr(start, below(4) == 0 ? below(300) + 1 : below(12) + 1);
    }

    std::string any_token() {
        static const std::vector<std::string> tokens = {"{",
                                                        "}",
                                                        "[",
                                                        "]",
                                                        "(",
                                                        ")",
                                                        ":",
                                                        ",",
                                                        ".",
                                                        "-",
                                                        "\"",
                                                        "/*",
                                                        "*/",
                                                        "#",
                                                        "if",
                                                        "else",
                                                        "not",
                                                        "in",
                                                        "accept",
                                                        "ip.saddr",
                                                        "tcp.flags",
                                                        "10.0.0.0/8",
                                                        "255",
                                                        "-1",
                                                        "(-1)",
                                                        "\xff",
                                                        std::string(1, '\0'),
                                                        "\xe2\x80\x9c",
                                                        "\\",
                                                        "Filter::IP f {",
                                                        "Iface eth0",
                                                        "Test t",
                                                        "a: a",
                                                        "a.b",
                                                        "\n",
                                                        "0x",
                                                        "99999999999999999999",
                                                        "::",
                                                        "->",
                                                        "!"};
        return tokens[below(tokens.size())];
    }

    void mutate(std::string& text) {
        const auto at = below(text.size() + 1);
        switch (below(6)) {
        case 0:
            text.erase(at, below(10) + 1);
            break;
        case 1:
            text.insert(at, any_token());
            break;
        case 2:
            text.insert(at, any_piece());
            break;
        case 3:
            text.resize(at);
            break;
        case 4:
            if (at < text.size()) text[at] = static_cast<char>(below(256));
            break;
        default:
            text.replace(at, std::min(text.size() - at, below(20)), any_piece());
        }
    }

    const std::vector<std::string>& texts_;
    std::mt19937 random_;
};

void check(const std::string& text) {
    const auto loaded = sema::load_text("mutant.nacl", text);
    bool errors = false;
    for (const auto& diagnostic : loaded.diagnostics) {
        errors |= syntax::info(diagnostic.kind).severity == syntax::Severity::error;
        CHECK(syntax::render_text(diagnostic, loaded.sources).ends_with('\n'));
        CHECK(syntax::render_json(diagnostic, loaded.sources).ends_with("}\n"));
    }
    CHECK(errors != loaded.appliance.has_value());
}

} // namespace

TEST_CASE("no mutation of a policy crashes the front end") {
    const auto texts = corpus();
    const char* only = std::getenv("NACLC_SEED");
    const auto first = only == nullptr ? 0u : static_cast<unsigned>(std::strtoul(only, nullptr, 10));
    for (auto seed = first; seed < (only == nullptr ? runs : first + 1); ++seed) {
        const auto text = Mutator(texts, seed).make();
        INFO("seed " << seed << ":\n" << text);
        check(text);
    }
}

TEST_CASE("deep and long inputs are only large") {
    const auto repeated = [](const std::string& part, std::size_t times) {
        std::string text;
        for (std::size_t i = 0; i < times; ++i) text += part;
        return text;
    };
    check("a: " + repeated("[", 50'000));
    check(repeated("}", 3'000));
    check("Filter::IP f { if (" + repeated("(", 2'000));
    check("Filter::IP f { if (" + repeated("true and ", 5'000) + "true) { drop } accept }");
    check("a: b" + repeated(".c", 5'000));
    check("a: " + repeated("(-", 1'000));
    check("Filter::IP f { " + repeated("if (true) { drop } else ", 1'000) + "{ drop } }");
    check(repeated("Filter::IP f {\n", 300));
}

TEST_CASE("a chain of `else if` is as long as one likes") {
    const auto chain = [](std::size_t branches, const std::string& body) {
        std::string text = "Filter::IP f { ";
        for (std::size_t i = 0; i < branches; ++i)
            text += "if (ip.id == " + std::to_string(i) + ") { " + body + " } else ";
        return text + "{ drop } drop }\nIface e { index: 0, prerouting: f }\n";
    };
    const auto errors = [](const std::string& text) {
        const auto loaded = sema::load_text("p.nacl", text);
        return loaded.appliance ? std::size_t{0} : loaded.diagnostics.size();
    };
    CHECK(errors(chain(10'000, "accept")) == 0);
    CHECK(errors(chain(900, "log(\"x\")")) == 0);
    CHECK(errors(chain(2'000, "log(\"x\")")) == 1);
}

/// 3,000 lines `before N middle N+1 after`, as one text, and in reverse order.
void check_chain(const std::string& before, const std::string& middle, const std::string& after,
                 const std::string& rest) {
    std::string forward, backward;
    for (int i = 0; i < 3'000; ++i) {
        const auto line = before + std::to_string(i) + middle + std::to_string(i + 1) + after + '\n';
        forward += line;
        backward.insert(0, line);
    }
    for (const auto& text : {forward + rest, rest + backward}) {
        const auto loaded = sema::load_text("chain.nacl", text);
        std::size_t too_deep = 0;
        for (const auto& diagnostic : loaded.diagnostics)
            too_deep += diagnostic.kind == syntax::Kind::nesting_too_deep;
        CHECK(too_deep == 1);
    }
}

TEST_CASE("what leads on for ever is one mistake") {
    const std::string asks =
        "Iface e { index: 0, prerouting: f }\nFilter::IP f { if (ip.ttl in s0) { drop } accept }\n";
    const std::string opened(100, '['), closed(100, ']');
    check_chain("s", ": [s", "]", "s3000: [1]\n" + asks);
    check_chain("s", ": s", "", "s3000: 1\n");
    check_chain("s", ": { m: s", " }", "s3000: { m: 1 }\n" + asks);
    check_chain("s", ": " + opened + "s", closed, "s3000: 1\n" + asks);
    check_chain("Filter::IP f", " { f", " }",
                "Filter::IP f3000 { drop }\nIface e { index: 0, prerouting: f0 }\n");
}

TEST_CASE("values lie in each other as deep as they may, and no deeper") {
    const auto errors = [](int links) {
        std::string text = "s" + std::to_string(links) + ": 1\n";
        for (int i = 0; i < links; ++i)
            text += "s" + std::to_string(i) + ": s" + std::to_string(i + 1) + '\n';
        const auto said = sema::load_text("links.nacl", text).diagnostics;
        return std::count_if(said.begin(), said.end(), [](const auto& diagnostic) {
            return diagnostic.kind != syntax::Kind::unused_name; // nothing refers to the first
        });
    };
    CHECK(errors(256) == 0);
    CHECK(errors(257) == 1);
}

TEST_CASE("imports nest only so deep") {
    const auto folder = fs::temp_directory_path() / "naclc_imports_test";
    fs::create_directories(folder);
    for (int i = 0; i < 300; ++i)
        std::ofstream(folder / (std::to_string(i) + ".nacl"))
            << "import \"" << i + 1 << ".nacl\"\nv" << i << ": 1\n";
    const auto loaded = sema::load(folder / "0.nacl");
    fs::remove_all(folder);
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK(loaded.diagnostics[0].kind == syntax::Kind::nesting_too_deep);
}

TEST_CASE("members assigned into each other are only deep") {
    std::string text = "a: { }\n", path = "a";
    for (int i = 0; i < 1'000; ++i) text += (path += ".b") + ": { }\n";
    check(text);
}

TEST_CASE("lists that name each other many times stay cheap") {
    std::string text = "l0: [1]\n";
    for (int i = 1; i < 60; ++i) {
        const auto before = "l" + std::to_string(i - 1);
        text += "l" + std::to_string(i) + ": [" + before + ", " + before + ", " + before + "]\n";
    }
    check(text +
          "Filter::IP f { if (ip.ttl in l59) { drop } accept }\nIface e { index: 0, prerouting: f }\n");
}
