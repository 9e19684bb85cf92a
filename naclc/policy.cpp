#include "naclc/policy.hpp"

#include "compiler/analysis/check.hpp"
#include "compiler/analysis/open_ends.hpp"
#include "compiler/sema/list_file.hpp"
#include "compiler/syntax/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace naclc {

namespace {

bool is(const syntax::Diagnostic& diagnostic, syntax::Severity severity) {
    return syntax::info(diagnostic.kind).severity == severity;
}

/// Reads, and proves what is to be proved.
sema::Loaded load(const std::filesystem::path& file) {
    auto loaded = sema::load(file);
    if (loaded.appliance) analysis::add_proofs(*loaded.appliance, loaded.sources, loaded.diagnostics);
    return loaded;
}

/// People see the first places of many; programs get all of them.
syntax::Diagnostic shortened(syntax::Diagnostic diagnostic) {
    constexpr std::size_t shown_max = 5;
    if (diagnostic.notes.size() <= shown_max) return diagnostic;
    const auto more = diagnostic.notes.size() - shown_max;
    diagnostic.notes.resize(shown_max);
    diagnostic.notes.back().message += fmt::format(", {} at {} more place{}: `--diagnostics json` names them all",
                                                    diagnostic.kind == syntax::Kind::undecided_verdicts ? "nor" : "and", more,
                                                    more == 1 ? "" : "s");
    return diagnostic;
}

Checked reported(sema::Loaded loaded, const std::filesystem::path& file, const Reporting& reporting) {
    if (!loaded.readable) return {std::nullopt, unreadable(file, reporting)};
    if (loaded.open_ended) analysis::show_open_ends(*loaded.open_ended, loaded.sources, loaded.diagnostics);
    for (const auto& diagnostic : loaded.diagnostics) print(diagnostic, loaded.sources, reporting);
    const auto count = [&](syntax::Severity severity) {
        return std::ranges::count_if(loaded.diagnostics,
                                     [&](const auto& diagnostic) { return is(diagnostic, severity); });
    };
    if (!loaded.appliance || count(syntax::Severity::error) > 0) return {std::nullopt, wrong_input};
    const auto warnings = count(syntax::Severity::warning);
    if (reporting.werror && warnings > 0) {
        if (!reporting.json) // there each line is an object
            fmt::print(stderr, "naclc: {}: {} as {} because of --werror\n", file.string(),
                       warnings == 1 ? "1 warning counts" : fmt::format("{} warnings count", warnings),
                       warnings == 1 ? "an error" : "errors");
        return {std::nullopt, wrong_input};
    }
    return {loaded.appliance, fine, loaded.sources};
}

} // namespace

void print(const syntax::Diagnostic& diagnostic, const syntax::Sources& sources, const Reporting& reporting) {
    const auto text = reporting.json ? syntax::render_json(diagnostic, sources)
                                     : syntax::render_text(shortened(diagnostic), sources);
    std::fputs(text.c_str(), stderr);
}

void print(const std::vector<codegen::nft::Problem>& problems, const syntax::Sources& sources,
           const Reporting& reporting) {
    for (const auto& problem : problems) {
        const syntax::Position at{problem.place.line, problem.place.column};
        print({.kind = syntax::Kind::not_in_nftables,
               .span = {problem.place.file, at, {at.line, at.column + 1}},
               .message = problem.what,
               .hint = problem.cure},
              sources, reporting);
    }
}

Status unreadable(const std::filesystem::path& file, const Reporting& reporting) {
    const auto why = sema::why_unreadable(file);
    syntax::Sources sources;
    const auto name = sources.add(file.string(), "");
    if (reporting.json)
        print({.kind = syntax::Kind::unreadable_file,
               .span = {name, {}, {}},
               .message = "this file cannot be read: " + why},
              sources, reporting);
    else
        fmt::print(stderr, "naclc: cannot read {}: {}\n", file.string(), why);
    return wrong_usage;
}

Checked typed_file(const std::filesystem::path& file, const Reporting& reporting) {
    return typed(sema::load(file), file, reporting);
}

Checked typed(sema::Loaded loaded, const std::filesystem::path& file, const Reporting& reporting) {
    if (!reporting.werror)
        std::erase_if(loaded.diagnostics, [](const auto& diagnostic) { return !is(diagnostic, syntax::Severity::error); });
    return reported(std::move(loaded), file, reporting);
}

Checked check_file(const std::filesystem::path& file, const Reporting& reporting) {
    return reported(load(file), file, reporting);
}

std::optional<codegen::Kit> kit_or_message() {
    auto kit = codegen::find_kit();
    if (!kit)
        fmt::print(stderr, "naclc: the runtime libraries are missing: build the project, or set NACLC_KIT\n");
    return kit;
}

} // namespace naclc
