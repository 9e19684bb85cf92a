// Every sample is a policy that one can start from: without messages, in the canonical layout, with Tests
// that pass wherever what it needs can be executed.
#include "codegen/process.hpp"
#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace {

namespace fs = std::filesystem;

std::vector<std::string> policies() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(SAMPLES))
        if (entry.path().extension() == ".nacl") names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

codegen::Finished naclc(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), NACLC);
    return codegen::run(arguments, SAMPLES);
}

} // namespace

TEST_CASE("there are at least fifteen, all without messages and in the canonical layout") {
    const auto names = policies();
    CHECK(names.size() >= 15);
    for (const auto& name : names) {
        INFO(name);
        const auto checked = naclc({"check", "--werror", name});
        CHECK(checked.output == "");
        CHECK(checked.status == 0);
        const auto formatted = naclc({"fmt", "--check", name});
        CHECK(formatted.output == "");
        CHECK(formatted.status == 0);
    }
    CHECK(naclc({"fmt", "--check", "common/company.nacl"}).status == 0);
}

TEST_CASE("each says first what it is for, and has Tests for what passes and for what does not") {
    for (const auto& name : policies()) {
        INFO(name);
        const auto loaded = sema::load(fs::path(SAMPLES) / name);
        REQUIRE(loaded.appliance);
        CHECK(loaded.sources[0].text.starts_with("// "));
        CHECK(loaded.appliance->tests.size() >= 3);
        bool passes = false, does_not = false;
        for (const auto& test : loaded.appliance->tests)
            for (const auto& step : test.steps)
                if (const auto* send = std::get_if<model::SendStep>(&step.is))
                    (send->expect == model::Expect::accept ? passes : does_not) = true;
        CHECK(passes);
        CHECK(does_not);
    }
}

TEST_CASE("the Tests pass on interp and host") {
    for (const auto& name : policies()) {
        INFO(name);
        const auto done = naclc({"test", name, "--on", "interp,host"});
        CAPTURE(done.output);
        CHECK(done.status == 0);
    }
}
