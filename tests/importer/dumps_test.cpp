// Dumps of rulesets, and the programs and messages that they become, which stand beside them.
// NACLC_UPDATE_CASES=1 writes them anew: read the difference.
#include "compiler/importer/nft.hpp"
#include "compiler/sema/load.hpp"
#include "compiler/syntax/render.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// What a host of the dump would have; NICs that a dump does not name do no harm.
std::vector<importer::NicOption> nics_for(const std::string& name) {
    const std::vector<std::string> said =
        name == "home_router" || name == "translations" || name == "zones"
            ? std::vector<std::string>{"wan=203.0.113.2/24,203.0.113.1", "lan=10.0.0.1/24",
                                       "dmz=198.51.100.1/24"}
        : name == "docker" ? std::vector<std::string>{"eth0=192.0.2.10/24,192.0.2.1", "docker0=172.17.0.1/16",
                                                      "br0=172.18.0.1/16"}
        : name == "layers" ? std::vector<std::string>{"a=10.1.0.1/24,10.1.0.254", "b=dhcp"}
        : name == "constructs"
            ? std::vector<std::string>{"eth0=10.0.0.5/24"} // the others get placeholders
            : std::vector<std::string>{"eth0=198.51.100.10/24,198.51.100.1", "eth1=10.8.0.1/24"};
    std::vector<importer::NicOption> nics;
    for (const auto& one : said) nics.push_back(std::get<importer::NicOption>(importer::parse_nic(one)));
    return nics;
}

} // namespace

TEST_CASE("dumps become the programs that stand beside them, and these compile") {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(DUMPS)) {
        if (entry.path().extension() != ".json") continue;
        ++count;
        const auto name = entry.path().stem().string();
        INFO(name);
        const auto imported = importer::import_nft(content(entry.path()), name + ".json", nics_for(name));
        REQUIRE(imported.error == "");
        std::string messages;
        for (const auto& message : imported.messages)
            messages += (message.is_loss ? "not carried over: " : "note: ") + message.text + '\n';
        const auto program = fs::path(entry.path()).replace_extension(".nacl");
        const auto said = fs::path(entry.path()).replace_extension(".txt");
        if (std::getenv("NACLC_UPDATE_CASES") != nullptr) {
            std::ofstream(program, std::ios::binary) << imported.text;
            std::ofstream(said, std::ios::binary) << messages;
        }
        CHECK(imported.text == content(program));
        CHECK(messages == content(said));
        const auto loaded = sema::load_text(name + ".nacl", imported.text);
        for (const auto& diagnostic : loaded.diagnostics)
            if (syntax::info(diagnostic.kind).severity == syntax::Severity::error)
                FAIL_CHECK(syntax::render_text(diagnostic, loaded.sources));
        CHECK(loaded.appliance);
    }
    CHECK(count >= 12);
}
