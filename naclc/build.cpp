#include "naclc/commands.hpp"

#include "codegen/cpp.hpp"
#include "codegen/json.hpp"
#include "codegen/sizes.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "harness/coverage.hpp"
#include "harness/validation.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace naclc {

namespace {

/// Whether the code does what the policy says, as far as packets show that; says so.
Status check_code(const model::Appliance& appliance, const BuildOptions& options, const codegen::Kit& kit) {
    const codegen::Workshop workshop;
    const auto file = workshop.path() / "policy.so";
    const auto cpp = codegen::cpp_for_tests(appliance, options.translation);
    if (const auto error = codegen::build(kit, cpp, codegen::Product::host, file); !error.empty()) {
        fmt::print(stderr, "naclc: {}", error);
        return wrong_usage;
    }
    const auto report = harness::validate(appliance, harness::interp_backend(appliance),
                                          harness::host_backend(appliance, file), {.seed = options.seed});
    if (report.disagreement) {
        fmt::print(stderr, "naclc: the code does not do what the policy says; no image is written\n{}\n",
                   *report.disagreement);
        return wrong_input;
    }
    fmt::print("self-check: {} packets, seed {}: {} of {} verdict statements reached, no difference\n", report.packets,
               options.seed, report.reached.size(), harness::statements_on_chains(appliance).size());
    return fine;
}

} // namespace

int build(const BuildOptions& options, const Reporting& reporting) {
    const auto checked = check_file(options.file, reporting);
    if (!checked.appliance) return checked.status;
    std::error_code ignored;
    if (std::filesystem::equivalent(options.file, options.output, ignored)) {
        fmt::print(stderr, "naclc: {} is the policy itself: name another file for the image\n",
                   options.output.string());
        return wrong_usage;
    }
    const auto kit = kit_or_message();
    if (!kit) return wrong_usage;
    if (options.self_check)
        if (const auto status = check_code(*checked.appliance, options, *kit); status != fine) return status;
    const auto generated = codegen::generate(*checked.appliance, options.translation);
    const auto error =
        codegen::build(*kit, generated.text, codegen::Product::image, options.output, options.keep);
    if (!error.empty()) {
        fmt::print(stderr, "naclc: {}", error);
        return wrong_usage;
    }
    fmt::print("{}: {} bytes, policy {}\n{}{}", options.output.string(),
               std::filesystem::file_size(options.output, ignored), codegen::policy_hash(*checked.appliance),
               codegen::size_table(*checked.appliance), codegen::plan_table(*checked.appliance, generated.plans));
    return fine;
}

} // namespace naclc
