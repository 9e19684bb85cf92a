// Packets that are found can be pasted into a Test, which passes: for every chain of every sample, and every
// way in which it may end.
#include "compiler/analysis/packet.hpp"
#include "compiler/analysis/prover.hpp"
#include "compiler/analysis/shown.hpp"
#include "compiler/sema/load.hpp"
#include "harness/runner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> samples() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(PROJECT "/samples"))
        if (entry.path().extension() == ".nacl") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::string name_of(const model::Appliance& appliance, const analysis::Way& chain) {
    return analysis::text_of(appliance, chain) + " of " + appliance.name;
}

} // namespace

TEST_CASE("what is found passes as a Test in the interpreter") {
    std::size_t tests = 0, proofs = 0;
    for (const auto& file : samples()) {
        const auto loaded = sema::load(file);
        REQUIRE(loaded.appliance);
        const auto& appliance = *loaded.appliance;
        std::string pasted = loaded.sources[0].text;
        std::size_t found = 0;
        for (const auto& chain : analysis::chains_of(appliance))
            for (const auto ending :
                 {analysis::Ending::accept, analysis::Ending::drop, analysis::Ending::reject}) {
                INFO(name_of(appliance, chain));
                const auto verdict = analysis::Prover(appliance, chain, false).find({}, ending);
                proofs += std::holds_alternative<analysis::NoSuchPacket>(verdict);
                const auto* witness = std::get_if<analysis::Witness>(&verdict);
                // A Test can neither spend the tokens of a Limit beforehand nor say by which Iface a packet
                // leaves.
                const bool is_forward = std::holds_alternative<model::ForwardChain>(chain);
                if (witness == nullptr || is_forward || !witness->assumed.empty()) continue;
                pasted += "\nTest pasted_" + std::to_string(found++) + " {\n" +
                          analysis::text_of(appliance, loaded.sources, chain, *witness) + "}\n";
            }
        if (found == 0) continue;
        auto again = sema::load_text(file.filename(), pasted, file.parent_path());
        for (const auto& diagnostic : again.diagnostics) UNSCOPED_INFO(diagnostic.message);
        INFO(pasted);
        REQUIRE(again.appliance);
        std::erase_if(again.appliance->tests,
                      [](const auto& test) { return !test.name.starts_with("pasted_"); });
        const auto report = harness::run_tests(*again.appliance, harness::interp_backend(*again.appliance));
        for (const auto& failure : report.failures) FAIL_CHECK(harness::describe(*again.appliance, failure));
        tests += found;
    }
    CHECK(tests >= 25);
    CHECK(proofs > 10);
}

TEST_CASE("the text of a packet says all that is said of it") {
    model::PacketSpec packet{{{model::Field::udp_dport, 53}}, model::Layer::udp, std::string("a\0", 2)};
    packet.dont_fragment = false;
    packet.more_fragments = true;
    CHECK(analysis::literal_of(packet) ==
          R"({ ip: { dont-fragment: false, more-fragments: true }, udp: { dport: 53 }, payload: "a\x00" })");
}

TEST_CASE("a first packet that is found for a path really takes it") {
    std::size_t tests = 0;
    for (const auto& file : samples()) {
        const auto loaded = sema::load(file);
        REQUIRE(loaded.appliance);
        auto appliance = *loaded.appliance;
        appliance.tests.clear();
        const auto ifaces = static_cast<model::IfaceId>(appliance.ifaces.size());
        const auto leased = std::ranges::any_of(appliance.ifaces, [](const auto& iface) { return iface.leases(); });
        if (leased) continue; // without an address nothing leaves
        for (model::IfaceId from = 0; from < ifaces; ++from)
            for (model::IfaceId to = 0; to < ifaces; ++to)
                for (const auto ending : {analysis::Ending::accept, analysis::Ending::drop, analysis::Ending::reject}) {
                    const model::Assert::Path path{from, to};
                    const auto verdict = analysis::Prover(appliance, path, false).find({}, ending);
                    const auto* witness = std::get_if<analysis::Witness>(&verdict);
                    if (witness == nullptr || witness->state != model::State::fresh || !witness->assumed.empty()) continue;
                    // Which address a NIC has only the machine knows.
                    if (analysis::value_in(witness->packet, model::Field::eth_daddr)) continue;
                    INFO(name_of(appliance, path) << ' ' << analysis::ending_names[static_cast<std::size_t>(ending)] << ' '
                                                  << analysis::literal_of(witness->packet));
                    const auto test = analysis::test_that_shows(appliance, path, *witness);
                    CHECK(test);
                    if (test) appliance.tests.push_back(*test);
                }
        const auto report = harness::run_tests(appliance, harness::interp_backend(appliance));
        for (const auto& failure : report.failures) FAIL_CHECK(harness::describe(appliance, failure));
        tests += report.tests;
    }
    CHECK(tests > 20);
}
