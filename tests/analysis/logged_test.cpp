// Lines of the log, and the way back to who printed them.
#include "compiler/analysis/logged.hpp"
#include "harness/backend.hpp"
#include "harness/runner.hpp"
#include "tests/analysis/policy.hpp"

#include <algorithm>
#include <filesystem>

namespace {

/// What is logged in the Tests of a policy.
std::vector<std::string> texts_of(const model::Appliance& appliance) {
    std::vector<std::string> texts;
    const auto backend = harness::interp_backend(appliance);
    harness::run_tests(appliance, backend, [&](const harness::Witness& witness) {
        for (const auto& log : witness.outcome.logs) texts.push_back(log.text);
    });
    return texts;
}

std::vector<analysis::Told> told(const std::string& statement, const std::string& line) {
    const auto appliance = policy("Filter::TCP f { " + statement + " }\nwan.input: g\nFilter::IP g { f() accept }\n");
    std::vector<analysis::Told> result;
    for (auto& one : analysis::printed(appliance, line)) result.push_back(std::move(one.told));
    return result;
}

} // namespace

TEST_CASE("of a line that the samples' Tests log nobody says that no packet can cause it, and of most a packet is found") {
    std::size_t lines = 0, found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(PROJECT "/samples")) {
        if (entry.path().extension() != ".nacl") continue;
        const auto loaded = sema::load(entry.path());
        if (!loaded.appliance) continue; // some are only imported
        for (const auto& line : texts_of(*loaded.appliance)) {
            if (line == "\n") continue;
            INFO(entry.path() << ": " << line);
            ++lines;
            const auto sightings = analysis::sightings(*loaded.appliance, line);
            CHECK_FALSE(std::ranges::all_of(sightings, [](const analysis::Sighting& sighting) {
                return std::holds_alternative<analysis::NoSuchPacket>(sighting.verdict);
            }));
            found += std::ranges::any_of(sightings, [](const analysis::Sighting& sighting) {
                return std::holds_alternative<analysis::Witness>(sighting.verdict);
            });
        }
    }
    CHECK(lines > 10);
    CHECK(found * 10 > lines * 9);
}

TEST_CASE("a line tells the values that were printed, of every kind") {
    using enum model::Field;
    using Told = analysis::Told;
    CHECK(told("log(\"a \", ip.saddr, \":\", tcp.sport, \" \", tcp.flags, \"\\n\")", "a 10.0.0.1:80 syn,ack") ==
          std::vector<Told>{{{ip_saddr, 0x0a000001}, {tcp_sport, 80}, {tcp_flags, 0x12}}});
    CHECK(told("log(ct.state, iface.in, \" \", eth.saddr)", "relatedlan 02:00:00:00:00:07") ==
          std::vector<Told>{{{ct_state, 2}, {iface_in, 1}, {eth_saddr, 0x020000000007}}});
    // Nothing between two numbers: all ways to read them, the longest value first.
    CHECK(told("log(ip.ttl, tcp.sport)", "2556") ==
          std::vector<Told>{{{ip_ttl, 255}, {tcp_sport, 6}}, {{ip_ttl, 25}, {tcp_sport, 56}}, {{ip_ttl, 2}, {tcp_sport, 556}}});
    // What no field can be is not its value.
    CHECK(told("log(\"ttl \", ip.ttl)", "ttl 256").empty());
    CHECK(told("log(\"ttl \", ip.ttl)", "ttl 07").empty());
    CHECK(told("log(\"from \", ip.saddr)", "from 10.0.0.256").empty());
    // Any line of a text that has several.
    CHECK(told("log(\"\\nfirst\\nport \", tcp.dport, \"\\n\")", "port 7") == std::vector<Told>{{{tcp_dport, 7}}});
}

TEST_CASE("a text of many values is read in time that does not double with each") {
    std::string arguments = "tcp.sequence", line = "1";
    for (int i = 0; i < 60; ++i) {
        arguments += ", tcp.sequence";
        line += "111111";
    }
    CHECK(told("log(" + arguments + ", \"end\")", line).empty());
}

TEST_CASE("of a line that only packets could print that earlier chains stop it is said that none prints it") {
    const auto appliance = policy("lan.input: door\nFilter::IP door {\nif (ct.state in [established, related]) { accept }\n"
                                  "log(\"in \", iface.in, \" \", ip.saddr, \"\\n\")\ndrop }\n");
    const auto seen = [&](const std::string& line) {
        const auto sightings = analysis::sightings(appliance, line);
        REQUIRE(sightings.size() == 1);
        return sightings.front().verdict;
    };
    CHECK(std::holds_alternative<analysis::Witness>(seen("in lan 10.0.0.9")));
    // What comes in by wan for the address of lan is forwarded there first, and new packets are dropped.
    CHECK_FALSE(std::holds_alternative<analysis::Witness>(seen("in wan 203.0.113.9")));
}
