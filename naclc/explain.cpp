// The path of packets through the appliance: of one that is written on the command line, of those of a capture, of a
// Test of the policy, or of one for which a line of a log is printed. What is not yet a Test is read as one, so that it
// means what it means in a policy.
#include "naclc/commands.hpp"

#include "compiler/analysis/leased.hpp"
#include "compiler/analysis/logged.hpp"
#include "compiler/importer/values.hpp"
#include "harness/journey.hpp"
#include "harness/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <utility>

namespace naclc {

namespace {

/// The policy with a Test of what the command line says.
sema::Loaded load_with_test(const ExplainOptions& options) {
    const bool is_pcap = !options.pcap.empty();
    const sema::Piece what = is_pcap
                                 ? sema::Piece{importer::string_of(std::filesystem::absolute(options.pcap).string()), "--pcap"}
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

/// The way of one packet of a Test, and what was logged on it.
struct Told {
    std::string text;
    std::string logged;
    std::optional<std::string> missing; ///< what the Test expects of it and does not see
    eval::Time at = 0;
};

struct Followed {
    std::vector<Told> packets;
    std::optional<harness::Failure> failure;
};

/// Through all packets, whatever becomes of them.
Followed follow(const sema::Loaded& loaded, const model::Scenario& test) {
    const auto& appliance = *loaded.appliance;
    Followed followed;
    eval::Trace trace;
    const auto backend = harness::interp_backend(appliance, &trace);
    const auto line_of = [&](const model::Place& place) { return loaded.sources[place.file].line(place.line); };
    const auto watch = [&](const harness::Witness& witness) {
        auto& told = followed.packets.emplace_back(
            Told{harness::describe(appliance, trace, witness, line_of), {}, witness.missing, witness.at});
        for (const auto& stage : trace.stages)
            for (const auto& event : stage.events)
                if (const auto* logged = std::get_if<eval::Logged>(&event)) told.logged += logged->text;
        trace = {};
    };
    std::set<model::StatementId> reached;
    followed.failure = harness::run_test(appliance, backend, test, reached, watch, harness::Unexpected::goes_on);
    return followed;
}

/// Several packets have numbers. `expects`: the Test is the policy's, and what it expects is of interest.
int print(const Followed& followed, bool expects) {
    const auto& packets = followed.packets;
    std::string otherwise;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const auto& [text, logged, missing, at] = packets[i];
        const auto waited = (at - (i == 0 ? 0 : packets[i - 1].at)) / eval::second_ns;
        const auto number = packets.size() == 1 ? "" : fmt::format("packet {}: ", i + 1);
        fmt::print("{}{}{}{}", i == 0 ? "" : "\n", number, waited == 0 ? "" : fmt::format("after {} s: ", waited), text);
        if (!missing || !expects) continue;
        fmt::print("  otherwise than expected: the Test expects {}\n", *missing);
        otherwise += (otherwise.empty() ? "" : ", ") + std::to_string(i + 1);
    }
    if (packets.size() > 1 && expects)
        fmt::print("\n{} packets: {}\n", packets.size(),
                   otherwise.empty() ? "all as expected" : "otherwise than expected: " + otherwise);
    if (!followed.failure || !followed.failure->is_broken) return fine;
    fmt::print(stderr, "naclc: {}\n", followed.failure->text);
    return wrong_usage;
}

const model::Scenario* test_named(const sema::Loaded& loaded, std::string_view name) {
    const auto& tests = loaded.appliance->tests;
    const auto test = std::ranges::find(tests, name, &model::Scenario::name);
    return test == tests.end() ? nullptr : &*test;
}

/// Ifaces with DHCP have a lease where they have nothing else: without one they forward nothing.
model::Scenario with_leases(model::Scenario test, const model::Appliance& appliance) {
    test.leases = analysis::leases_for(appliance);
    return test;
}

void print_leases(const model::Appliance& appliance) {
    for (const auto& lease : analysis::leases_for(appliance))
        fmt::print("when {} has leased {}/{} with the gateway {}\n", appliance.ifaces.at(lease.iface).name,
                   eval::show(model::Field::ip_saddr, lease.config.address), lease.config.network.length,
                   eval::show(model::Field::ip_saddr, lease.config.gateway.value_or(0)));
}

/// How a line came to be printed.
struct Shown {
    std::string text;
    std::size_t before = 0; ///< so many packets like it, which spend the tokens of Limits
    bool is_printed = false;
};

/// Lets the packet of a Test come again and again, until the line is printed or all Limits are spent.
Shown show(const sema::Loaded& loaded, const model::Scenario& test, const std::string& line) {
    constexpr std::size_t packets_max = 900; // of more texts a second the log loses some
    std::size_t bursts = 0;
    for (const auto& limit : loaded.appliance->limits) bursts = std::max<std::size_t>(bursts, limit.burst);
    auto repeated = with_leases(test, *loaded.appliance);
    const auto step = repeated.steps.front();
    auto packets = follow(loaded, repeated).packets;
    const auto has_line = [&](const Told& told) { return told.logged.find(line) != told.logged.npos; };
    if (bursts > 0 && !std::ranges::any_of(packets, has_line)) {
        repeated.steps.resize(std::min(bursts + 1, packets_max), step);
        packets = follow(loaded, repeated).packets;
    }
    const auto found = std::ranges::find_if(packets, has_line);
    if (found == packets.end()) return {packets.empty() ? "" : packets.front().text};
    return {found->text, static_cast<std::size_t>(found - packets.begin()), true};
}

/// The way of a packet for which the line is printed: through the whole appliance where a fresh one prints it, else
/// through the chain.
Shown show(const sema::Loaded& loaded, const Path& file, const analysis::Sighting& sighting,
           const analysis::Witness& witness) {
    const auto& appliance = *loaded.appliance;
    const auto show_test = [&](const std::string& members) {
        const auto asked = sema::load_with_question(file, {{"Test explained_packet { " + members + " }"}});
        const auto* test = asked.appliance ? test_named(asked, "explained_packet") : nullptr;
        return test == nullptr ? Shown{} : show(asked, *test, sighting.line.text);
    };
    if (witness.state == model::State::fresh && witness.ingress != model::no_iface) {
        auto shown = show_test(fmt::format("iface: {}, packet: {}, expect: accept",
                                           appliance.ifaces.at(witness.ingress).name,
                                           analysis::literal_of(witness.packet)));
        if (shown.is_printed) return shown;
    }
    return show_test(analysis::text_of(appliance, loaded.sources, sighting.chain, witness));
}

void print(const sema::Loaded& loaded, const Path& file, const analysis::Sighting& sighting,
           const analysis::Witness& witness) {
    const auto shown = show(loaded, file, sighting, witness);
    for (const auto& fact : witness.assumed) fmt::print("when {}\n", fact);
    if (shown.is_printed) print_leases(*loaded.appliance);
    if (shown.before > 0)
        fmt::print("after {} like it, which {} the tokens of a Limit\n",
                   shown.before == 1 ? "one packet" : fmt::format("{} packets", shown.before),
                   shown.before == 1 ? "takes" : "take");
    if (!shown.is_printed)
        fmt::print("this is its way without that, on which the line is not printed:\n");
    fmt::print("{}", shown.text);
}

/// With leases where there is a packet then, since it can be shown.
std::vector<analysis::Sighting> sightings(const model::Appliance& appliance, const model::Appliance& leasing,
                                          const std::string& line) {
    auto found = analysis::sightings(leasing, line);
    const auto has_packet = [](const auto& one) { return std::holds_alternative<analysis::Witness>(one.verdict); };
    if (!analysis::compares_leases(appliance) || std::ranges::any_of(found, has_packet)) return found;
    return analysis::sightings(appliance, line);
}

int explain_log(const sema::Loaded& loaded, const ExplainOptions& options) {
    const auto& appliance = *loaded.appliance;
    const auto leasing = analysis::leasing(appliance, analysis::leases_for(appliance));
    const auto found = sightings(appliance, leasing, *options.log);
    if (found.empty()) {
        fmt::print(stderr, "naclc: no log statement on a chain of {} prints this line\n", options.file.string());
        return wrong_input;
    }
    bool is_first = true, is_explained = false;
    for (const auto& sighting : found) {
        std::string places;
        for (const auto& [log, place] : sighting.line.by)
            places += fmt::format("{}{}:{}:{}", places.empty() ? "" : " and ", loaded.sources[place.file].name, place.line,
                                  place.column);
        const auto* witness = std::get_if<analysis::Witness>(&sighting.verdict);
        const bool none = std::holds_alternative<analysis::NoSuchPacket>(sighting.verdict);
        fmt::print("{}{} {}, on {}{}\n", std::exchange(is_first, false) ? "" : "\n", places,
                   sighting.line.by.size() == 1 ? "prints this" : "print this together",
                   analysis::text_of(appliance, sighting.chain),
                   witness != nullptr ? ", for a packet such as this:"
                   : none             ? ": for no packet that can come there"
                                      : ": whether for a packet that can come there is not decided");
        if (witness == nullptr) continue;
        is_explained = true;
        print(loaded, options.file, sighting, *witness);
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
    if (!is_written) return print(follow(loaded, *test), true);
    print_leases(*loaded.appliance);
    return print(follow(loaded, with_leases(*test, *loaded.appliance)), false);
}

} // namespace naclc
