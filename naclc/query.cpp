#include "naclc/commands.hpp"

#include "compiler/analysis/query.hpp"
#include "compiler/analysis/walk.hpp"
#include "compiler/sema/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace naclc {

namespace {

constexpr int not_decided = 3; ///< neither a packet nor a proof

/// The policy with the question beside it, as an Assert about the chain that accepts what is asked for.
sema::Loaded load(const QueryOptions& options) {
    return sema::load_with_question(options.file, {{"Assert::IP naclc_query("},
                                                   {options.chain, "--chain"},
                                                   {") { if ("},
                                                   {options.where, "--where"},
                                                   {") { accept } }"}});
}

void print(const sema::Loaded& loaded, const analysis::Way& chain, const analysis::Witness& witness) {
    const auto& appliance = *loaded.appliance;
    fmt::print("{}", analysis::text_of(appliance, loaded.sources, chain, witness));
    const auto also = witness.assumed.empty() ? "" : fmt::format(", when {}", fmt::join(witness.assumed, " and "));
    if (!witness.decided) {
        fmt::print("no statement decides about it{}\n", also);
        return;
    }
    const auto& place = appliance.statements.at(*witness.decided).place;
    fmt::print("{}:{}:{}: this decides{}\n{:5} | {}\n", loaded.sources[place.file].name, place.line,
               place.column, also, place.line, loaded.sources[place.file].line(place.line));
}

} // namespace

int query(const QueryOptions& options, const Reporting& reporting) {
    const auto loaded = load(options);
    if (!loaded.readable) return unreadable(options.file, reporting);
    for (const auto& diagnostic : loaded.diagnostics)
        if (syntax::info(diagnostic.kind).severity == syntax::Severity::error)
            print(diagnostic, loaded.sources, reporting);
    if (!loaded.appliance) return wrong_usage; // 1 is an answer
    const auto& question = loaded.appliance->asserts.back();
    if (analysis::asks_limits(question.body)) {
        fmt::print(stderr, "naclc: `--where` asks a Limit, and what it finds hangs on other packets: leave it out, and look at "
                           "`when` of the answer\n");
        return wrong_usage;
    }
    const auto names = std::ranges::find(analysis::ending_names, options.verdict);
    const auto ending = static_cast<analysis::Ending>(names - std::begin(analysis::ending_names));
    const auto verdict = analysis::answer(*loaded.appliance, question, ending);
    if (const auto* witness = std::get_if<analysis::Witness>(&verdict)) {
        print(loaded, analysis::way_of(question), *witness);
        return fine;
    }
    const bool proved = std::holds_alternative<analysis::NoSuchPacket>(verdict);
    fmt::print("{}\n", proved ? "no such packet" : "not decided: neither a packet nor a proof was found");
    return proved ? 1 : not_decided;
}

} // namespace naclc
