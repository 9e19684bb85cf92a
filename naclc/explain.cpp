// The path of packets through the appliance: of one that is written on the command line, of those of a capture, or of
// a Test of the policy. What is written there is read as a Test, so that it means what it means in a policy.
#include "naclc/commands.hpp"

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

/// The way of each packet of a Test.
void explain_test(const sema::Loaded& loaded, const model::Scenario& test) {
    const auto& appliance = *loaded.appliance;
    eval::Trace trace;
    const auto backend = harness::interp_backend(appliance, &trace);
    const auto line_of = [&](const model::Place& place) { return loaded.sources[place.file].line(place.line); };
    bool is_first = true;
    const auto watch = [&](const harness::Witness& witness) {
        fmt::print("{}{}, in by {}\n{}", std::exchange(is_first, false) ? "" : "\n", harness::summary(witness.frame),
                   witness.step.iface ? appliance.ifaces.at(*witness.step.iface).name : "nothing",
                   harness::describe(appliance, trace, witness.outcome, line_of));
        trace = {};
    };
    std::set<model::StatementId> reached;
    harness::run_test(appliance, backend, test, reached, watch);
}

} // namespace

int explain(const ExplainOptions& options, const Reporting& reporting) {
    if (!std::ifstream(options.file)) return unreadable(options.file, reporting);
    const bool written = options.test.empty();
    const auto loaded = written ? load_with_test(options) : sema::load(options.file);
    const auto checked = check(loaded, options.file, reporting);
    if (!checked.appliance) return checked.status;
    const auto& tests = loaded.appliance->tests;
    const auto wanted = written ? "explained_packet" : options.test;
    const auto test = std::ranges::find(tests, wanted, &model::Scenario::name);
    if (test == tests.end()) {
        fmt::print(stderr, "naclc: {} has no Test `{}`\n", options.file.string(), options.test);
        return wrong_usage;
    }
    explain_test(loaded, *test);
    return fine;
}

} // namespace naclc
