// A Test that asserts nothing would pass whatever happens. So every single thing that the sample's Tests expect is
// turned into its opposite, one at a time, and each of these Tests must fail, on each backend.
#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "compiler/sema/load.hpp"
#include "harness/runner.hpp"

#include <catch2/catch.hpp>

namespace {

struct Flip {
    std::string what;
    model::Scenario test;
};

/// The Test with a change to its step `at`.
template <typename Change> Flip flip(const model::Scenario& test, std::size_t at, std::string what, Change change) {
    Flip flipped{test.name + ", step " + std::to_string(at) + ": " + what, test};
    change(std::get<model::SendStep>(flipped.test.steps[at].is));
    return flipped;
}

void flip_out(const model::Appliance& appliance, const model::Scenario& test, std::size_t at,
              const model::OutSpec& out, std::vector<Flip>& flips) {
    for (std::size_t i = 0; i < out.packet.fields.size(); ++i)
        flips.push_back(flip(test, at, "another " + std::string(model::info(out.packet.fields[i].field).name),
                             [&](model::SendStep& step) { step.out->packet.fields[i].value ^= 1; }));
    if (out.iface)
        flips.push_back(flip(test, at, "out by another Iface", [&](model::SendStep& step) {
            step.out->iface = (*step.out->iface + 1) % static_cast<model::IfaceId>(appliance.ifaces.size());
        }));
}

std::vector<Flip> all_flips(const model::Appliance& appliance) {
    std::vector<Flip> flips;
    for (const auto& test : appliance.tests) {
        for (std::size_t at = 0; at < test.steps.size(); ++at) {
            const auto* send = std::get_if<model::SendStep>(&test.steps[at].is);
            if (send == nullptr) continue;
            flips.push_back(flip(test, at, "expect", [](model::SendStep& step) {
                step.expect = step.expect == model::Expect::accept ? model::Expect::drop : model::Expect::accept;
                step.reason.reset();
            }));
            if (send->reason)
                flips.push_back(flip(test, at, "reason", [](model::SendStep& step) {
                    step.reason = step.reason == model::Reason::ttl ? model::Reason::land : model::Reason::ttl;
                }));
            if (send->out) flip_out(appliance, test, at, *send->out, flips);
            if (send->log && !send->log->empty())
                flips.push_back(flip(test, at, "log", [](model::SendStep& step) { step.log->front() += "x"; }));
        }
    }
    return flips;
}

} // namespace

TEST_CASE("whatever a Test of the sample expects, its opposite fails on every backend") {
    const auto loaded = sema::load(SAMPLES "/bastion.nacl");
    REQUIRE(loaded.appliance);
    const auto& appliance = *loaded.appliance;
    const auto kit = codegen::find_kit();
    REQUIRE(kit);
    const codegen::Workshop workshop;
    const auto so = workshop.path() / "policy.so", elf = workshop.path() / "policy.elf";
    const auto cpp = codegen::cpp(appliance);
    REQUIRE(codegen::build(*kit, cpp, codegen::Product::host, so) == "");
    REQUIRE(codegen::build(*kit, cpp, codegen::Product::test_image, elf) == "");

    const auto flips = all_flips(appliance);
    CHECK(flips.size() > 30);
    std::set<model::StatementId> reached;
    for (const auto& backend : {harness::interp_backend(appliance), harness::host_backend(appliance, so),
                                harness::qemu_backend(appliance, {.machine = {.image = elf}})}) {
        for (const auto& test : appliance.tests) {
            CAPTURE(backend.name, test.name);
            CHECK_FALSE(harness::run_test(appliance, backend, test, reached));
        }
        for (const auto& [what, test] : flips) {
            CAPTURE(backend.name, what);
            CHECK(harness::run_test(appliance, backend, test, reached));
        }
    }
}
