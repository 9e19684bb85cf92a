// Random histories of packets through the interpreter and the host build of a policy, in both translations:
// everything must agree.
// A disagreement prints its seed; `--seed N --histories 1` runs it again.
#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "compiler/sema/load.hpp"
#include "harness/differential.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>

/// There only in builds with sanitizers.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

namespace {

/// For the worst case: a halt or a sanitizer's finding ends the process before the comparison can say anything.
std::uint64_t seed_under_way = 0;

void print_seed() { fmt::print(stderr, "seed {} was under way\n", seed_under_way); }

struct Options {
    std::string policy;
    harness::DifferentialOptions run;
    std::size_t reasons_min = 10;
    bool mutant = false;
};

void print_reached(const harness::DifferentialReport& report) {
    fmt::print("{} histories, {} packets, {} verdict statements reached, dropped for:", report.histories,
               report.packets, report.statements.size());
    for (const auto reason : report.reasons) fmt::print(" {}", model::name(reason));
    fmt::print("\n");
}

/// The interpreter and the host build in one translation; nothing, with a message, when that cannot be built.
std::optional<harness::DifferentialReport> run(const model::Appliance& appliance, const codegen::Kit& kit,
                                               codegen::Translation translation,
                                               const harness::DifferentialOptions& options) {
    const codegen::Workshop workshop;
    const auto file = workshop.path() / "policy.so";
    const auto cpp = codegen::cpp(appliance, translation);
    if (const auto error = codegen::build(kit, cpp, codegen::Product::host, file); !error.empty()) {
        fmt::print("{}", error);
        return std::nullopt;
    }
    auto host = harness::host_backend(appliance, file);
    if (translation == codegen::Translation::plain) host.name += " without optimisation";
    return harness::differential(appliance, harness::interp_backend(appliance), host, options);
}

int compare(const Options& options) {
    const auto loaded = sema::load(options.policy);
    if (!loaded.appliance) {
        fmt::print("{} does not compile\n", options.policy);
        return 2;
    }
    const auto& appliance = *loaded.appliance;
    const auto kit = codegen::find_kit();
    if (!kit) {
        fmt::print("there is no kit\n");
        return 2;
    }
    const auto optimised = run(appliance, *kit, codegen::Translation::optimised, options.run);
    if (!optimised) return 2;
    auto report = *optimised;
    if (!report.disagreement) {
        // What both translations share has been compared already.
        auto fewer = options.run;
        fewer.histories = (fewer.histories + 3) / 4;
        const auto plain = run(appliance, *kit, codegen::Translation::plain, fewer);
        if (!plain) return 2;
        report.disagreement = plain->disagreement;
    }
    print_reached(report);
    if (options.mutant) {
        fmt::print("{}\n", report.disagreement.value_or("the mutant was not found"));
        return report.disagreement ? 0 : 1;
    }
    if (report.disagreement) {
        fmt::print("{}\n", *report.disagreement);
        return 1;
    }
    if (options.run.histories == 1) return 0; // a seed that is run again reaches what it reaches
    if (const auto missing = harness::shortfall(appliance, report, options.reasons_min)) {
        fmt::print("{}", *missing);
        return 1;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"interpreter and host build, compared over random histories"};
    Options options;
    app.add_option("POLICY", options.policy)->required();
    app.add_option("--seed", options.run.seed, "Of the first history")->capture_default_str();
    app.add_option("--histories", options.run.histories)->capture_default_str();
    app.add_option("--reasons", options.reasons_min, "How many drop reasons must come up")->capture_default_str();
    app.add_flag("--mutant", options.mutant, "Succeed only if they disagree");
    CLI11_PARSE(app, argc, argv);
    options.run.starting = [](std::uint64_t seed) { seed_under_way = seed; };
    std::signal(SIGABRT, [](int) { print_seed(); });
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(print_seed);
    return compare(options);
}
