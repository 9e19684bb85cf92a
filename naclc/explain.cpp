// The path of packets through the appliance: of one that is written on the command line, of those of a capture, of a
// Test of the policy, or of one for which a line of a log is printed. What is not yet a Test is read as one, so that it
// means what it means in a policy.
#include "naclc/commands.hpp"

#include "compiler/analysis/logged.hpp"
#include "harness/frames.hpp"
#include "harness/journey.hpp"
#include "harness/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <utility>

namespace naclc {

namespace {


/// A literal that is safe inside quotes.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

/// The policy with a Test of what the command line says.
sema::Loaded load_with_test(const ExplainOptions& options) {
    const bool is_pcap = !options.pcap.empty();
    const sema::Piece what = is_pcap
                                 ? sema::Piece{quoted(std::filesystem::absolute(options.pcap).string()), "--pcap"}
                                 : sema::Piece{options.packet, "--packet"};
    return sema::load_with_question(options.file, {{"Test explained_packet { iface:"},
                                                   {options.iface, "--iface"},
                                                   {is_pcap ? ", pcap:" : ", packet:"},
                                                   what,
                                                   {", expect: accept }"}});
}

/// Whether an error is in what the command line says.
bool blames_argument(const sema::Loaded& loaded) {
    return std::ranges::any_of(loaded.diagnostics, [&](const syntax::Diagnostic& diagnostic) {
        return syntax::info(diagnostic.kind).severity == syntax::Severity::error &&
               loaded.sources[diagnostic.span.file].name.starts_with("--");
    });
}

/// The way of each packet of a Test, told, and what was logged on it.
struct Told {
    std::string text;
    std::vector<std::string> logs;
};

Told follow(const sema::Loaded& loaded, const model::Scenario& test) {
    const auto& appliance = *loaded.appliance;
    Told told;
    eval::Trace trace;
    const auto backend = harness::interp_backend(appliance, &trace);
    const auto line_of = [&](const model::Place& place) { return loaded.sources[place.file].line(place.line); };
    const auto watch = [&](const harness::Witness& witness) {
        told.text += fmt::format("{}{}{}\n{}", told.text.empty() ? "" : "\n", harness::summary(witness.frame),
                                 witness.step.iface ? ", in by " + appliance.ifaces.at(*witness.step.iface).name : "",
                                 harness::describe(appliance, trace, witness.outcome, line_of));
        for (const auto& stage : trace.stages)
            for (const auto& event : stage.events)
                if (const auto* logged = std::get_if<eval::Logged>(&event)) told.logs.push_back(logged->text);
        trace = {};
    };
    std::set<model::StatementId> reached;
    harness::run_test(appliance, backend, test, reached, watch);
    return told;
}

const model::Scenario* test_named(const sema::Loaded& loaded, std::string_view name) {
    const auto& tests = loaded.appliance->tests;
    const auto test = std::ranges::find(tests, name, &model::Scenario::name);
    return test == tests.end() ? nullptr : &*test;
}

/// The way of a packet for which the line is printed: through the whole appliance where a fresh one prints it, else
/// through the chain.
Told follow(const sema::Loaded& loaded, const Path& file, const analysis::Sighting& sighting,
            const analysis::Witness& witness) {
    const auto& appliance = *loaded.appliance;
    const auto follow_test = [&](const std::string& members) {
        const auto asked = sema::load_with_question(file, {{"Test explained_packet { " + members + " }"}});
        const auto* test = asked.appliance ? test_named(asked, "explained_packet") : nullptr;
        return test == nullptr ? Told{} : follow(asked, *test);
    };
    if (witness.state == model::State::fresh && witness.ingress != model::no_iface) {
        auto told = follow_test(fmt::format("iface: {}, packet: {}, expect: accept",
                                            appliance.ifaces.at(witness.ingress).name,
                                            analysis::literal_of(witness.packet)));
        const auto has_line = [&](const std::string& text) { return text.find(sighting.line.text) != text.npos; };
        if (std::ranges::any_of(told.logs, has_line)) return told;
    }
    return follow_test(analysis::text_of(appliance, loaded.sources, sighting.chain, witness));
}

int explain_log(const sema::Loaded& loaded, const ExplainOptions& options) {
    const auto sightings = analysis::sightings(*loaded.appliance, *options.log);
    if (sightings.empty()) {
        fmt::print(stderr, "naclc: no log statement on a chain of {} prints this line\n", options.file.string());
        return wrong_input;
    }
    bool is_first = true, is_explained = false;
    for (const auto& sighting : sightings) {
        const auto& place = sighting.line.place;
        const auto* witness = std::get_if<analysis::Witness>(&sighting.verdict);
        const bool none = std::holds_alternative<analysis::NoSuchPacket>(sighting.verdict);
        fmt::print("{}{}:{}:{} prints this, on {}{}\n", std::exchange(is_first, false) ? "" : "\n",
                   loaded.sources[place.file].name, place.line, place.column,
                   analysis::text_of(*loaded.appliance, sighting.chain),
                   witness != nullptr ? ", for a packet such as this:"
                   : none             ? ": for no packet that can come there"
                                      : ": whether for a packet that can come there is not decided");
        if (witness == nullptr) continue;
        is_explained = true;
        for (const auto& fact : witness->assumed) fmt::print("when {}\n", fact);
        fmt::print("{}", follow(loaded, options.file, sighting, *witness).text);
    }
    return is_explained ? fine : wrong_input;
}

} // namespace

int explain(const ExplainOptions& options, const Reporting& reporting) {
    if (!std::ifstream(options.file)) return unreadable(options.file, reporting);
    const bool is_written = options.test.empty() && !options.log;
    const auto loaded = is_written ? load_with_test(options) : sema::load(options.file);
    const auto checked = typed(loaded, options.file, reporting);
    if (!checked.appliance) return is_written && blames_argument(loaded) ? wrong_usage : checked.status;
    if (options.log) return explain_log(loaded, options);
    const auto* test = test_named(loaded, is_written ? "explained_packet" : options.test);
    if (test == nullptr) {
        fmt::print(stderr, "naclc: {} has no Test `{}`\n", options.file.string(), options.test);
        return wrong_usage;
    }
    fmt::print("{}", follow(loaded, *test).text);
    return fine;
}

} // namespace naclc
