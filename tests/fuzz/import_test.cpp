// Hostile dumps of rulesets: those of tests/importer with values exchanged, moved and cut. The importer
// either says what is wrong with one, or makes a program that parses. NACLC_FUZZ_RUNS says how many.
#include "compiler/importer/nft.hpp"
#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

namespace {

using importer::Json;

std::vector<Json> corpus() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(NACLC_DUMPS))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Json> dumps;
    for (const auto& file : files) dumps.push_back(Json::parse(std::ifstream(file)));
    REQUIRE(dumps.size() >= 5);
    return dumps;
}

class Mutator {
public:
    Mutator(const std::vector<Json>& corpus, unsigned seed) : corpus_(corpus), dice_(seed) {}

    std::string dump() {
        auto json = corpus_[below(corpus_.size())];
        for (auto times = 1 + below(6); times > 0; --times) mutate(json);
        auto text = json.dump();
        if (below(10) == 0) text.resize(below(text.size()));
        if (below(10) == 0) text[below(text.size())] = static_cast<char>(below(256));
        return text;
    }

private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : dice_() % limit; }

    /// Any value inside one, mostly deep.
    Json& somewhere(Json& json) {
        Json* here = &json;
        while (here->is_structured() && !here->empty() && below(8) != 0)
            here = &*std::next(here->begin(), static_cast<std::ptrdiff_t>(below(here->size())));
        return *here;
    }

    void mutate(Json& json) {
        static const std::vector<Json> odd = {nullptr,   true,        false,         0,
                                              -1,        65536,       4294967296ull, 18446744073709551615ull,
                                              1e300,     "",          "@",           "@set",
                                              "*",       "lo",        "eth0\n",      "`\"\\",
                                              "0.0.0.0", "999.1.1.1", Json::array(), Json::object(),
                                              "\u2028",  "if",        "accept"};
        auto& here = somewhere(json);
        auto other = corpus_[below(corpus_.size())];
        switch (below(5)) {
        case 0:
            here = odd[below(odd.size())];
            return;
        case 1: {
            const Json taken = somewhere(other);
            here = taken;
            return;
        }
        case 2:
            if (here.is_array() && !here.empty()) here.erase(below(here.size()));
            return;
        case 3:
            if (here.is_array() && !here.empty()) here.push_back(here[below(here.size())]);
            return;
        default:
            if (here.is_object() && !here.empty()) {
                const Json first = *here.begin();
                here[odd[9 + below(9)].get<std::string>()] = first;
            }
        }
    }

    const std::vector<Json>& corpus_;
    std::mt19937 dice_;
};

unsigned runs() {
    unsigned number = 1500;
    if (const char* said = std::getenv("NACLC_FUZZ_RUNS"); said != nullptr)
        std::from_chars(said, said + std::string_view(said).size(), number);
    return number;
}

} // namespace

TEST_CASE("no dump breaks the importer, and what it makes compiles") {
    const auto dumps = corpus();
    std::size_t programs = 0;
    for (unsigned seed = 1; seed <= runs(); ++seed) {
        const auto text = Mutator(dumps, seed).dump();
        const auto imported = importer::import_nft(text, "dump", {});
        INFO("seed " << seed);
        REQUIRE(imported.text.empty() != imported.error.empty());
        REQUIRE(imported.error.find("mistake of naclc") == std::string::npos);
        if (imported.text.empty()) continue;
        ++programs;
        const auto loaded = sema::load_text("imported.nacl", imported.text);
        INFO(imported.text);
        for (const auto& diagnostic : loaded.diagnostics)
            if (syntax::info(diagnostic.kind).severity == syntax::Severity::error) INFO(diagnostic.message);
        REQUIRE(loaded.appliance);
    }
    CHECK(programs > runs() / 8);
}
