// Fuzzes the path of a packet: histories of hostile frames in bursts, at an appliance that uses all there is.
// A failing one is shrunk and written to a file; one that a sanitizer ends is written as it was.
#include "tests/fuzz/coverage.hpp"
#include "tests/fuzz/files.hpp"
#include "tests/fuzz/play.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<fs::path> corpus;
    unsigned seed = 1;
    unsigned runs = 2000;
    double seconds = 0; ///< 0: as many runs as said
    fs::path output = ".";
    fs::path keep;
    bool replay = false;
};

std::string played; ///< now, for the end that a sanitizer makes
fs::path end_file;

[[maybe_unused]] void write_played() { std::ofstream(end_file) << played; }

std::optional<std::string> outcome_of(const fuzz::History& history) {
    played = fuzz::write(history);
    return fuzz::failure_of(history);
}

std::vector<fs::path> histories_in(const Options& options) { return fuzz::files_in(options.corpus, ".txt"); }

fuzz::History history_in(const fs::path& file) { return fuzz::read(fuzz::text_of(file)); }

/// Leaves out steps as long as it fails in the same way.
fuzz::History shrunk(fuzz::History history, const std::string& what) {
    for (std::size_t size = history.size(); size > 0; size = size == 1 ? 0 : (size + 1) / 2)
        for (std::size_t at = 0; at + size <= history.size();) {
            fuzz::History fewer = history;
            const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(from, from + static_cast<std::ptrdiff_t>(size));
            if (outcome_of(fewer) == what)
                history = std::move(fewer);
            else
                ++at;
        }
    return history;
}

int replay(const Options& options) {
    std::size_t failures = 0;
    const auto files = histories_in(options);
    for (const auto& file : files) {
        const auto what = outcome_of(history_in(file));
        if (!what) continue;
        ++failures;
        fmt::print("{}: {}\n", file.string(), *what);
    }
    fmt::print("{} histories, {} failures\n", files.size(), failures);
    return failures == 0 ? 0 : 1;
}

int fuzz_all(const Options& options) {
    std::vector<std::uint8_t> map(fuzz::coverage_bytes);
    fuzz::note_coverage_in(map.data());
    std::vector<fuzz::History> corpus;
    for (const auto& file : histories_in(options)) corpus.push_back(history_in(file));
    for (const auto& history : corpus) static_cast<void>(outcome_of(history));
    fuzz::newly_covered();
    const auto kept = corpus.size();
    fuzz::Histories histories(std::move(corpus));
    const auto start = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    auto seed = options.seed;
    for (; options.seconds > 0 ? elapsed() < options.seconds : seed < options.seed + options.runs; ++seed) {
        auto history = histories.make(seed);
        if (const auto what = outcome_of(history)) {
            const auto small = shrunk(history, *what);
            const auto file = options.output / fmt::format("packets-failure-{}.txt", seed);
            std::ofstream(file) << fuzz::write(small);
            fmt::print("seed {}: {}\n{}(written to {}; --replay tries it again)\n", seed, *what,
                       fuzz::write(small), file.string());
            return 1;
        }
        if (fuzz::newly_covered() == 0) continue;
        if (!options.keep.empty())
            std::ofstream(options.keep / fmt::format("{}.txt", histories.size())) << played;
        histories.learn(std::move(history));
    }
    fmt::print("{} histories in {:.0f} s from {} kept ones, {} reached new code: no failure\n",
               seed - options.seed, elapsed(), kept, histories.size() - kept);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Fuzzes the path of a packet"};
    Options options;
    app.add_option("CORPUS", options.corpus, "Histories, and folders of them, to start from");
    app.add_option("--seed", options.seed, "The first seed")->capture_default_str();
    app.add_option("--runs", options.runs, "Histories to try")->capture_default_str();
    app.add_option("--seconds", options.seconds, "Try histories for as long, however many that are");
    app.add_option("--output", options.output, "Where failing histories are written")->capture_default_str();
    app.add_option("--keep", options.keep, "Where histories that reached new code are written");
    app.add_flag("--replay", options.replay, "Play the corpus as it is, and nothing else");
    CLI11_PARSE(app, argc, argv);
    end_file = options.output / "packets-failure-sanitizer.txt";
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(write_played);
#endif
    return options.replay ? replay(options) : fuzz_all(options);
}
