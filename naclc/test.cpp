#include "naclc/commands.hpp"

#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "compiler/analysis/check.hpp"
#include "harness/coverage.hpp"
#include "harness/runner.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace naclc {

namespace {

/// Makes what a backend executes; nothing, with a message, when it cannot be built.
std::optional<harness::Backend> make_backend(const std::string& name, const model::Appliance& appliance,
                                             codegen::Translation translation,
                                             const std::filesystem::path& folder) {
    if (name == "interp") return harness::interp_backend(appliance);
    const auto kit = kit_or_message();
    if (!kit) return std::nullopt;
    const bool host = name == "host";
    const auto file = folder / (host ? "policy.so" : "policy.elf");
    const auto product = host ? codegen::Product::host : codegen::Product::test_image;
    const auto cpp = codegen::cpp_for_tests(appliance, translation);
    if (const auto error = codegen::build(*kit, cpp, product, file); !error.empty()) {
        fmt::print(stderr, "naclc: {}", error);
        return std::nullopt;
    }
    if (host) return harness::host_backend(appliance, file);
    return harness::qemu_backend(appliance, {.machine = {.image = file}});
}

/// The verdict statements that no Test reached, one a line.
void print_coverage(const model::Appliance& appliance, const std::set<model::StatementId>& reached) {
    const auto all = harness::statements_on_chains(appliance).size();
    const auto missed = harness::not_reached(appliance, reached);
    fmt::print("coverage: {} of {} verdict statements reached\n", all - missed.size(), all);
    for (const auto id : missed)
        fmt::print("{}: no Test reaches this verdict\n",
                   harness::at(appliance, appliance.statements.at(id).place));
}

/// A Test that fails is a line for people and what belongs to it, and a diagnostic for programs.
void print(const harness::Failure& failure, const Checked& checked, const Reporting& reporting) {
    if (!reporting.json) {
        fmt::print("{}\n", harness::describe(*checked.appliance, failure));
        return;
    }
    print(analysis::failed_test(*checked.appliance, checked.sources,
                                {failure.test, failure.text, failure.place, failure.decided}),
          checked.sources, reporting);
}

int test_file(const Path& file, const TestOptions& options, const Reporting& reporting) {
    const auto checked = check_file(file, reporting);
    if (!checked.appliance) return checked.status;
    const auto& appliance = *checked.appliance;
    if (appliance.tests.empty()) fmt::print("{}: there are no Tests in it\n", file.string());
    const codegen::Workshop workshop;
    int status = fine;
    std::set<model::StatementId> reached;
    for (const auto& name : options.backends) {
        const auto backend = make_backend(name, appliance, options.translation, workshop.path());
        if (!backend) return wrong_usage;
        const auto watch = [&](const harness::Witness& witness) {
            if (options.verbose) fmt::print("{}\n", harness::describe(appliance, witness));
        };
        const auto report = harness::run_tests(appliance, *backend, watch);
        for (const auto& failure : report.failures) print(failure, checked, reporting);
        fmt::print("{}: {} of {} Tests passed on {}\n", file.string(), report.passed(), report.tests, name);
        if (!report.failures.empty()) status = wrong_input;
        reached.insert(report.reached.begin(), report.reached.end());
    }
    if (options.coverage) print_coverage(appliance, reached);
    return status;
}

} // namespace

int test(const TestOptions& options, const Reporting& reporting) {
    int status = fine;
    for (const auto& file : options.files) status = std::max(status, test_file(file, options, reporting));
    return status;
}

} // namespace naclc
