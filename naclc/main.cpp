// The command line. All of CLI11 is in this file, and nothing else is.
#include "naclc/commands.hpp"

#include "compiler/sema/suggest.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

namespace {

/// The commands that read one policy have it as their only argument.
void add_file(CLI::App* command, naclc::Path& file) { command->add_option("FILE", file, "The policy")->required(); }

/// The commands that generate code can do so in the shape of the source.
void add_translation(CLI::App* command, codegen::Translation& translation) {
    command->add_flag_callback("--no-optimize", [&] { translation = codegen::Translation::plain; },
                               "Generate code in the shape of the source");
}

/// Says so when there is no such command.
bool is_unknown(const CLI::App& app, const std::string& word) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
    if (word.starts_with('-') || std::find(names.begin(), names.end(), word) != names.end()) return false;
    const auto near = sema::did_you_mean(word, names);
    std::fprintf(stderr, "naclc: there is no command `%s`\nhint: %s\n", word.c_str(),
                 near.empty() ? ("there are " + sema::all_of(names)).c_str() : near.c_str());
    return true;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"naclc: the NaCl firewall compiler"};
    app.set_version_flag("--version", "naclc " NACLC_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    naclc::Reporting reporting;
    app.add_flag("--werror", reporting.werror, "Warnings are errors");
    app.add_option_function<std::string>(
           "--diagnostics", [&](const std::string& form) { reporting.json = form == "json"; },
           "Form of the diagnostics on standard error: text or json")
        ->check(CLI::IsMember({"text", "json"}));
    int status = 0;

    std::vector<naclc::Path> checked;
    auto* const check = app.add_subcommand("check", "Parse, type-check and analyse");
    check->add_option("FILE", checked, "The policies")->required();
    check->callback([&] { status = naclc::check(checked, reporting); });

    naclc::FormatOptions format_options;
    auto* const format = app.add_subcommand("fmt", "Bring policies into the canonical layout, in place");
    format->footer("Comments, spellings and meaning stay as they are. So does a file with syntax errors: they "
                   "are printed, and the exit status is 1.");
    format->add_option("FILE", format_options.files, "The policies")->required();
    format->add_flag("--check", format_options.check,
                     "Change nothing: name the files that would change, and exit with 1 if there are any");
    format->callback([&] { status = naclc::format(format_options, reporting); });

    naclc::EmitOptions emit_options;
    auto* const emit = app.add_subcommand("emit", "Print the generated C++, a ruleset of nftables, or the model as JSON");
    add_file(emit, emit_options.file);
    const std::map<std::string, naclc::Target> targets = {
        {"cpp", naclc::Target::cpp}, {"nft", naclc::Target::nft}, {"json", naclc::Target::json}};
    emit->add_option_function<std::string>(
            "--target", [&](const std::string& name) { emit_options.target = targets.at(name); },
            "What to print: cpp (the default), nft or json")
        ->check(CLI::IsMember({"cpp", "nft", "json"}))
        ->option_text("cpp|nft|json");
    emit->add_option("--ifname", emit_options.nics, "With nft, as in wan=eth0: what Linux calls the NIC of an Iface");
    add_translation(emit, emit_options.translation);
    emit->callback([&] { status = naclc::emit(emit_options, reporting); });

    naclc::ImportOptions import_options;
    std::string imported;
    auto* const import_rules = app.add_subcommand("import", "Make a policy of another firewall's rules");
    import_rules->footer("Exit status: 0 everything is in the policy, 1 something is not (standard error says what, and the "
                         "policy is stricter there), 2 there is no policy.");
    import_rules->add_option("KIND", imported, "nft: what `nft -j list ruleset` prints")
        ->required()
        ->check(CLI::IsMember({"nft"}));
    import_rules->add_option("DUMP", import_options.file, "What it printed; - is standard input")->required();
    import_rules->add_option("-o,--output", import_options.output, "The policy; without it, standard output");
    import_rules
        ->add_option("--iface", import_options.nics,
                     "What no ruleset knows: eth0=10.0.0.1/24, eth0=10.0.0.1/24,10.0.0.254 with a gateway, eth0=dhcp")
        ->allow_extra_args(false);
    import_rules->callback([&] { status = naclc::import_nft(import_options, reporting); });

    naclc::BuildOptions build_options;
    auto* const build = app.add_subcommand("build", "Build the firewall appliance's image");
    add_file(build, build_options.file);
    build->add_option("-o,--output", build_options.output, "The image")->required();
    build->add_option("--keep-cpp", build_options.keep, "Keep the generated C++ in this directory");
    add_translation(build, build_options.translation);
    auto* const self_check = build->add_flag("--self-check", build_options.self_check,
                                             "Compare the code with the interpreter first, on packets drawn for every verdict");
    build->add_option("--seed", build_options.seed, "Of the packets of --self-check")->needs(self_check)->capture_default_str();
    build->callback([&] { status = naclc::build(build_options, reporting); });

    naclc::RunOptions run_options;
    auto* const run = app.add_subcommand("run", "Build, boot in QEMU, and print the console (q: power off)");
    add_file(run, run_options.file);
    run->add_option("--accel", run_options.accelerator, "QEMU's accelerator")->capture_default_str();
    run->add_option("--machine", run_options.machine, "QEMU's machine")
        ->check(CLI::IsMember({"microvm", "q35", "pc"}))
        ->capture_default_str();
    run->add_option("--netdev", run_options.netdevs, "QEMU's -netdev for the next NIC, without an id")
        ->allow_extra_args(false);
    add_translation(run, run_options.translation);
    run->callback([&] { status = naclc::run(run_options, reporting); });

    naclc::TestOptions test_options;
    test_options.backends = {"interp", "host"};
    naclc::GenerateOptions generate_options;
    bool generates = false;
    auto* const test = app.add_subcommand("test", "Run every Test of the policies, or write Tests for one");
    test->add_option("FILE", test_options.files, "The policies")->required();
    auto* const backends = test->add_option("--on", test_options.backends,
                                            "Where to run them, separated by commas: interp, host, qemu")
                               ->delimiter(',')
                               ->allow_extra_args(false) // the next word is a file
                               ->check(CLI::IsMember({"interp", "host", "qemu"}))
                               ->capture_default_str();
    auto* const coverage = test->add_flag("--coverage", test_options.coverage,
                                          "List the verdict statements that no Test reached");
    auto* const verbose = test->add_flag("-v,--verbose", test_options.verbose,
                                         "A line for each packet: what it was, and what decided");
    auto* const generate =
        test->add_flag("--generate", generates, "Run nothing: write Tests that pass, for every verdict and every boundary of a set")
            ->excludes(backends)
            ->excludes(coverage)
            ->excludes(verbose);
    test->add_option("--seed", generate_options.seed, "Draws other values from large sets")
        ->needs(generate)
        ->capture_default_str();
    add_translation(test, test_options.translation);
    test->add_option("--max", generate_options.tests_max, "How many Tests are written at most")
        ->needs(generate)
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    test->add_option("-o,--output", generate_options.output,
                     "A file that imports the policy; without it Tests to append, on standard output")
        ->needs(generate);
    test->callback([&] {
        generate_options.files = test_options.files;
        status = generates ? naclc::generate(generate_options, reporting) : naclc::test(test_options, reporting);
    });

    naclc::ExplainOptions explain_options;
    auto* const explain_packet = app.add_subcommand("explain", "The path of a packet: each stage, the line that decides");
    add_file(explain_packet, explain_options.file);
    auto* const iface = explain_packet->add_option("--iface", explain_options.iface, "The Iface by which it comes in");
    auto* const source = explain_packet->add_option_group("what", "What is explained");
    source->add_option("--packet", explain_options.packet, "A packet as a Test writes it: '{ ip: { saddr: ... }, tcp: { ... } }'")
        ->needs(iface);
    source->add_option("--pcap", explain_options.pcap, "The packets of a capture")->needs(iface);
    source->add_option("--test", explain_options.test, "Each packet of a Test of the policy")->excludes(iface);
    source->add_option("--log", explain_options.log, "A line of the appliance's log")->excludes(iface);
    source->require_option(1);
    explain_packet->callback([&] { status = naclc::explain(explain_options, reporting); });

    naclc::QueryOptions query_options;
    auto* const query = app.add_subcommand("query", "Find a packet for which a chain ends in some way, or prove that there is none");
    query->footer("Exit status: 0 a packet was found, 1 there is none (a proof), 2 wrong usage or errors in the policy, "
                  "3 not decided.");
    add_file(query, query_options.file);
    query->add_option("--chain", query_options.chain, "As in eth0.prerouting, or gateway.forward by its name")->required();
    query->add_option("--where", query_options.where, "A condition; it may name the fields of every protocol")
        ->capture_default_str();
    query->add_option("--verdict", query_options.verdict, "accept, drop or reject")
        ->required()
        ->check(CLI::IsMember({"accept", "drop", "reject"}));
    query->callback([&] { status = naclc::query(query_options, reporting); });

    naclc::DiffOptions diff_options;
    auto* const diff = app.add_subcommand("diff", "Compare what the chains of two policies let through");
    diff->footer("Exit status: 0, or 1 for a change that --fail-on names; 2 wrong usage or errors in a policy.");
    diff->add_option("OLD", diff_options.before, "A policy")->required();
    diff->add_option("NEW", diff_options.after, "What it has become")->required();
    diff->add_flag("--json", diff_options.json, "Print one JSON document");
    diff->add_option("--regions", diff_options.regions, "how many regions to tell of each chain and kind of change")
        ->capture_default_str();
    diff->add_option("--fail-on", diff_options.fail_on,
                     "Changes of the whole for which the status is 1, separated by commas: more-permissive, "
                     "less-permissive, incomparable, not-decided")
        ->delimiter(',')
        ->check(CLI::IsMember({"more-permissive", "less-permissive", "incomparable", "not-decided"}));
    diff->callback([&] { status = naclc::diff(diff_options, reporting); });

    std::string kind;
    auto* const explain = app.add_subcommand("explain-error", "Explain a kind of message");
    explain->add_option("KIND", kind, "As it stands in brackets at the end of a message; without it all are listed");
    explain->callback([&] { status = naclc::explain_error(kind); });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (argc > 1 && is_unknown(app, argv[1])) return naclc::wrong_usage;
        return app.exit(error) == 0 ? naclc::fine : naclc::wrong_usage;
    }
    // What was printed must have got where it should: half an output is none.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        std::fputs("naclc: cannot write to standard output\n", stderr);
        return naclc::wrong_usage;
    }
    return status;
}
