// `naclc test --generate`: for every sample the Tests that are written pass, reach every verdict statement
// but those that are named, and fail when any one that they reach says something else.
#include "tests/naclc/shell.hpp"

#include "compiler/sema/load.hpp"
#include "harness/coverage.hpp"
#include "harness/runner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> samples() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(SAMPLES))
        if (entry.path().extension() == ".nacl") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

/// A policy with the Tests that a file of its own has, and not those that it imports.
model::Appliance with_own_tests(const fs::path& file) {
    const auto loaded = sema::load(file);
    for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    auto appliance = *loaded.appliance;
    std::erase_if(appliance.tests, [](const model::Scenario& test) { return test.place.file != 0; });
    return appliance;
}

bool some_fails(const model::Appliance& appliance) {
    const auto backend = harness::interp_backend(appliance);
    std::set<model::StatementId> reached;
    return std::ranges::any_of(appliance.tests, [&](const model::Scenario& test) {
        return harness::run_test(appliance, backend, test, reached).has_value();
    });
}

const std::string policy =
    "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, prerouting: edge }\n"
    "Filter::IP edge {\n"
    "    Filter::TCP { if (tcp.dport in 80 - 90) { accept } }\n"
    "    drop\n"
    "}\n";

} // namespace

TEST_CASE("Tests that are generated pass, reach what is said, and fail when a verdict is flipped") {
    for (const auto& file : samples()) {
        const Shell shell;
        const auto done = shell("naclc test --generate " + file.string() + " -o made.nacl");
        INFO(done.output);
        REQUIRE(done.status == 0);
        auto appliance = with_own_tests(shell.workshop.path() / "made.nacl");
        const auto report = harness::run_tests(appliance, harness::interp_backend(appliance));
        CHECK(report.tests > 0);
        for (const auto& failure : report.failures) FAIL_CHECK(harness::describe(appliance, failure));
        for (const auto id : harness::not_reached(appliance, report.reached)) {
            const auto& [place_file, line, column] = appliance.statements[id].place;
            const auto named =
                ':' + std::to_string(line) + ':' + std::to_string(column) + ": no Test of this";
            INFO(harness::at(appliance, appliance.statements[id].place));
            CHECK(done.output.find(named) != std::string::npos);
        }
        for (const auto id : report.reached) {
            auto& action = appliance.statements[id].action;
            if (action == model::Action::dnat || action == model::Action::snat) continue;
            const auto was = action;
            action = was == model::Action::accept ? model::Action::drop : model::Action::accept;
            INFO("flipped: " << harness::at(appliance, appliance.statements[id].place));
            CHECK(some_fails(appliance));
            action = was;
        }
    }
}

TEST_CASE("a comparison that is off by one fails") {
    const Shell shell;
    shell.write("p.nacl", policy);
    CHECK(shell("naclc test --generate p.nacl -o made.nacl").status == 0);
    CHECK(shell("naclc test made.nacl").status == 0);
    for (const auto* wrong : {"79 - 90", "81 - 90", "80 - 89", "80 - 91"}) {
        CAPTURE(wrong);
        CHECK(shell("sed 's/80 - 90/" + std::string(wrong) +
                    "/' p.nacl > q.nacl && mv q.nacl r.nacl && "
                    "sed 's/p.nacl\"/r.nacl\"/' made.nacl > made_r.nacl")
                  .status == 0);
        CHECK(shell("naclc test --on interp made_r.nacl").status == 1);
    }
}

TEST_CASE("what is printed can be appended, again and again, and is laid out as by fmt") {
    const Shell shell;
    shell.write("p.nacl", policy);
    for (int times = 0; times < 2; ++times) {
        CHECK(shell("naclc test --generate p.nacl > more && cat more >> p.nacl").status == 0);
        CHECK(shell("naclc test --on interp p.nacl").status == 0);
        CHECK(shell("naclc fmt --check p.nacl || naclc fmt p.nacl").status == 0);
    }
    CHECK(shell("naclc test --generate p.nacl -o made.nacl && naclc fmt --check made.nacl").status == 0);
    CHECK(shell.read("made.nacl")
              .starts_with("import \"p.nacl\"\n\n// accept at p.nacl:3:47\nTest l3_accept_"));
    CHECK(shell("mkdir 'a \"folder\"' && naclc test --generate p.nacl -o 'a \"folder\"/made.nacl' && "
                "naclc test --on interp 'a \"folder\"/made.nacl'")
              .status == 0);
}

TEST_CASE("the summary says what is unreachable, and what no Test can send") {
    const Shell shell;
    shell.write("p.nacl",
                "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, input: edge }\n"
                "Limit slow { rate: 1, per: day, burst: 1000 }\n"
                "Filter::IP edge {\n"
                "    if (slow.exceeded) { reject }\n"
                "    if (ip.ttl > 9) { accept }\n"
                "    if (ip.ttl > 10) { drop }\n"
                "    drop\n"
                "}\n");
    CHECK(shell("naclc test --generate p.nacl 2>&1 >made")
              .output.ends_with(
                  "naclc: p.nacl: 2 of 4 verdict statements have a Test, 5 Tests in all\n"
                  "naclc: p.nacl:4:26: no Test of this `reject`: a packet may get to it, but none was found "
                  "that a Test can send\n"
                  "naclc: p.nacl:6:24: no Test of this `drop`: no packet gets to it (a proof)\n"));
    CHECK(shell("naclc test --generate --max 1 p.nacl 2>&1 >made")
              .output.find("1 of 4 verdict statements have a Test, 1 Tests in all (`--max` stopped it)\n") !=
          std::string::npos);
    CHECK(shell("naclc --diagnostics json test --generate p.nacl 2>&1 >made | python3 -c "
                "'import json,sys; assert len([json.loads(line) for line in sys.stdin]) > 2'")
              .status == 0);
}

TEST_CASE("what is logged is written so that it is read back") {
    const Shell shell;
    shell.write("p.nacl", "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, prerouting: edge }\n"
                          "Filter::IP edge { log(\"no \\\"\\t\\\\\", ip.saddr, \"\\n\") drop }\n");
    CHECK(shell("naclc test --generate p.nacl -o made.nacl").status == 0);
    CHECK(shell.read("made.nacl").find("log: [\"no \\x22\\x09\\x5c203.0.113.") != std::string::npos);
    CHECK(shell("naclc test made.nacl").status == 0);
    CHECK(shell("sed -i 's/no /on /' p.nacl && naclc test --on interp made.nacl").status == 1);
}

TEST_CASE("options that do not go together are wrong usage, and nothing is written") {
    const Shell shell;
    shell.write("p.nacl", policy);
    shell.write("q.nacl", policy);
    for (const auto* options :
         {"--generate --on interp", "--generate --coverage", "--generate -v", "--seed 2", "--max 9",
          "-o made.nacl", "--generate --max 0", "--generate --seed x", "--generate q.nacl",
          "--generate -o p.nacl", "--generate -o ./p.nacl", "--generate -o nowhere/made.nacl"}) {
        CAPTURE(options);
        CHECK(shell("naclc test p.nacl " + std::string(options)).status == 2);
    }
    CHECK(shell.files() == 2);
    CHECK(shell.read("p.nacl") == policy);
}
