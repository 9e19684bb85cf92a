// Fuzzes the front end: whatever bytes it gets, it must neither crash, hang nor leak, and what it says must
// be sound. A failing input is shrunk, printed with its seed, and written to a file.
#include "tests/fuzz/files.hpp"
#include "tests/fuzz/guarded.hpp"
#include "tests/fuzz/mutator.hpp"
#include "tests/fuzz/shrink.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".nacl"; ///< of policies in a folder

struct Options {
    std::vector<fs::path> corpus;
    unsigned seed = 1;
    unsigned runs = 2000;
    double seconds = 0; ///< 0: as many runs as said
    unsigned failures_max = 1;
    fs::path output = ".";
    fs::path keep;
};

void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

/// Failures that begin alike are one mistake, seen twice.
std::string kind_of(const std::string& what) { return what.substr(0, what.find(':')); }

void report(fuzz::Guard& guard, const fuzz::Failure& failure, const fs::path& output) {
    const auto kind = kind_of(failure.what);
    const auto small = fuzz::shrink(failure.text, [&](const std::string& text) {
        const auto what = guard.failure_of(text);
        return what && kind_of(*what) == kind;
    });
    const auto file = output / fmt::format("fuzz-failure-{}.nacl", failure.seed);
    write(file, small);
    fmt::print("seed {}: {}\n{}\n(written to {}, {} of {} bytes; --replay {} tries it again)\n", failure.seed,
               failure.what, small, file.string(), small.size(), failure.text.size(), file.string());
    std::fflush(stdout);
}

int fuzz_all(const Options& options) {
    constexpr unsigned batch = 250;
    std::vector<std::string> corpus;
    for (const auto& file : fuzz::files_in(options.corpus, extension)) corpus.push_back(fuzz::text_of(file));
    const auto kept = corpus.size();
    fuzz::Mutator mutator(std::move(corpus));
    fuzz::Guard guard;
    std::set<std::string> kinds;
    const auto start = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    auto seed = options.seed;
    const auto last = options.seed + options.runs;
    while (kinds.size() < options.failures_max &&
           (options.seconds > 0 ? elapsed() < options.seconds : seed < last)) {
        const auto count = options.seconds > 0 ? batch : std::min(batch, last - seed);
        std::vector<std::string> learnt;
        const auto failure = guard.run(
            seed, count, [&](unsigned s) { return mutator.make(s); }, learnt);
        for (auto& text : learnt) {
            if (!options.keep.empty()) write(options.keep / fmt::format("{}.nacl", mutator.size()), text);
            mutator.learn(std::move(text));
        }
        if (failure && kinds.insert(kind_of(failure->what)).second) report(guard, *failure, options.output);
        seed = failure ? failure->seed + 1 : seed + count;
    }
    fmt::print("{} inputs in {:.0f} s from {} files and {} inputs that reached new code: {} failures\n",
               seed - options.seed, elapsed(), kept, mutator.size() - kept, kinds.size());
    return kinds.empty() ? 0 : 1;
}

int replay(const std::vector<fs::path>& places) {
    const auto files = fuzz::files_in(places, extension);
    fuzz::Guard guard;
    std::size_t failures = 0;
    for (const auto& file : files) {
        std::vector<std::string> learnt;
        const auto failure = guard.run(
            0, 1, [&](unsigned) { return fuzz::text_of(file); }, learnt);
        if (!failure) continue;
        ++failures;
        fmt::print("{}: {}\n", file.string(), failure->what);
    }
    fmt::print("{} files, {} failures\n", files.size(), failures);
    return failures == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Fuzzes naclc's front end"};
    Options options;
    std::vector<fs::path> replayed;
    app.add_option("CORPUS", options.corpus, "Policies, and folders of them, to start from");
    app.add_option("--seed", options.seed, "The first seed")->capture_default_str();
    app.add_option("--runs", options.runs, "Inputs to try")->capture_default_str();
    app.add_option("--seconds", options.seconds, "Try inputs for as long, however many that are");
    app.add_option("--failures", options.failures_max, "Stop after as many kinds of failures")
        ->capture_default_str();
    app.add_option("--output", options.output, "Where failing inputs are written")->capture_default_str();
    app.add_option("--keep", options.keep, "Where inputs that reached new code are written");
    app.add_option("--replay", replayed, "Try these files and folders as they are, and nothing else");
    CLI11_PARSE(app, argc, argv);
    return replayed.empty() ? fuzz_all(options) : replay(replayed);
}
